"""Which failures of MongoDB's client mean that we are refused, and what is said of them."""

from pathlib import Path

import pytest
from pymongo.errors import AutoReconnect, OperationFailure, PyMongoError, ServerSelectionTimeoutError

from schemas.errors import StopWorker
from schemas.runtime.database_login import has_to_log_in, refusal
from schemas.runtime.mongo import connect
from schemas.runtime.settings import MongoSettings

UNTRUSTED = (
    "SSL handshake failed: db.example:27017: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed "
    "certificate in certificate chain (_ssl.c:1006) (configured timeouts: connectTimeoutMS: 20000.0ms), Timeout: 5.0s"
)


@pytest.mark.parametrize(
    ("exc", "said"),
    [
        (OperationFailure("Authentication failed.", 18), "MONGO_URI: the database does not take this user and password: "),
        (OperationFailure("bad auth : hunter2", 8_000), "MONGO_URI: the database does not take this user and password: "),
        (OperationFailure("not authorized on hunter2", 13), "MONGO_URI: the database does not let this user do it: "),
        (
            ServerSelectionTimeoutError(UNTRUSTED),
            "MONGO_URI: the certificate is not to be trusted (self-signed certificate in certificate chain): ",
        ),
        (AutoReconnect("127.0.0.1:27017: [Errno 111] Connection refused"), None),
        (OperationFailure("quota", 1), None),
        (PyMongoError("hunter2"), None),
    ],
)
def test_a_refusal_is_told_from_silence(exc: PyMongoError, said: str | None) -> None:
    found = refusal(exc)

    assert (found or "").startswith(said or "")
    assert (found is None) == (said is None)
    assert "hunter2" not in (found or "")
    assert "\n" not in (found or "")


@pytest.mark.parametrize(
    ("uri", "asked"),
    [
        ("mongodb://127.0.0.1:27017/?replicaSet=rs0", False),
        ("mongodb://collector:x@127.0.0.1", True),
        ("mongodb://127.0.0.1/?TLS=true", True),
        ("mongodb://127.0.0.1/?ssl=true", True),
        ("mongodb+srv://db.example", True),
    ],
)
def test_only_what_can_be_refused_is_asked_for(uri: str, asked: bool) -> None:
    assert has_to_log_in(uri) is asked


@pytest.mark.parametrize(
    ("content", "said"), [(None, "none.pem: No such file"), (b"hunter2", "holds no certificate in PEM")]
)
def test_a_file_of_the_uri_that_cannot_be_read_is_one_line(content: bytes | None, said: str, tmp_path: Path) -> None:
    file = tmp_path / ("none.pem" if content is None else "ca.pem")
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(StopWorker, match=f"^MONGO_URI names what cannot be read .*{said}") as stopped:
        connect(MongoSettings(mongo_uri=f"mongodb://collector:hunter2@127.0.0.1/?tls=true&tlsCAFile={file}"))
    assert "hunter2" not in str(stopped.value)

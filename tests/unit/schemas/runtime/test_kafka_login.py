"""What a client of Kafka is told, and how Faust and the watchdog say the same."""

import ssl
import struct
import threading
from contextlib import closing
from pathlib import Path
from socket import create_server

import pytest
from faust.auth import SASLCredentials, SSLCredentials

from processors.hydrate.stage import HYDRATE
from processors.keyed.app import make_app
from schemas.errors import StopWorker
from schemas.runtime.kafka_login import connection, tls
from schemas.runtime.knocking import knock
from schemas.runtime.peers import Broker
from schemas.runtime.settings import KafkaSettings, read
from tests.certificates import Authority

SERVERS = "127.0.0.1:1"
NAMES = ("SECURITY", "MECHANISM", "USER", "PASSWORD", "CA")


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """None of the variables is set."""
    for name in NAMES:
        monkeypatch.delenv(f"KAFKA_{name}", raising=False)
        monkeypatch.delenv(f"KAFKA_{name}_FILE", raising=False)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", SERVERS)
    return Authority(tmp_path, "ours")


@pytest.fixture
def login(authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """All of them are; the file of the password."""
    password = tmp_path / "password"
    password.write_text("hunter2\n")
    monkeypatch.setenv("KAFKA_SECURITY", "SASL_SSL")
    monkeypatch.setenv("KAFKA_USER", "collector")
    monkeypatch.setenv("KAFKA_PASSWORD_FILE", str(password))
    monkeypatch.setenv("KAFKA_CA_FILE", str(authority.file))
    return password


def test_unset_nothing_is_secured(authority: Authority) -> None:
    assert authority
    assert connection(SERVERS) == {"bootstrap_servers": SERVERS, "security_protocol": "PLAINTEXT"}
    assert tls() is None
    assert make_app(HYDRATE, read(KafkaSettings)).conf.broker_credentials is None


def test_tls_alone_trusts_the_named_authority_and_nobody_else(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_SECURITY", "SSL")
    monkeypatch.setenv("KAFKA_CA_FILE", str(authority.file))
    found = connection(SERVERS)
    context = found.pop("ssl_context")

    assert found == {"bootstrap_servers": SERVERS, "security_protocol": "SSL"}
    assert [dict(*one["subject"][0:1])["commonName"] for one in context.get_ca_certs()] == ["ours"]
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)
    assert isinstance(make_app(HYDRATE, read(KafkaSettings)).conf.broker_credentials, SSLCredentials)


def test_a_login_is_told_to_all_alike_and_a_password_that_was_written_anew_counts(login: Path) -> None:
    found = connection(SERVERS)
    fausts = make_app(HYDRATE, read(KafkaSettings)).conf.broker_credentials

    assert (found["sasl_plain_username"], found["sasl_plain_password"]) == ("collector", "hunter2")
    assert (found["security_protocol"], found["sasl_mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")
    assert isinstance(fausts, SASLCredentials)
    assert (fausts.protocol.value, fausts.mechanism.value) == ("SASL_SSL", "SCRAM-SHA-512")
    assert (fausts.username, fausts.password) == ("collector", "hunter2")
    assert "hunter2" not in repr(fausts)
    login.write_text("hunter3")
    assert "hunter3" in connection(SERVERS).values()


def test_a_file_of_certificates_that_is_not_there_is_named(login: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_CA_FILE", str(login.with_name("none.pem")))

    with pytest.raises(StopWorker, match=r"^KAFKA_CA_FILE=.*none\.pem: No such file or directory"):
        connection(SERVERS)


async def test_a_broker_that_is_away_refuses_nobody(login: Path) -> None:
    """Whoever needs it waits, as ever."""
    assert login
    with closing(create_server(("127.0.0.1", 0))) as taken:
        gone = taken.getsockname()[1]
    await knock(read(KafkaSettings).model_copy(update={"kafka_bootstrap_servers": f"127.0.0.1:{gone}"}))


@pytest.mark.parametrize("trusted", [True, False])
def test_the_watchdog_asks_through_tls(trusted: bool, authority: Authority, tmp_path: Path) -> None:
    """Before any login; and a broker that somebody else signed is none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.signed("127.0.0.1", "server.pem"))
    client = ssl.create_default_context(cafile=(authority if trusted else Authority(tmp_path, "theirs")).file)
    with closing(create_server(("127.0.0.1", 0))) as listening:

        def serve() -> None:
            connected, _ = listening.accept()
            try:
                with context.wrap_socket(connected, server_side=True) as secured:
                    secured.recv(100)
                    secured.sendall(struct.pack(">iih", 6, 1, 0))
            except OSError:  # whoever does not trust us hangs up
                connected.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        assert Broker(f"127.0.0.1:{listening.getsockname()[1]}", client)(10) is trusted
        thread.join(10)

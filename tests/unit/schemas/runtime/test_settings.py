"""A missing or wrong variable is one readable line that names it, and no line ever shows a secret."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from producers.erp.settings import PollerSettings
from schemas.errors import StopWorker
from schemas.runtime.settings import HINTS, Base, read
from tests.strategies import NASTY

KEY = "A" * 43 + "="
"""As Fernet makes them; not a new one, for the names of tests must be the same in every process."""
GOOD = {
    "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092,[::1]:9093,kafka-2.example:9092",
    "MONGO_URI": "mongodb://collector:hunter2-hunter2@127.0.0.1:27018/?replicaSet=rs0",
    "MONGO_DATABASE": "collector",
    "COLLECTOR_SECRET_KEY": f"{KEY},{KEY}",
    "COLLECTOR_PERSON_KEY": "hunter2-hunter2-hunter2",
    "LOG_LEVEL": "WARNING",
    "WORKER_NAME": "hydrate-1",
    "STALL_SECONDS": "60",
    "METRICS_PORT": "9100",
    "METRICS_ADDRESS": "10.0.0.5",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "https://otel.example:4318/tenant",
    "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20hunter2",
    "TRACE_ONE_IN": "1",
    "KAFKA_SECURITY": "SASL_SSL",
    "KAFKA_MECHANISM": "SCRAM-SHA-256",
    "KAFKA_USER": "collector",
    "KAFKA_PASSWORD": "hunter2",
}
REQUIRED = ("KAFKA_BOOTSTRAP_SERVERS", "MONGO_URI", "COLLECTOR_SECRET_KEY", "COLLECTOR_PERSON_KEY")
WRONG = {
    "KAFKA_BOOTSTRAP_SERVERS": ["", "kafka", "kafka:port", "kafka:9092,", "kafka 9092", ":9092"],
    "MONGO_URI": ["", "hunter2", "127.0.0.1:27018", "http://collector:hunter2@127.0.0.1", "mongodb://"],
    "MONGO_DATABASE": ["", "a.b", "a b", "$x"],
    "COLLECTOR_SECRET_KEY": [
        "",
        "hunter2",
        "ü" * 44,
        f"{KEY},",
        f"{KEY},hunter2",
    ],
    "COLLECTOR_PERSON_KEY": ["", "hunter2"],
    "LOG_LEVEL": ["", "info", "LOUD"],
    "WORKER_NAME": ["", "a b", "x" * 101],
    "STALL_SECONDS": ["", "0", "3601", "soon"],
    "METRICS_PORT": ["", "-1", "65536", "http"],
    "METRICS_ADDRESS": ["", "a b", "http://0.0.0.0", "::1"],
    "OTEL_EXPORTER_OTLP_ENDPOINT": ["127.0.0.1:4318", "grpc://a:4317", "http://", "http://a:hunter2@b:4318", "http://a b"],
    "TRACE_ONE_IN": ["", "0", "1000001", "0.01"],
    "KAFKA_SECURITY": ["", "ssl", "SASL_PLAINTEXT", "TLS"],
    "KAFKA_MECHANISM": ["", "GSSAPI", "SCRAM-SHA-1"],
    "KAFKA_CA": ["hunter2", "-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----", "ü"],
}


def line(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """What the operator reads; empty where the settings are good."""
    for name in GOOD:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    try:
        read(PollerSettings)
    except StopWorker as exc:
        return str(exc)
    return ""


def test_a_good_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert line(GOOD, monkeypatch) == ""


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_variable_is_named_with_what_to_set(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = line({variable: value for variable, value in GOOD.items() if variable != name}, monkeypatch)

    assert said == f"{name} is not set: set it to {HINTS[name.lower()]}"


def test_what_has_a_default_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert line({name: GOOD[name] for name in REQUIRED}, monkeypatch) == ""


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_variable_is_named_and_not_shown(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = line({**GOOD, name: value}, monkeypatch)

    assert said.startswith(f"{name} is wrong (")
    assert said.count("\n") == 0
    assert "hunter2" not in said


def test_every_variable_of_the_poller_was_tried_wrong() -> None:
    assert {name.lower() for name in WRONG} | {"kafka_user", "kafka_password", "otel_exporter_otlp_headers"} == set(
        PollerSettings.model_fields
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["COLLECTOR_SECRET_KEY", "COLLECTOR_PERSON_KEY", "MONGO_URI"]), NASTY)
def test_no_value_of_a_secret_is_ever_in_the_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with monkeypatch.context() as patch:
        said = line({**GOOD, name: "hunter2" + value.replace("\x00", "").encode(errors="ignore").decode()}, patch)

    assert "hunter2" not in said


def test_a_secret_does_not_show_in_the_settings_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    line(GOOD, monkeypatch)
    shown = repr(read(PollerSettings).model_dump(exclude={"mongo_uri"}))

    assert GOOD["COLLECTOR_SECRET_KEY"] not in shown
    assert GOOD["COLLECTOR_PERSON_KEY"] not in shown
    assert GOOD["OTEL_EXPORTER_OTLP_HEADERS"] not in shown


def test_a_setting_that_is_wrong_without_a_hint_points_to_the_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "LOUD")

    with pytest.raises(StopWorker, match=r"^LOG_LEVEL is wrong \(.*\): see `.env.example`$"):
        read(Base)


def test_a_worker_without_a_name_gets_one_that_no_other_process_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers named "0" pushed each other out of the group for ever."""
    monkeypatch.delenv("WORKER_NAME", raising=False)
    host, _, process = read(Base).worker_name.rpartition("-")

    assert process == str(os.getpid())
    assert host


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_secret_may_lie_in_a_file(end: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As Docker and Kubernetes hand them in; the line's end is no part of it."""
    file = tmp_path / "person"
    file.write_bytes(f" {GOOD['COLLECTOR_PERSON_KEY']} {end}".encode())
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("COLLECTOR_PERSON_KEY")
    monkeypatch.setenv("COLLECTOR_PERSON_KEY_FILE", str(file))
    assert read(PollerSettings).collector_person_key.get_secret_value() == f" {GOOD['COLLECTOR_PERSON_KEY']} "


@pytest.mark.parametrize(
    ("content", "both", "said"),
    [
        (None, False, "No such file or directory: mend the path"),
        (b"hunter2-hunter2-hunter2", True, "are both set"),
        (b"\xff\xfehunter2-hunter2", False, "is no text"),
        (b"hunter2", False, "COLLECTOR_PERSON_KEY is wrong"),
        (b"", False, "COLLECTOR_PERSON_KEY is wrong"),
    ],
)
def test_a_file_that_cannot_be_a_secret_is_one_line_that_shows_none(
    content: bytes | None, both: bool, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "person"
    if content is not None:
        file.write_bytes(content)
    given = {**GOOD, "COLLECTOR_PERSON_KEY_FILE": str(file)}
    if not both:
        del given["COLLECTOR_PERSON_KEY"]
    found = line(given, monkeypatch)
    assert said in found
    assert "COLLECTOR_PERSON_KEY" in found
    assert "hunter2" not in found
    assert "\n" not in found


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"KAFKA_USER": ""}, f"KAFKA_USER is not set: set it to {HINTS['kafka_user']}"),
        ({"KAFKA_PASSWORD": ""}, f"KAFKA_PASSWORD is not set: set it to {HINTS['kafka_password']}"),
        ({"KAFKA_SECURITY": "SSL"}, "KAFKA_USER is wrong (Value error, KAFKA_SECURITY=SSL sends none"),
        ({"KAFKA_SECURITY": "PLAINTEXT"}, "KAFKA_USER is wrong (Value error, KAFKA_SECURITY=PLAINTEXT sends none"),
        ({"KAFKA_SECURITY": "SSL", "KAFKA_USER": ""}, "KAFKA_PASSWORD is wrong (Value error, KAFKA_SECURITY=SSL sends none"),
        (
            {"KAFKA_SECURITY": "PLAINTEXT", "KAFKA_USER": "", "KAFKA_PASSWORD": "", "KAFKA_CA": "hunter2"},
            "KAFKA_CA is wrong (Value error, KAFKA_SECURITY=PLAINTEXT asks for no certificate",
        ),
        ({"KAFKA_SECURITY": "PLAINTEXT", "KAFKA_USER": "", "KAFKA_PASSWORD": ""}, ""),
        ({"KAFKA_SECURITY": "SSL", "KAFKA_USER": "", "KAFKA_PASSWORD": ""}, ""),
    ],
)
def test_a_login_is_whole_and_is_sent_or_it_is_refused(
    told: Mapping[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sets a password believes that it protects something."""
    found = line({**GOOD, **told}, monkeypatch)

    assert found.startswith(said)
    assert bool(found) == bool(said)
    assert "hunter2" not in found

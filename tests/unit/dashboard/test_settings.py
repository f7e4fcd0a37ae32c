"""The environment, and the one line that says what is wrong with it."""

import pytest

from dashboard.settings import Settings
from schemas.errors import StopWorker
from schemas.runtime.settings import read

NAMES = (
    "MONGO_DATABASE",
    "DASHBOARD_PORT",
    "DASHBOARD_ADDRESS",
    "DASHBOARD_ORIGINS",
    "DASHBOARD_REFRESH_SECONDS",
    "COLLECTOR_LOCALE",
)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGO_URI", "mongodb://127.0.0.1:1")
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_only_the_database_must_be_named() -> None:
    """Everything else has a default that is safe on one machine."""
    found = read(Settings)

    assert (found.dashboard_address, found.dashboard_port, found.mongo_database) == ("127.0.0.1", 8501, "collector")
    assert (found.dashboard_refresh_seconds, found.collector_locale) == (60, "pt_BR")
    assert found.origins == ["localhost:8501", "127.0.0.1:8501"]


def test_origins_are_a_list_between_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blanks do not matter."""
    monkeypatch.setenv("DASHBOARD_ORIGINS", "painel.example.com, 10.0.0.5:8501,")

    assert read(Settings).origins == ["painel.example.com", "10.0.0.5:8501"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("DASHBOARD_PORT", "70000"), ("DASHBOARD_REFRESH_SECONDS", "0"), ("COLLECTOR_LOCALE", "fr"), ("MONGO_URI", "")],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """In one sentence, before anything starts."""
    monkeypatch.setenv(name, value)

    with pytest.raises(StopWorker, match=name):
        read(Settings)

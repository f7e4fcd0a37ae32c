"""What the environment must say before anybody is let in."""

from pathlib import Path

import pytest
from pymongo import AsyncMongoClient

from dashboard.access.setup import access, cookie_secret, provider
from dashboard.settings import Settings
from schemas.errors import StopWorker
from schemas.runtime.clock import now

LONG = "0123456789" * 4


def settings(**fields: object) -> Settings:
    return Settings.model_validate({"mongo_uri": "mongodb://127.0.0.1:1", **fields})


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, r"^DASHBOARD_COOKIE_SECRET is not set: `collector env` makes one$"),
        ({"dashboard_cookie_secret": "short"}, r"^DASHBOARD_COOKIE_SECRET has fewer than 32 characters"),
        ({"dashboard_cookie_secret_file": "gone"}, r"^DASHBOARD_COOKIE_SECRET_FILE cannot be read \(FileNotFoundError\)"),
    ],
)
def test_without_a_secret_nothing_is_served(fields: dict[str, object], line: str) -> None:
    """One line, and it does not hold what was given."""
    with pytest.raises(StopWorker, match=line) as told:
        cookie_secret(settings(**fields))
    assert "short" not in str(told.value)


def test_the_secret_is_the_variables_or_its_files(tmp_path: Path) -> None:
    """A file ends in a line break, the secret does not."""
    file = tmp_path / "secret"
    file.write_text(f"{LONG}\n")

    assert cookie_secret(settings(dashboard_cookie_secret=LONG)) == LONG
    assert cookie_secret(settings(dashboard_cookie_secret_file=str(file))) == LONG
    assert cookie_secret(settings(dashboard_login="off")) == ""
    assert LONG not in repr(settings(dashboard_cookie_secret=LONG))


async def test_only_this_machine_is_let_in_without_a_login() -> None:
    """An open door to a network is a mistake of the environment."""
    database = AsyncMongoClient[dict[str, object]]("mongodb://127.0.0.1:1", connect=False)["any"]

    assert not access(settings(dashboard_login="off"), database, now).terms.login
    assert access(settings(dashboard_address="0.0.0.0"), database, now).terms.login  # noqa: S104 - that it may is tested
    for address in ("0.0.0.0", "::", "10.0.0.5"):  # noqa: S104 - that it may not is tested
        with pytest.raises(StopWorker, match="DASHBOARD_LOGIN=off lets everybody in"):
            access(settings(dashboard_login="off", dashboard_address=address), database, now)
    await database.client.close()


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"dashboard_oidc_issuer": "http://login.example"}, "DASHBOARD_OIDC_ISSUER is no https address"),
        ({"dashboard_oidc_issuer": "https://login.example"}, "DASHBOARD_OIDC_CLIENT is not set"),
    ],
)
def test_a_provider_named_by_half_is_told(fields: dict[str, object], line: str) -> None:
    """Before anybody tries to log in there."""
    with pytest.raises(StopWorker, match=line):
        provider(settings(**fields))
    assert provider(settings()) is None

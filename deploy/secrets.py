"""The secrets of an installation: which there are, and fresh ones."""

from collections.abc import Callable, Collection, Mapping
from secrets import token_urlsafe

from cryptography.fernet import Fernet

MAKERS: dict[str, tuple[str, Callable[[], str]]] = {
    "COLLECTOR_SECRET_KEY": (
        "Encrypts ERP tokens in MongoDB. To change it put the new key in front, a comma between the two.",
        lambda: Fernet.generate_key().decode(),
    ),
    "COLLECTOR_PERSON_KEY": (
        "Hashes CPF and CNPJ. Never change it: every person would become a stranger.",
        lambda: token_urlsafe(32),
    ),
    "DASHBOARD_COOKIE_SECRET": (
        "Signs the logins of the dashboard. Another one ends them all.",
        lambda: token_urlsafe(32),
    ),
    "COLLECTOR_BACKUP_KEY": (
        "Seals backups (`collector backup`). Keep a copy of this file away from them: without it they open for nobody.",
        lambda: Fernet.generate_key().decode(),
    ),
    "MONGO_PASSWORD": ("Of the database's user.", lambda: token_urlsafe(24)),
}
STAGE_SECRETS = ("COLLECTOR_SECRET_KEY", "COLLECTOR_PERSON_KEY", "DASHBOARD_COOKIE_SECRET")
"""What the stages read."""
BACKUP_KEY = "COLLECTOR_BACKUP_KEY"
HOME_SECRETS = (*STAGE_SECRETS, BACKUP_KEY)
"""What `collector up` makes and keeps; the rest belongs to the servers of `docker-compose.yml`."""
KEYS = (BACKUP_KEY, "COLLECTOR_SECRET_KEY", "COLLECTOR_PERSON_KEY")
"""Without these a backup is of no use."""


def make(known: Collection[str], names: Collection[str] = HOME_SECRETS) -> dict[str, str]:
    """A fresh secret for each of `names` that is not `known`."""
    return {name: MAKERS[name][1]() for name in names if name not in known}


def lines(values: Mapping[str, str]) -> str:
    """A file for `docker compose` and for us: NAME=value, each secret below what it is for."""
    return "".join(f"{_comment(name)}{name}={value}\n" for name, value in values.items())


def _comment(name: str) -> str:
    return f"# {MAKERS[name][0]}\n" if name in MAKERS else ""

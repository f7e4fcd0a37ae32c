"""Secrets at rest and people in transit (`ARCHITECTURE.md`, "Secrets and people")."""

import hmac
from typing import Protocol

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from schemas.errors import StopWorker

PERSON_HEX_DIGITS = 32


def box(key: SecretStr) -> MultiFernet:
    """All keys in the comma-separated text. Raises ValueError where one is not a Fernet key."""
    return MultiFernet([Fernet(part.strip()) for part in key.get_secret_value().split(",")])


def seal(token: str, key: SecretStr) -> str:
    """Ciphertext for MongoDB, under the first key."""
    return box(key).encrypt(token.encode()).decode()


def opens(sealed: str, key: SecretStr) -> bool:
    """Whether one of the keys opens it."""
    try:
        box(key).decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True


def first_of(key: SecretStr) -> SecretStr:
    """The newest key alone."""
    return SecretStr(key.get_secret_value().split(",")[0].strip())


def unseal(sealed: str, key: SecretStr) -> str:
    """The token. Raises StopWorker where no key opens it."""
    try:
        return box(key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise StopWorker(
            "COLLECTOR_SECRET_KEY does not open this instance's secrets: restore the old key, or give them again: "
            "`collector instance set NAME --secrets`"
        ) from None


class Sealed(Protocol):
    """A connection: `secret_fields` names those of its fields that hold ciphertext."""

    @property
    def secret_fields(self) -> tuple[str, ...]: ...


def opened(connection: Sealed, key: SecretStr) -> dict[str, str]:
    """The secrets of a connection by their fields; those that are not set are left out. Raises StopWorker."""
    sealed = {name: str(getattr(connection, name)) for name in connection.secret_fields}
    return {name: unseal(text, key) for name, text in sealed.items() if text}


def person_mark(text: str, key: SecretStr) -> str:
    """Tells one key from another. Longer than any hash of a person: never one of them."""
    return hmac.digest(key.get_secret_value().encode(), text.encode(), "sha256").hex()


def person_hash(document: str, key: SecretStr) -> str:
    """Keyed hash of a normalised CPF or CNPJ, the same for all instances of one installation; "" for an empty one."""
    if not document:
        return ""
    return hmac.digest(key.get_secret_value().encode(), document.encode(), "sha256").hex()[:PERSON_HEX_DIGITS]

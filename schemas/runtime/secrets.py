"""Secrets at rest and people in transit (`ARCHITECTURE.md`, "Secrets and people")."""

import hmac
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from schemas.erp.options import Reading
from schemas.errors import StopWorker

PERSON_HEX_DIGITS = 32


def box(key: SecretStr) -> MultiFernet:
    """All keys in the comma-separated text. Raises ValueError where one is not a Fernet key."""
    return MultiFernet([Fernet(part.strip()) for part in key.get_secret_value().split(",")])


def seal(token: str, key: SecretStr) -> str:
    """Ciphertext for MongoDB, under the first key."""
    return box(key).encrypt(token.encode()).decode()


def unseal(sealed: str, key: SecretStr) -> str:
    """The token. Raises StopWorker where no key opens it."""
    try:
        return box(key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise StopWorker(
            "COLLECTOR_SECRET_KEY does not open this instance's ERP token: restore the old key or add the instance again"
        ) from None


def opened(connection: Reading, key: SecretStr) -> dict[str, str]:
    """The secrets of a connection by their fields; those that are not set are left out. Raises StopWorker."""
    sealed = {name: str(getattr(connection, name)) for name in connection.secret_fields}
    return {name: unseal(text, key) for name, text in sealed.items() if text}


def person_hash(document: str, key: SecretStr) -> str:
    """Keyed hash of a normalised CPF or CNPJ, the same for all instances of one installation; "" for an empty one."""
    if not document:
        return ""
    return hmac.new(key.get_secret_value().encode(), document.encode(), sha256).hexdigest()[:PERSON_HEX_DIGITS]

"""Does the database take us? See `schemas.runtime.knocking`; apart from it, as its client takes long to load."""

from pymongo.errors import OperationFailure, PyMongoError

from schemas.errors import StopWorker
from schemas.runtime import mongo
from schemas.runtime.settings import MongoSettings

WRONG_LOGIN = (18, 8_000)
"""MongoDB's AuthenticationFailed, and Atlas's own number for it."""
MAY_NOT = 13
NOT_TRUSTED = "CERTIFICATE_VERIFY_FAILED] certificate verify failed: "


def has_to_log_in(uri: str) -> bool:
    """Whether there is anything that can be refused: a login, or TLS."""
    return "@" in uri or uri.startswith("mongodb+srv:") or "tls=" in uri.lower() or "ssl=" in uri.lower()


def refusal(exc: PyMongoError) -> str | None:
    """Why a database that is there does not take us: one line, never with the URI. None where that is not the reason."""
    if isinstance(exc, OperationFailure):
        if exc.code in WRONG_LOGIN:
            return "MONGO_URI: the database does not take this user and password: mend them, or authSource"
        if exc.code == MAY_NOT:
            return "MONGO_URI: the database does not let this user do it: give it the role readWrite on MONGO_DATABASE"
    _, found, reason = str(exc).partition(NOT_TRUSTED)
    if found:
        return f"MONGO_URI: the certificate is not to be trusted ({_words(reason)}): name what signed it as tlsCAFile"
    return None


async def knock_at(settings: MongoSettings) -> None:
    """Raises StopWorker where it refuses us; one that is away is left to whoever needs it."""
    database = mongo.connect(settings)
    try:
        await database.command("ping")
    except PyMongoError as exc:
        if reason := refusal(exc):
            raise StopWorker(reason) from None
    finally:
        await database.client.close()


def _words(reason: str) -> str:
    """OpenSSL's own, without the place in its source behind them."""
    return reason.partition(" (_ssl")[0].partition(" (configured")[0]

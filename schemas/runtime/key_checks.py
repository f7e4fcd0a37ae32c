"""Is this key the one that the database was written with? Each key leaves a check value in `key_checks` at its first use.

With another `COLLECTOR_PERSON_KEY` every person is a stranger and the blocklist holds nobody; with another
`COLLECTOR_SECRET_KEY` no ERP can be opened. So whoever uses a key compares first, and ends where it is another one.
"""

from pymongo.errors import DuplicateKeyError, PyMongoError

from schemas.errors import RetryLater, StopWorker
from schemas.runtime.mongo import Database, sealed_secrets
from schemas.runtime.secrets import opens, person_mark, seal
from schemas.runtime.settings import Base, PersonSettings, SecretSettings

KEY_CHECKS = "key_checks"
SECRET_KEY, PERSON_KEY = "COLLECTOR_SECRET_KEY", "COLLECTOR_PERSON_KEY"
TEXT = "collector: the key that this was written with"

ANOTHER_SECRET_KEY = (
    f"{SECRET_KEY} is not the key that this database's ERP secrets are sealed with: restore that key, or put it behind the "
    f"new one with a comma between (then run `collector rekey`); lost for good: `collector rekey --lost {SECRET_KEY}`"
)
ANOTHER_PERSON_KEY = (
    f"{PERSON_KEY} is not the key that this database knows people by, so nobody on the blocklist would be recognised: "
    f"restore that key; lost for good: `collector rekey --lost {PERSON_KEY}`"
)


async def check_keys(database: Database, settings: Base) -> None:
    """Compare each key that `settings` hold. Raises StopWorker for another key, RetryLater where MongoDB is away."""
    try:
        if isinstance(settings, SecretSettings):
            await _secret(database, settings)
        if isinstance(settings, PersonSettings):
            mark = person_mark(TEXT, settings.collector_person_key)
            if await _left(database, PERSON_KEY, mark) != mark:
                raise StopWorker(ANOTHER_PERSON_KEY)
    except PyMongoError as exc:
        raise RetryLater(f"MONGO_URI: the database does not answer ({type(exc).__name__})") from exc


async def _secret(database: Database, settings: SecretSettings) -> None:
    key = settings.collector_secret_key
    if await _found(database, SECRET_KEY) is None:
        # A database from before there were checks: the secrets in it tell the key as well
        texts = [text async for _, _, text in sealed_secrets(database)]
        if texts and not any(opens(text, key) for text in texts):
            raise StopWorker(ANOTHER_SECRET_KEY)
    if not opens(await _left(database, SECRET_KEY, seal(TEXT, key)), key):
        raise StopWorker(ANOTHER_SECRET_KEY)


async def _found(database: Database, name: str) -> str | None:
    document = await database[KEY_CHECKS].find_one({"_id": name})
    return None if document is None else str(document["check"])


async def _left(database: Database, name: str, check: str) -> str:
    """What the first user of the key left; `check` where that is us."""
    if (found := await _found(database, name)) is not None:
        return found
    try:
        await database[KEY_CHECKS].insert_one({"_id": name, "check": check})
    except DuplicateKeyError:  # another process was faster
        return await _left(database, name, check)
    return check


async def reseal_check(database: Database, settings: SecretSettings) -> None:
    """Under the first key, so that from now on the others open nothing. The check was opened before, by any of them."""
    check = seal(TEXT, settings.collector_secret_key)
    await database[KEY_CHECKS].replace_one({"_id": SECRET_KEY}, {"check": check}, upsert=True)

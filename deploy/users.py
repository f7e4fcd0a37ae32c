"""The dashboard's users, as an operator changes them: written down first. Open pages notice within a refresh."""

from datetime import UTC, datetime

from pydantic import ValidationError

from dashboard.access.passwords import hashed, problem
from deploy.audit import noted
from deploy.cli.tables import Row
from deploy.clients import database
from schemas.errors import StopWorker
from schemas.runtime.settings import MongoSettings
from schemas.users import USERS, Locale, Role, StoredUser, document, in_milliseconds, read_user

UNREADABLE = "cannot be read: remove it and add it again"


async def add(settings: MongoSettings, name: str, role: Role, locale: Locale, password: str | None) -> None:
    """`password`: None for one who logs in at a provider of identities only. Raises StopWorker where there is one."""
    now = in_milliseconds(datetime.now(UTC))
    user = _checked(name, {"role": role, "locale": locale, "hash": _hash(password), "created_at": now, "changed_at": now})
    async with database(settings) as store:
        if await store[USERS].find_one({"_id": user.name}, {"_id": 1}):
            raise StopWorker(f"there is a user {user.name} already: change it with `collector user set {user.name}`")
        await noted(store, "user_added", "", user.name, f"role={role}")
        await store[USERS].insert_one(document(user))


async def change(  # one option each
    settings: MongoSettings,
    name: str,
    *,
    role: Role | None = None,
    locale: Locale | None = None,
    active: bool | None = None,
    password: str | None = None,
) -> bool:
    """What is None stays. Whether anything changed; all but the language ends the user's logins. Raises StopWorker."""
    async with database(settings) as store:
        found = await store[USERS].find_one({"_id": name})
        if found is None:
            raise StopWorker(f"there is no user {name}: see `collector user list`")
        try:
            before = read_user(found)
        except ValueError:
            raise StopWorker(f"the user {name} {UNREADABLE}") from None
        wanted = {"role": role, "locale": locale, "active": active}
        new: dict[str, object] = {
            field: value for field, value in wanted.items() if value is not None and value != getattr(before, field)
        }
        said = [f"{field}={value}" for field, value in new.items()]
        if password is not None:
            new["hash"] = _hash(password)
            said.append("password")
        if not new:
            return False
        if set(new) != {"locale"}:
            new |= {"changed_at": in_milliseconds(datetime.now(UTC)), "ended": {}}
        await noted(store, "user_changed", "", name, " ".join(said))
        await store[USERS].update_one({"_id": name}, {"$set": new})
        return True


async def remove(settings: MongoSettings, name: str) -> bool:
    """Whether there was such a user."""
    async with database(settings) as store:
        if not await store[USERS].find_one({"_id": name}, {"_id": 1}):
            return False
        await noted(store, "user_removed", "", name)
        await store[USERS].delete_one({"_id": name})
        return True


async def rows(settings: MongoSettings) -> list[Row]:
    """Everybody, by name, without the hash."""
    async with database(settings) as store:
        return [_row(found) async for found in store[USERS].find().sort("_id")]


def _row(found: dict[str, object]) -> Row:
    shown = ("role", "locale", "active", "password", "created_at", "changed_at")
    try:
        user = read_user(found)
    except ValueError:
        return {"name": str(found["_id"]), **dict.fromkeys(shown), "role": UNREADABLE}
    plain = user.model_dump() | {"password": bool(user.hash)}
    return {"name": user.name, **{field: plain[field] for field in shown}}


def _hash(password: str | None) -> str:
    if password is None:
        return ""
    if why := problem(password):
        raise StopWorker(f"the password is not taken: {why}")
    return hashed(password)


def _checked(name: str, fields: dict[str, object]) -> StoredUser:
    try:
        return StoredUser.model_validate({"name": name, **fields})
    except ValidationError as exc:
        if exc.errors()[0]["loc"] != ("name",):
            raise
        raise StopWorker(
            f"{name!r} is no user's name: lower-case letters, digits and . _ @ + -, at most 80, a letter or digit first"
        ) from None

"""The users as the process knows them: read anew with every refresh, and at each login."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from pymongo.errors import PyMongoError

from dashboard.access.tokens import Token, holds
from dashboard.facts.refresher import Clock
from schemas.errors import RetryLater
from schemas.runtime.mongo import Database
from schemas.users import USERS, StoredUser, in_milliseconds, read_user

MOST = 1_000
QUERY_MS = 5_000

log = structlog.get_logger(stage="dashboard")


class People:
    """`known`: by name; None before MongoDB first answered. An answer that fails later leaves them as they were."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._read_at: datetime | None = None
        self.known: Mapping[str, StoredUser] | None = None

    async def read(self, unless_within: timedelta = timedelta(0)) -> Mapping[str, StoredUser]:
        """All of them, from MongoDB unless they were read that recently. Raises RetryLater."""
        now = self._clock()
        if self.known is not None and self._read_at is not None and now - self._read_at < unless_within:
            return self.known
        try:
            found = await self._database[USERS].find().max_time_ms(QUERY_MS).to_list(MOST)
        except PyMongoError as exc:
            raise RetryLater(type(exc).__name__) from exc
        self.known = _readable(found)
        self._read_at = now
        return self.known

    def holder(self, token: Token | None) -> StoredUser | None:
        """Whom a cookie still lets in."""
        user = (self.known or {}).get(token.name) if token else None
        return user if token and holds(token, user) else None

    async def prefer(self, name: str, wanted: Mapping[str, str]) -> None:
        """Keep somebody's `locale` or `theme`, which the caller has looked at. Raises RetryLater."""
        try:
            await self._database[USERS].update_one({"_id": name}, {"$set": dict(wanted)})
        except PyMongoError as exc:
            raise RetryLater(type(exc).__name__) from exc
        await self.read()

    async def end(self, token: Token, until: datetime) -> None:
        """A login is over, in every process and before `until`, when it would be anyway. Raises RetryLater."""
        now = self._clock()
        user = (self.known or {}).get(token.name)
        lapsed = {f"ended.{login}": "" for login, at in (user.ended.items() if user else ()) if at < now}
        change = {"$set": {f"ended.{token.login}": in_milliseconds(until)}, **({"$unset": lapsed} if lapsed else {})}
        try:
            await self._database[USERS].update_one({"_id": token.name}, change)
        except PyMongoError as exc:
            raise RetryLater(type(exc).__name__) from exc
        await self.read()


def _readable(found: list[dict[str, object]]) -> dict[str, StoredUser]:
    users: dict[str, StoredUser] = {}
    for one in found:
        try:
            user = read_user(one)
        except ValueError:
            log.warning("a user's document cannot be read: `collector user list` names it; remove it and add it again")
        else:
            users[user.name] = user
    return users

"""Instances as an administrator changes them on a page; `collector instance` and `collector pabx` write the same.

Each change is written down before it is made, and made only if the instance still is what was looked at. Stages read it
within 5 seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import SecretStr, ValidationError
from pymongo.errors import PyMongoError

from dashboard.drafts.judged import Ready
from dashboard.drafts.kept import Drafts
from schemas.audit import AUDIT, Action, Audited
from schemas.errors import RetryLater, StopWorker
from schemas.instances import Instance
from schemas.runtime.arming import forget_dry, proven
from schemas.runtime.instance_store import REMOVALS, insert, replace
from schemas.runtime.key_checks import check_keys
from schemas.runtime.mongo import Database
from schemas.runtime.restores import waits
from schemas.runtime.secrets import seal
from schemas.runtime.settings import SecretSettings
from schemas.views import INSTANCES, Document

Done = Literal["done", "changed", "taken", "removing", "gone", "another_key", "unproven", "restored", "no_pabx"]
"""`changed`: it is not what was looked at any more. `another_key`: the secrets could not be opened by the other stages.
`restored`: calls of after a backup that was put back still count (`schemas.runtime.restores`)."""
CHANGES: tuple[Action, ...] = ("instance_added", "instance_changed", "pabx_changed", "arm", "disarm", "removal_asked")


@dataclass(frozen=True, slots=True)
class Desk:
    """One reader's. `key`: seals secrets and drafts; None where there is none, and then neither is kept.

    `by`: who the audit says it was. `may_act`: whether the role allows it; PermissionError where it does not. All methods
    raise RetryLater where MongoDB or the audit does not answer.
    """

    database: Database
    clock: Callable[[], datetime]
    key: SecretStr | None = None
    by: str = "dashboard"
    may_act: bool = True

    @property
    def drafts(self) -> Drafts | None:
        """Where this reader's drafts are kept."""
        return Drafts(self.database, self.key, self.by) if self.key else None

    def seal(self, secret: str) -> str:
        """As it is stored. Raises PermissionError where there is no key."""
        if self.key is None:
            raise PermissionError("no key seals secrets here")
        return seal(secret, self.key)

    async def stored(self, name: str) -> Document | None:
        """The instance as it is, valid or not; None where there is none."""
        with _answering():
            return await self.database[INSTANCES].find_one({"_id": name})

    async def all_stored(self) -> list[Document]:
        """Every instance by name."""
        with _answering():
            return await self.database[INSTANCES].find().sort("_id").to_list()

    async def changed_by(self, name: str) -> Audited | None:
        """Who changed it last, where that was written down."""
        with _answering():
            last = await self.database[AUDIT].find({"instance": name, "action": {"$in": CHANGES}}).sort("at", -1).to_list(1)
        return Audited.model_validate({field: value for field, value in last[0].items() if field != "_id"}) if last else None

    async def save(self, ready: Ready, *, secrets: bool) -> Done:
        """Write what was looked at. `secrets`: whether any was given anew."""
        name = str(ready.after["_id"])
        with _answering():
            if secrets and not await self._right_key():
                return "another_key"
            if ready.before and await self.database[INSTANCES].find_one({"_id": name}) != ready.before:
                return "changed"  # before it is written down: what is not done is no entry
            what = ", ".join(str(row["field"]) for row in ready.rows)
            await self._noted("instance_changed" if ready.before else "instance_added", name, what if ready.before else "")
            if not ready.before:
                return await insert(self.database, ready.after) or "done"
            return "done" if await replace(self.database, ready.before, ready.after) else "changed"

    async def pause(self, name: str, *, paused: bool) -> Done:
        """Neither read nor called, or both again."""
        with _answering():
            before = await self.database[INSTANCES].find_one({"_id": name})
            if before is None:
                return "gone"
            await self._noted("instance_changed", name, "paused" if paused else "resumed")
            done = await self.database[INSTANCES].update_one({"_id": name}, {"$set": {"paused": paused}})
            return "done" if done.matched_count else "gone"

    async def ask_removal(self, name: str) -> Done:
        """Paused, and written down that it is to go: the command line takes it out, which runs for minutes."""
        done = await self.pause(name, paused=True)
        if done == "done":
            with _answering():
                await self._noted("removal_asked", name)
        return done

    async def arm(self, name: str) -> Done:
        """From now on it rings, if a test call was seen to its end over the same route, and no restore objects.

        That one objects all the same only the command line can say, with its reason.
        """
        with _answering():
            before = await self.database[INSTANCES].find_one({"_id": name})
            if before is None:
                return "gone"
            instance = _valid(before)
            pabx = instance.pabx if instance else None
            if instance is None or pabx is None:
                return "no_pabx"
            if not pabx.armed and await waits(self.database, instance.rules, self.clock()):
                return "restored"
            if not await proven(self.database, name, pabx):
                return "unproven"
            await self._noted("arm", name)
            await forget_dry(self.database)
            after = {**before, "pabx": {**before["pabx"], "armed": True}}
            return "done" if await replace(self.database, before, after) else "changed"

    async def disarm(self, name: str) -> Done:
        """Nobody is rung any more, whatever else is wrong with the instance."""
        with _answering():
            await self._noted("disarm", name)
            armed = {"_id": name, "pabx.armed": True}
            await self.database[INSTANCES].update_one(armed, {"$set": {"pabx.armed": False}})
            return "done"

    async def removing(self) -> frozenset[str]:
        """Instances whose removal has begun and has not ended."""
        with _answering():
            return frozenset([str(one["_id"]) async for one in self.database[REMOVALS].find()])

    async def _noted(self, action: Action, name: str, what: str = "") -> None:
        if not self.may_act:
            raise PermissionError(f"{self.by} may not change instances")
        entry = Audited(at=self.clock(), by=self.by, action=action, instance=name, what=what)
        await self.database[AUDIT].insert_one(entry.model_dump())

    async def _right_key(self) -> bool:
        if self.key is None:
            return False
        try:
            await check_keys(self.database, SecretSettings(collector_secret_key=self.key))
        except StopWorker:
            return False
        return True


class _answering:  # noqa: N801 - reads as a word after `with`
    """What goes wrong inside with MongoDB is RetryLater."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, PyMongoError):
            raise RetryLater(type(error).__name__) from error


def _valid(document: Document) -> Instance | None:
    """None where it is not: what no stage can use is not armed."""
    try:
        return Instance.model_validate({name: value for name, value in document.items() if name != "_id"})
    except ValidationError:
        return None

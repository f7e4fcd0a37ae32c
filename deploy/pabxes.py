"""An instance's PABX: set, armed, disarmed. Until it is armed everything is done but the ringing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from deploy.audit import noted
from deploy.clients import database
from deploy.instances import AddSettings, change, documents, find
from schemas.errors import StopWorker
from schemas.instance_changes import Row
from schemas.instances import Instance
from schemas.runtime.arming import forget_dry, proven
from schemas.runtime.restores import Wait, waits
from schemas.runtime.settings import MongoSettings
from schemas.views import INSTANCES


async def set_pabx(
    settings: AddSettings, name: str, patch: Mapping[str, Any], secrets: Mapping[str, str]
) -> tuple[Instance, list[Row]]:
    """Change what `patch` names of the PABX; over another route `change` disarms it. Raises StopWorker."""
    await find(settings, name)  # of what is not there nothing is written down
    async with database(settings) as store:
        await noted(store, "pabx_changed", name, what=", ".join(sorted(patch)))
    return await change(settings, name, {"pabx": patch}, secrets, is_noted=True)


async def arm(settings: MongoSettings, name: str, now: datetime, despite: str = "") -> bool:
    """From now on it rings. Whether it did not before. `now`: aware. `despite`: why a restore of before is no reason not to.

    Raises StopWorker where no call was seen to its end yet, or calls of after a backup that was put back still count.
    """
    instance = await find(settings, name)
    pabx = instance.pabx
    if pabx is None:
        raise StopWorker(f"the instance {name} has no PABX: give it one, `collector pabx set {name}`")
    async with database(settings) as store:
        wait = None if pabx.armed else await waits(store, instance.rules, now)
        if wait is not None and not despite.strip():
            raise StopWorker(not_yet(name, wait))
        if not await proven(store, name, pabx):
            raise StopWorker(
                f"no call over this PABX was seen to its end yet, and Asterisk rings whatever it is told: run "
                f"`collector pabx test {name} --call NUMBER` with a telephone of your own first"
            )
        if pabx.armed:
            return False
        await noted(store, "arm", name, what=f"despite a restore: {despite.strip()}" if wait else "")
        await forget_dry(store)
    instance, _ = await change(settings, name, {"pabx": {"armed": True}}, is_noted=True)
    if instance.pabx is None or instance.pabx.route != pabx.route:  # somebody changed it meanwhile
        await disarm(settings, name)
        raise StopWorker(f"the PABX of {name} was changed just now, so it is not armed: test it again")
    return True


def not_yet(name: str, wait: Wait) -> str:
    """What `collector pabx arm` says where a backup was put back. Pure."""
    back = f"a backup of {wait.at:%Y-%m-%d %H:%M} UTC was put back"
    if wait.until is None:
        return f"{back} and not all of it is there: run `collector restore` again, into an empty database"
    return (
        f"{back}, and calls that were placed after it are in no ledger: whoever was rung then would be rung again. {name} "
        f"may be armed from {wait.until:%Y-%m-%d %H:%M:%S} UTC on, when its longest limit is over; if nobody was rung after "
        f"the backup, say why: `collector pabx arm {name} --despite-restore REASON`"
    )


async def disarm(settings: MongoSettings, name: str | None) -> list[str]:
    """One instance, or all where `name` is None: which of them rang until now. Raises StopWorker."""
    done = []
    for document in await documents(settings, [name] if name else ()):
        pabx = document.get("pabx")
        if not isinstance(pabx, Mapping) or not pabx.get("armed"):
            continue
        found = str(document["_id"])
        async with database(settings) as store:
            await noted(store, "disarm", found)
            # Not `change`: an instance that is not valid in another field must be disarmed all the same
            await store[INSTANCES].update_one({"_id": found}, {"$set": {"pabx.armed": False}})
        done.append(found)
    return done

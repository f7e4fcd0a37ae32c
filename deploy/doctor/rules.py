"""What is well, what will not be for long, and what to do about it. Pure."""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from schemas.runtime.releases import older
from sinks.originate.clock_check import MOST

State = Literal["well", "soon", "bad"]
DISK_SOON, DISK_BAD = 0.8, 0.95
"""Of a disk, used. Kafka and MongoDB stop writing when it is full."""
CERTIFICATE_SOON, CERTIFICATE_BAD = timedelta(days=30), timedelta(days=7)
BACKUP_OLD = timedelta(days=2)
MONGO_SUPPORTED = (7, 0)
GB = 10**9


class Finding(NamedTuple):
    """`step`: what to do next, "" where all is well."""

    what: str
    state: State
    found: str
    step: str = ""


def clock(off: timedelta) -> Finding:
    """`off`: between this machine and MongoDB's."""
    said = f"{off.total_seconds():.1f} s from MongoDB's"
    if off <= MOST:
        return Finding("clock", "well", said)
    return Finding("clock", "bad", said, "nobody is rung like this: let both machines follow a time server (chrony)")


def disk(what: str, used: float, total: float) -> Finding:
    """In bytes."""
    if total <= 0:
        return Finding(what, "soon", "its size is not told", "look at it on the server: df -h")
    share = used / total
    said = f"{share:.0%} of {total / GB:.0f} GB used"
    if share < DISK_SOON:
        return Finding(what, "well", said)
    state: State = "bad" if share >= DISK_BAD else "soon"
    return Finding(what, state, said, "make room, or a larger disk: what is full takes no more records")


def certificate(where: str, ends: datetime, now: datetime) -> Finding:
    """Of an ERP or a PABX."""
    what, left = f"certificate of {where}", ends - now
    said = f"ends {ends:%Y-%m-%d}, in {left.days} days"
    if left >= CERTIFICATE_SOON:
        return Finding(what, "well", said)
    state: State = "bad" if left < CERTIFICATE_BAD else "soon"
    return Finding(what, state, said, "tell whoever keeps that server: once it has ended, nothing is read any more")


def backup(newest: datetime | None, folder: str, now: datetime) -> Finding:
    """`newest`: when the newest backup in `folder` was made."""
    if newest is None:
        return Finding("backup", "bad", f"none in {folder}", f"collector backup {folder}, every night (cron)")
    said = f"{newest:%Y-%m-%d %H:%M} UTC"
    if newest > now:
        step = "a clock stood wrong: set it, and move that backup elsewhere"
        return Finding("backup", "bad", f"{said} has not come yet", step)
    if now - newest <= BACKUP_OLD:
        return Finding("backup", "well", said)
    return Finding("backup", "soon", said, f"see why cron made none since: collector backup {folder}")


def backup_key(key: str | None, *, is_all_here: bool) -> Finding | None:
    """`key`: None where no variable says it. Then it is missing only if all variables are here (`is_all_here`): a stage's
    container is told its own alone.
    """
    if key or (key is None and not is_all_here):
        return None
    step = "put it back if there was one, as older backups open with it alone; else take one from `collector env`"
    return Finding("COLLECTOR_BACKUP_KEY", "soon", "is not set, so nothing is backed up", step)


def mongo_version(version: str) -> Finding:
    """Such as 6.0.5."""
    try:
        known = tuple(int(part) for part in version.split(".")[:2])
    except ValueError:
        known = (0, 0)
    if known >= MONGO_SUPPORTED:
        return Finding("MongoDB's version", "well", version)
    return Finding(
        "MongoDB's version",
        "soon",
        version,
        "its makers mend 7.0 and later only: `deploy/upgrading.md` is the way, one version at a time",
    )


def release(ours: str, newest: str) -> Finding | None:
    """`newest`: of the releases that ever worked with this database; None where ours is no older."""
    if not older(ours, newest):
        return None
    step = f"what {ours} cannot read are dead letters: `collector dead-letters retry` after the next upgrade"
    return Finding("release", "soon", f"{ours}, and {newest} was here before", step)


def worst(findings: list[Finding]) -> State:
    """Of all of them."""
    states = {one.state for one in findings}
    return "bad" if "bad" in states else "soon" if "soon" in states else "well"

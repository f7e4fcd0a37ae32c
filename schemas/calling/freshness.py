"""Are the debts of an instance fresh enough to call anybody on them, and does its PABX take calls? Pure.

What is not known is not fresh: a stage that nobody hears, a sweep of which nothing is known.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.instances import Instance
from schemas.queue import Closed
from schemas.stages import SILENT_AFTER, Heartbeat

MAX_LAG = timedelta(minutes=2)
"""Of `hydrate`: so long records may wait that tell who has paid."""


class Signs(NamedTuple):
    """What MongoDB shows. `swept`: instance → as of when its last complete sweep of bills tells (`schemas.sweeps.told_at`).

    `hydrates`: heartbeats of the stage (view `stages`). `refusing`: instances whose PABX refuses us (`pabx_holds`).
    `caught_up`: when nothing was last seen to wait for `hydrate`; None for a reader who does not remember.
    """

    swept: Mapping[str, datetime] = {}
    hydrates: tuple[Heartbeat, ...] = ()
    refusing: frozenset[str] = frozenset()
    caught_up: datetime | None = None


def closed_by(signs: Signs, instance: Instance, now: datetime) -> Closed | None:
    """Why nobody of `instance` is called, whatever its hours say."""
    if instance.name in signs.refusing:
        return "pabx_refuses"
    return "data_stale" if is_stale(signs, instance, now) else None


def is_stale(signs: Signs, instance: Instance, now: datetime) -> bool:
    """Whether what the last complete sweep of bills told is older than allowed, or what it brought may still wait."""
    swept = signs.swept.get(instance.name)
    oldest = timedelta(minutes=instance.rules.max_data_age_minutes)
    return swept is None or now - swept > oldest or _is_behind(signs, now)


def nothing_waits(hydrates: Iterable[Heartbeat], now: datetime) -> bool:
    """Whether `hydrate` is there and everywhere at the end of what it reads."""
    living = _living(hydrates, now)
    return bool(living) and all(beat.lag == 0 for beat in living)


def _is_behind(signs: Signs, now: datetime) -> bool:
    living = _living(signs.hydrates, now)
    waiting = [beat.progress for beat in living if beat.lag != 0]
    if not living or None in waiting:
        return True
    since = [signs.caught_up] if signs.caught_up is not None else waiting
    return bool(waiting) and any(now - at > MAX_LAG for at in since if at is not None)


def _living(hydrates: Iterable[Heartbeat], now: datetime) -> list[Heartbeat]:
    return [beat for beat in hydrates if now - beat.at <= SILENT_AFTER]

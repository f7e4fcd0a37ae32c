"""Who of the stages is there: judged by their heartbeats. Pure."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from schemas.model import Model
from schemas.stages import SILENT_AFTER, Heartbeat

FORGOTTEN_AFTER = timedelta(hours=1)
"""A worker that has been silent for longer is no longer missed, as long as its stage has another."""

State = Literal["alive", "stuck", "peer away", "silent"]


class Present(Model):
    """One worker, or a stage that has none. Times in UTC; `beat`: seconds since its last heartbeat, None without one."""

    stage: str
    worker: str = ""
    state: State
    version: str = ""
    since: AwareDatetime | None = None
    beat: float | None = None
    lag: int | None = None
    progress: AwareDatetime | None = None
    partitions: str = ""
    sweeps: str = ""
    trouble: str = ""


def roll(beats: Collection[Heartbeat], stages: Collection[str], now: datetime) -> list[Present]:
    """Every worker of every stage, those of `stages` that have none included."""
    order = {stage: number for number, stage in enumerate(stages)}
    known = sorted(beats, key=lambda one: (order.get(one.stage, len(order)), one.stage, one.worker))
    heard = {one.stage for one in known if _age(one, now) <= SILENT_AFTER}
    found = [one for one in known if one.stage not in heard or _age(one, now) <= FORGOTTEN_AFTER]
    present = [_present(one, now) for one in found]
    absent = [stage for stage in stages if stage not in {one.stage for one in found}]
    return present + [Present(stage=stage, state="silent", trouble="no heartbeat of it is known") for stage in absent]


def well(found: Collection[Present]) -> bool:
    """Whether everybody is alive."""
    return all(one.state == "alive" for one in found)


def _age(beat: Heartbeat, now: datetime) -> timedelta:
    return max(timedelta(0), now - beat.at)


def _present(beat: Heartbeat, now: datetime) -> Present:
    state: State = "alive"
    trouble = ""
    if (age := _age(beat, now)) > SILENT_AFTER:
        state, trouble = "silent", f"no heartbeat for {age.total_seconds():.0f} s"
    elif beat.stuck:
        state, trouble = "stuck", f"no progress of {', '.join(beat.stuck)}"
    elif beat.away:
        state, trouble = "peer away", f"no answer from {' and '.join(beat.away)}"
    return Present(
        stage=beat.stage,
        worker=beat.worker,
        state=state,
        version=beat.release,
        since=beat.since,
        beat=round(age.total_seconds(), 1),
        lag=beat.lag,
        progress=beat.progress,
        partitions=", ".join(_ranges(beat)),
        sweeps=", ".join(f"{one.instance} {one.kind}" for one in beat.sweeps),
        trouble=trouble,
    )


def _ranges(beat: Heartbeat) -> Iterator[str]:
    """Such as "debtor.v1 0-2 5"."""
    for held in beat.held:
        yield " ".join([held.topic, runs(held.partitions)]).strip()


def runs(numbers: Collection[int]) -> str:
    """Such as "0-2 5"."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return " ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in found)

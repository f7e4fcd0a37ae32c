"""How fast one PABX is asked to ring, and by how many channels at once: values, `now` an argument. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.instances import Instance
from schemas.pabx import Pabx


class Caps(NamedTuple):
    """Of one PABX, all its instances together."""

    channels: int
    per_second: float


def caps_of(address: str, instances: Iterable[Instance], share: float = 1.0) -> Caps | None:
    """The least that any instance of this address allows; None where there is none. `share`: of the calls a second."""
    sharing: list[Pabx] = [one.pabx for one in instances if one.pabx is not None and one.pabx.address == address]
    if not sharing:
        return None
    return Caps(min(one.channels for one in sharing), min(one.calls_per_second for one in sharing) * share)


@dataclass(frozen=True, slots=True)
class Channels:
    """Our calls at one PABX, by attempt: since when each is there, None while its answer is awaited.

    `listed`: whether the PABX has told once which ones live; before, nobody knows what an earlier process left.
    """

    since: Mapping[str, datetime | None] = field(default_factory=dict)
    listed: bool = False

    def begun(self, attempt: str) -> "Channels":
        """It is being asked for."""
        return replace(self, since={**self.since, attempt: None})

    def answered(self, attempt: str, now: datetime) -> "Channels":
        """It may ring, until a list that was asked for later does not have it."""
        return replace(self, since={**self.since, attempt: now})

    def gone(self, attempt: str) -> "Channels":
        """It does not ring."""
        return replace(self, since={name: at for name, at in self.since.items() if name != attempt})

    def told(self, living: Iterable[str], asked_at: datetime) -> "Channels":
        """The PABX's own list, as asked for at `asked_at`, of channels with an id of ours."""
        found = set(living)
        kept = {name: at for name, at in self.since.items() if name in found or at is None or at >= asked_at}
        return Channels({**dict.fromkeys(found - kept.keys(), asked_at), **kept}, listed=True)


@dataclass(frozen=True, slots=True)
class Pace:
    """When the next call may begin: one after the other, no burst after a rest. None: at once."""

    next_at: datetime | None = None

    def begun(self, caps: Caps, now: datetime) -> "Pace":
        """A call begins."""
        return Pace(now + timedelta(seconds=1 / caps.per_second))

    def wait(self, caps: Caps, now: datetime) -> float:
        """Seconds until one may; never more than the pace itself asks for, whatever the clock did."""
        if self.next_at is None:
            return 0.0
        return min(max(0.0, (self.next_at - now).total_seconds()), 1 / caps.per_second)

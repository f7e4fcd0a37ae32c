"""Who is asked for now: the best for whom there is room, looked at once more. Pure."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from processors.dialer.agenda import Agenda
from processors.dialer.pace import LAPSES, Pace, Round
from processors.dialer.schedule import allowed, turn
from schemas.calling.permit import Permit
from schemas.calls import CallRequest
from schemas.controls import Controls
from schemas.instances import Instance
from schemas.queue import QueueEntry


class Looked(NamedTuple):
    """What is known of one debtor just now."""

    entry: QueueEntry
    instance: Instance
    controls: Controls


class Chosen(NamedTuple):
    """One debtor to be asked for, over the PABX of that address."""

    key: bytes
    entry: QueueEntry
    permit: Permit
    address: str

    def request(self, attempt: str, now: datetime) -> CallRequest:
        """The call to be placed."""
        return CallRequest(
            attempt=attempt,
            instance=self.entry.instance,
            code=self.entry.code,
            pabx=self.address,
            number=self.permit.number,
            score=self.permit.score,
            requested_at=now,
            lapses_at=now + LAPSES,
            entry=self.entry,
        )


def choose(
    agenda: Agenda,
    minute: Round,
    paces: Mapping[str, Pace],
    live: Collection[bytes],
    look: Callable[[bytes], Looked],
    *,
    now: datetime,
) -> list[Chosen]:
    """The best of each PABX for whom this `minute` has room, none of `live`. Hours end within an hour too: so each is asked
    about again, and who may not be called after all waits for his next turn in the agenda.
    """
    chosen: dict[bytes, Chosen] = {}
    for address, pace in paces.items():
        most = len(chosen) + minute.room(address, pace)
        while len(chosen) < most:
            best = agenda.best(most - len(chosen), pace.names, {*live, *chosen})
            if not best:
                break
            for key in best:
                entry, instance, controls = look(key)
                permit = allowed(entry, instance, controls, now)
                if permit.holds:
                    agenda.put(key, turn(entry, instance, controls, now))
                else:
                    chosen[key] = Chosen(key, entry, permit, address)
    return list(chosen.values())

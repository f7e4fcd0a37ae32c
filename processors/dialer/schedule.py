"""When may a debtor be called next, and where does he stand then? Pure.

The rules of the moment are asked for the moment itself, and also beforehand for the one that comes: at the opening of the
hours everybody's place is known already.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, get_args
from zoneinfo import ZoneInfo

from schemas.calling.calendar import gate
from schemas.calling.permit import Permit, permit
from schemas.controls import Controls
from schemas.instances import Instance
from schemas.queue import Aside, Facts, HoldReason, QueueEntry

LOOK_AGAIN = timedelta(minutes=1)
"""Where a rule objects of which nobody knows the end, and no record will tell it."""
AHEAD = timedelta(days=366)
"""Nobody's turn is looked for later than this: whose promise ends with all calendars is looked at again then."""
HOPS = 4
"""So often the end of one hold is followed to the next one; then only a look on that day tells more."""
BY_DAY: frozenset[HoldReason] = frozenset({"nothing_due", "too_early", "too_old", *get_args(Aside)})
"""Of bills that do not count, or not yet: what is due next may."""
BY_HOUR: frozenset[HoldReason] = frozenset({"holiday", "outside_window"})
BY_INSTANCE: frozenset[HoldReason] = frozenset({"instance_paused", "no_pabx"})

Rank = tuple[int, date, bytes]
"""Least first: the score negated, the oldest due date, the key. Total and stable."""


class Turn(NamedTuple):
    """`at`: the instant from which a debtor may be called, in UTC. `rank`: his place then, good until the hour ends; None
    where he must be looked at again to know.
    """

    at: datetime
    rank: Rank | None = None


def allowed(entry: QueueEntry, instance: Instance, controls: Controls, now: datetime) -> Permit:
    """What the rules say at `now`. What was refused of a dry run counts while nothing really rings."""
    return permit(_counting(entry.facts, instance), entry.code, instance, controls, now)


def turn(entry: QueueEntry, instance: Instance, controls: Controls, now: datetime) -> Turn | None:
    """The next turn at or after `now`; None where only a new record, or another configuration, can bring one.

    Never too late: at every instant before, some rule objects.
    """
    at = now
    for _ in range(HOPS):
        found = allowed(entry, instance, controls, at)
        if not found.holds:
            return Turn(at, (-found.score, found.due_on or date.max, entry.key))
        ends = list(_ends(found.holds, entry, instance, at))
        told = [end for end in ends if end is not None]
        if len(told) < len(ends):
            return None
        at = max(told)
        if at > now + AHEAD:
            return Turn(now + AHEAD)
    return Turn(at)


def _ends(holds: tuple[HoldReason, ...], entry: QueueEntry, instance: Instance, now: datetime) -> Iterator[datetime | None]:
    """Of each hold the instant, after `now`, before which it surely objects; None where no clock ends it.

    An end that has passed is one of before a rule or a promise was changed: a record will tell the new one.
    """
    for reason in holds:
        if reason in BY_INSTANCE or (reason in BY_DAY and (not entry.facts.due or reason in entry.verdict.holds)):
            yield None
        elif reason in BY_HOUR:
            opens_at = gate(instance, now, entry.facts.uf).opens_at
            yield opens_at and opens_at.astimezone(UTC)
        elif reason in BY_DAY:
            yield _midnight(now.astimezone(instance.clock).date(), instance.clock)
        elif reason in entry.verdict.until:
            far = now.date() + 2 * AHEAD  # no calendar has a day after the last one of its own
            end = _midnight(min(entry.verdict.until[reason], far), instance.clock)
            yield end if end > now else now + LOOK_AGAIN
        elif instant := _instant(reason, entry, instance):
            yield instant if instant > now else now + LOOK_AGAIN
        else:
            yield None if reason in entry.verdict.holds else now + LOOK_AGAIN


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The end of a local day."""
    return datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC)


def _instant(reason: HoldReason, entry: QueueEntry, instance: Instance) -> datetime | None:
    told = (entry.verdict.ends.get(reason), _counting(entry.facts, instance).refused.get(reason))
    return max((end for end in told if end is not None), default=None)


def _counting(facts: Facts, instance: Instance) -> Facts:
    if not facts.refused_dry or (instance.pabx is not None and instance.pabx.armed):
        return facts
    refused = dict(facts.refused)
    for reason, until in facts.refused_dry.items():
        refused[reason] = max(until, refused.get(reason, until))
    return facts.model_copy(update={"refused": refused})

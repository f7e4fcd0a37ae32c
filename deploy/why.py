"""`collector why`: why a debtor is called or not, right now, in rows. Pure; `deploy.why_seen` looks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from dashboard.words.labels import HOLDS
from processors.dialer.schedule import allowed, turn
from schemas.attempts import Attempt, Marks, subjects_of
from schemas.calling.calendar import gate
from schemas.calling.decide import decide
from schemas.calling.freshness import Signs, closed_by
from schemas.calling.hours import zone_of
from schemas.calling.limits import limits
from schemas.calling.permit import Permit
from schemas.controls import Controls
from schemas.instances import Instance
from schemas.queue import HoldReason, QueueEntry
from sinks.originate.reserving import MARGIN

Row = dict[str, object]
ATTEMPTS_SHOWN = 10
BY_HOUR: frozenset[HoldReason] = frozenset({"holiday", "outside_window"})
NOT_QUEUED = "Not in the queue: no open bill of this client is known"


@dataclass(frozen=True, slots=True)
class Seen:
    """What stands of one debtor. `attempts`: the newest first. `refusal`: in what words the PABX refuses the instance."""

    code: str
    instance: Instance
    controls: Controls
    signs: Signs
    entry: QueueEntry | None
    marks: Mapping[str, Marks] = field(default_factory=dict)
    attempts: Sequence[Attempt] = ()
    refusal: str = ""


def rows(seen: Seen, now: datetime) -> list[Row]:
    """The verdict with all that objects, the number, the ledger, the last attempts. `now`: aware."""
    return [*_verdict(seen, now), *_ledger(seen, now), *(_attempt(one) for one in seen.attempts[:ATTEMPTS_SHOWN])]


def subjects(entry: QueueEntry, instance: Instance, number: str) -> tuple[str, ...]:
    """On whom the next call would count; those of dry runs while nothing really rings."""
    facts = entry.facts
    rung = number or next(iter(facts.phones), "")
    dry_run = instance.pabx is not None and not instance.pabx.armed
    found = subjects_of(entry.instance, entry.code, facts.person, rung, facts.phones, dry_run=dry_run)
    return tuple(one for one in found if not one.endswith("number:"))


def permitted(entry: QueueEntry, seen: Seen, now: datetime) -> Permit:
    """Every rule of the moment but the ledger, what closes whole instances too."""
    found = allowed(entry, seen.instance, seen.controls, now)
    closed = closed_by(seen.signs, seen.instance, now)
    return found._replace(holds=(*found.holds, closed)) if closed else found


def _row(about: str, what: str, detail: str = "", at: datetime | None = None, until: datetime | None = None) -> Row:
    return {"about": about, "what": what, "at": at, "until": until, "detail": detail}


def _verdict(seen: Seen, now: datetime) -> Iterator[Row]:
    entry = seen.entry
    if entry is None:
        yield _row("verdict", NOT_QUEUED)
        return
    found = permitted(entry, seen, now)
    # as the dialer decides in a moment, where rules or people's decisions have changed just now
    entry = entry.model_copy(update={"verdict": decide(entry.facts, entry.code, seen.instance, seen.controls)})
    if not found.holds:
        yield _row("verdict", "May be called now", f"score {found.score}; the ledger has the last word", entry.decided_at)
    for reason in dict.fromkeys(found.holds):
        told = HOLDS[reason]
        detail = seen.refusal if reason == "pabx_refuses" and seen.refusal else told.step
        yield _row("hold", told.label, f"{reason}: {detail}", entry.decided_at, _until(reason, entry, seen, found, now))
    if found.holds:
        coming = turn(entry, seen.instance, seen.controls, now)
        known = "by all that is known today" if coming else "only something new can bring it: a record, or other rules"
        yield _row("next turn", "Not before" if coming else "No clock brings it", known, at=coming.at if coming else None)
    yield _row("number", found.number or "None is left to ring", f"{len(entry.facts.phones)} known")


def _until(reason: HoldReason, entry: QueueEntry, seen: Seen, found: Permit, now: datetime) -> datetime | None:
    """The instant from which this hold objects no more; None where no clock ends it."""
    instance, facts = seen.instance, entry.facts
    if reason in BY_HOUR:
        return gate(instance, now, facts.uf).opens_at
    if reason == "too_early" and found.due_on is not None:
        return _midnight(found.due_on + timedelta(days=instance.rules.min_days_overdue), instance)
    if reason in entry.verdict.until:
        return _midnight(entry.verdict.until[reason] + timedelta(days=1), instance)
    return entry.verdict.ends.get(reason) or facts.refused_dry.get(reason)


def _midnight(day: date, instance: Instance) -> datetime:
    return datetime.combine(day, time(0), instance.clock)


def _ledger(seen: Seen, now: datetime) -> Iterator[Row]:
    zone = zone_of(seen.instance, seen.entry.facts.uf if seen.entry else "")
    for subject, marks in sorted(seen.marks.items()):
        for limit in limits(marks.calls, seen.instance.rules, zone, now, MARGIN):
            yield _row("limit", subject, f"{limit.reason}: {HOLDS[limit.reason].label}", until=limit.until)
        for mark in reversed(marks.calls):
            states = ["may still be going on" if mark.open else "over", *(["a conversation"] if mark.human else [])]
            yield _row("mark", subject, f"{', '.join(states)}; attempt {mark.attempt}", mark.at)


def _attempt(attempt: Attempt) -> Row:
    said = ": ".join(_words(attempt.outcome or "", attempt.reason))
    dry = "dry run, " if attempt.dry_run else ""
    return _row(
        "attempt", attempt.attempt, f"{dry}{attempt.state}{f', {said}' if said else ''}; {attempt.number}", attempt.at
    )


def _words(*words: str) -> Iterable[str]:
    return (word for word in words if word)

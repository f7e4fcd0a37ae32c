"""May this debtor be called now, and what objects? Rules without call history (`ARCHITECTURE.md`). Pure."""

from collections.abc import Iterator
from datetime import date, datetime

from schemas.calling.calendar import is_holiday, is_open
from schemas.calling.score import score
from schemas.controls import Controls
from schemas.instances import Instance
from schemas.queue import Facts, HoldReason, Verdict


def decide(facts: Facts, code: str, instance: Instance, controls: Controls, now: datetime) -> Verdict:
    """The verdict at `now` (any zone). Every rule is asked, so that a hold shows all that objects."""
    today = now.astimezone(instance.clock).date()
    overdue = [(due_on, cents) for due_on, cents in facts.due if due_on < today and cents > 0]
    overdue_cents = sum(cents for _, cents in overdue)
    oldest = overdue[0][0] if overdue else None
    days_late = (today - oldest).days if oldest else 0
    parts = score(facts, days_late, overdue_cents)
    return Verdict(
        holds=(
            *debt(facts, days_late, overdue_cents, instance),
            *people(facts, code, controls, today),
            *hours(instance, now, today),
        ),
        score=sum(parts.values()),
        parts=parts,
        oldest_due_on=oldest,
        overdue_cents=overdue_cents,
    )


def debt(facts: Facts, days_late: int, overdue_cents: int, instance: Instance) -> Iterator[HoldReason]:
    """What the debt itself objects."""
    if overdue_cents == 0:
        yield "nothing_due"
    elif days_late < instance.rules.min_days_overdue:
        yield "too_early"
    if facts.voluntary_suspension:
        yield "voluntary_suspension"
    if facts.awaiting_confirmation:
        yield "awaiting_confirmation"
    if facts.renegotiated:
        yield "renegotiated"


def people(facts: Facts, code: str, controls: Controls, today: date) -> Iterator[HoldReason]:
    """What the debtor, the clerk or the ERP objects."""
    if not facts.known:
        yield "client_unknown"
    if not facts.collect:
        yield "excluded_by_erp"
    if controls.promises.get(code, date.min) >= today:
        yield "promise"
    allowed = [phone for phone in facts.phones if phone not in controls.phones]
    if facts.person in controls.people or (facts.phones and not allowed):
        yield "blocklist"
    if not facts.phones:
        yield "no_phone"


def hours(instance: Instance, now: datetime, today: date) -> Iterator[HoldReason]:
    """What the clock objects."""
    if not instance.rules.call_on_holidays and is_holiday(instance.state, today):
        yield "holiday"
    if not is_open(instance, now):
        yield "outside_window"

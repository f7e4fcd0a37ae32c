"""What calls leave in a debtor's facts: the attempts of 30 days, and what the ledger refused. Pure.

Two topics tell of one attempt, and either may come first: whatever the order, the same attempts remain.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from schemas.attempts import Outcome
from schemas.calls import Call, CallPlaced
from schemas.model import Instant
from schemas.queue import Facts, HoldReason, PastCall

KEPT = timedelta(days=30)
UNHEARD: tuple[Outcome | None, ...] = (None, "lost")
"""No evidence that it rang."""


def with_placed(facts: Facts, event: CallPlaced) -> Facts:
    """What became of a request at the PABX. A call that was refused never was, unless somebody heard it all the same."""
    before = _known(facts, event.attempt)
    outcome = before.outcome if before else None
    if event.answer != "refused":
        return facts if event.dry_run else _with(facts, event.attempt, event.at, event.number, outcome)
    left = without(facts, event.attempt) if outcome in UNHEARD else facts
    if event.reason is None or event.until is None:
        return left
    return _refused(left, event.reason, event.until, dry_run=event.dry_run)


def with_call(facts: Facts, event: Call) -> Facts:
    """What is known of a call by now. One that is lost counts like any."""
    if event.dry_run or (event.answer == "refused" and event.outcome in UNHEARD):
        return without(facts, event.attempt)
    return _with(facts, event.attempt, event.at, event.number, event.outcome)


def without(facts: Facts, attempt: str) -> Facts:
    """The same without one attempt."""
    return facts.model_copy(update={"calls": tuple(call for call in facts.calls if call.attempt != attempt)})


def recent(facts: Facts, now: datetime) -> Facts:
    """Without calls older than `KEPT`, and without refusals that have ended."""
    if not (facts.calls or facts.refused or facts.refused_dry):
        return facts
    return facts.model_copy(
        update={
            "calls": tuple(call for call in facts.calls if now - call.at <= KEPT),
            "refused": _going_on(facts.refused, now),
            "refused_dry": _going_on(facts.refused_dry, now),
        }
    )


def carried(facts: Facts, before: Facts | None) -> Facts:
    """The facts of a debtor's record with the history of `before`."""
    if before is None:
        return facts
    kept = {"calls": before.calls, "refused": before.refused, "refused_dry": before.refused_dry}
    return facts.model_copy(update=kept)


def _known(facts: Facts, attempt: str) -> PastCall | None:
    return next((call for call in facts.calls if call.attempt == attempt), None)


def _with(facts: Facts, attempt: str, at: datetime, number: str, outcome: Outcome | None) -> Facts:
    """`at`: the later one, if two are told, as limits count from it."""
    before = _known(facts, attempt)
    if before is not None:
        at, number = max(at, before.at), number or before.number
    call = PastCall(attempt=attempt, at=at, number=number, outcome=outcome)
    calls = (*without(facts, attempt).calls, call)
    return facts.model_copy(update={"calls": tuple(sorted(calls, key=lambda one: (one.at, one.attempt)))})


def _refused(facts: Facts, reason: HoldReason, until: datetime, *, dry_run: bool) -> Facts:
    name = "refused_dry" if dry_run else "refused"
    refused: Mapping[HoldReason, Instant] = getattr(facts, name)
    return facts.model_copy(update={name: {**refused, reason: until}})


def _going_on(refused: Mapping[HoldReason, Instant], now: datetime) -> dict[HoldReason, Instant]:
    return {reason: until for reason, until in refused.items() if until > now}

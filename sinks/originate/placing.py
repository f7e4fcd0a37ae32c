"""One request, from the look at the world to what the PABX said: the steps, in an order in which any may be the last one.

One POST an attempt, ever: only the run that moved it from `reserving` to `reserved` may ring, and no other step repeats it.
What was published comes before the state that says so: a crash in between is published again, by `sinks.originate.healing`.
"""

from datetime import datetime

from schemas.attempts import Attempt, AttemptState, subjects_of
from schemas.calling.hours import zone_of
from schemas.calling.limits import limits
from schemas.calls import Answer, CallPlaced, CallRequest
from schemas.instances import Instance
from schemas.queue import HoldReason
from sinks.originate.answers import Answered
from sinks.originate.marks import moved
from sinks.originate.reserving import MARGIN, Judge, Late, Overtaken, Reserved, begin, pull, reserve, rewrite
from sinks.originate.steps import Ask, Fate, Hold, Look, Move, Publish, Ring, Steps
from sinks.originate.weighing import SOON, Refusal, Sight, Weighed, late, weigh

BEFORE: tuple[AttemptState, ...] = ("reserving",)
AFTER: tuple[AttemptState, ...] = ("reserved", "ringing")
TOO_LATE = "it took too long"
CROWDED = "too many at once wanted the same person"


def place(request: CallRequest, now: datetime) -> Steps[Fate]:
    """`now`: at the beginning. A request that has lapsed leaves no trace: replaying the topic rings nobody."""
    if now >= request.lapses_at:
        return "dropped"
    done = yield Look(request)
    sight: Sight = done.value
    if sight.clock_off or done.now >= request.lapses_at or not sight.at <= done.now < sight.at + SOON:
        return "dropped"  # the attempt's time, by which marks grow old, is that of a clock that was just found right
    weighed = weigh(request, sight, done.now)
    attempt = _attempt(request, sight, weighed, done.now)
    if not (yield from begin(attempt)):
        return "handled"
    if isinstance(weighed, Refusal):
        return (yield from _refused(attempt, BEFORE, weighed))
    return (yield from _reserve(attempt, weighed, sight))


def _reserve(attempt: Attempt, weighed: Weighed, sight: Sight) -> Steps[Fate]:
    found = yield from reserve(attempt, judge_of(weighed.instance, weighed.entry.facts.uf))
    if isinstance(found, Overtaken):
        return "handled"
    if isinstance(found, Late):
        return (yield from _refused(attempt, BEFORE, Refusal(None, TOO_LATE)))
    if isinstance(found, Reserved):
        reserved = attempt.model_copy(update={"state": "reserved", "at": found.at})
        return (yield from _ring(reserved, weighed, sight, found.now))
    if found.limit is None:
        return (yield from _refused(attempt, BEFORE, Refusal(None, CROWDED)))
    return (yield from _refused(attempt, BEFORE, Refusal(found.limit.reason), found.limit.until))


def judge_of(instance: Instance, uf: str) -> Judge:
    """The limits of one instance in the debtor's zone, each longer by the margin."""
    zone = zone_of(instance, uf)
    return lambda marks, now: limits(marks, instance.rules, zone, now, MARGIN)


def placed_of(attempt: Attempt, answer: Answer, detail: str = "") -> CallPlaced:
    """What `call.placed.v1` says of it."""
    fields = attempt.model_dump(include=CallPlaced.model_fields.keys() - {"reason"})
    return CallPlaced(**fields, answer=answer, detail=detail)


def _attempt(request: CallRequest, sight: Sight, weighed: Weighed | Refusal, now: datetime) -> Attempt:
    pabx = sight.instance.pabx if sight.instance else None
    dry_run = pabx is not None and not pabx.armed
    if isinstance(weighed, Weighed):
        facts, number = weighed.entry.facts, weighed.number
    else:
        facts, number = request.entry.facts, request.number
    return Attempt(
        attempt=request.attempt,
        state="reserving",
        instance=request.instance,
        code=request.code,
        person=facts.person,
        number=number,
        pabx=request.pabx,
        subjects=subjects_of(request.instance, request.code, facts.person, number, facts.phones, dry_run=dry_run),
        at=now,
        changed_at=now,
        ring_seconds=pabx.ring_seconds if pabx else 0,
        dry_run=dry_run,
    )


def _refused(attempt: Attempt, states: tuple[AttemptState, ...], why: Refusal, until: datetime | None = None) -> Steps[Fate]:
    """Of an attempt without marks. Whoever took it for left behind meanwhile did not know that it never rang."""
    reason: HoldReason | None = why.reason
    placed = placed_of(attempt, "refused", why.detail).model_copy(update={"reason": reason, "until": until})
    done = yield Publish(placed)
    yield Move(attempt.attempt, states, "refused", done.now, reason=why.detail or reason or "")
    return "refused"


def _ring(attempt: Attempt, weighed: Weighed, sight: Sight, now: datetime) -> Steps[Fate]:
    """Of a reserved attempt."""
    if attempt.dry_run:
        done = yield Publish(placed_of(attempt, "ringing"))
        yield Move(attempt.attempt, ("reserved",), "ended", done.now)
        return "dry"
    if late(weighed, sight, now):
        yield from pull(attempt)
        return (yield from _refused(attempt, AFTER, Refusal(None, TOO_LATE)))
    done = yield Ring(attempt, weighed.instance, weighed.ends_at)
    found: Answered = done.value
    if found.answer == "refused":
        yield from pull(attempt)
        fate = yield from _refused(attempt, AFTER, Refusal("pabx_refuses" if found.holds else None, found.detail))
    elif found.answer == "unclear":
        done = yield Ask(attempt)
        alive: Answered | None = done.value
        fate = yield from counted(attempt, alive or found, done.now)
    else:
        fate = yield from counted(attempt, found, done.now)
    if found.holds:
        yield Hold(weighed.instance, found.holds, found.detail)
    return fate


def counted(attempt: Attempt, found: Answered, now: datetime) -> Steps[Fate]:
    """Of an attempt that may ring: its marks stay, and move to where it began ringing, if that is later."""
    at = attempt.at if found.started_at is None else max(attempt.at, min(found.started_at, now))
    if at > attempt.at + SOON:
        yield from rewrite(attempt, moved(at))
        attempt = attempt.model_copy(update={"at": at})
    done = yield Publish(placed_of(attempt, found.answer, found.detail))
    yield Move(attempt.attempt, ("reserved",), "ringing", done.now, at=attempt.at, reason=found.detail)
    return "unclear" if found.answer == "unclear" else "ringing"

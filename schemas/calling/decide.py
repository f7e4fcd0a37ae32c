"""What objects to a call whatever the time? The rules whose answer is stored. Pure.

What the clock decides is computed when an entry is read: `schemas.calling.place` and `schemas.calling.calendar`. What past
calls forbid is stored with its end, so that time alone publishes nothing.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import get_args

from schemas.attempts import MARKS_KEPT
from schemas.calling.hours import zone_of
from schemas.calling.limits import limits
from schemas.calling.phones import dialable, next_number
from schemas.calling.retry import retry_at
from schemas.controls import Controls
from schemas.instances import Instance, Rules
from schemas.queue import LIMITS, Facts, HoldReason, Verdict
from schemas.spelling import fold

ORDER: dict[HoldReason, int] = {reason: place for place, reason in enumerate(get_args(HoldReason))}


def decide(facts: Facts, code: str, instance: Instance, controls: Controls) -> Verdict:
    """The verdict that stands until facts, rules or controls change, without a clock.

    Every rule is asked, so that a hold shows all that objects.
    """
    promised = controls.promises.get(code)
    number = next_number(dialable(facts.phones, instance), controls.phones, facts.calls)
    lasting = (*debt(facts), *people(facts, code, controls), *kinds(facts, instance.rules))
    if not number and facts.phones and "blocklist" not in lasting:
        lasting = (*lasting, "no_number_left")
    if not facts.calls and not facts.refused:  # most debtors by far
        return Verdict(holds=lasting, until={"promise": promised} if promised is not None else {}, number=number)
    holds: dict[HoldReason, datetime | None] = dict.fromkeys(lasting)
    holds |= dict(history(facts, instance))
    for reason, until in facts.refused.items():
        if reason in LIMITS:  # of any other rule facts and controls tell
            holds[reason] = max(until, holds.get(reason) or until)
    return Verdict(
        holds=tuple(sorted(holds, key=ORDER.__getitem__)),
        until={"promise": promised} if promised is not None else {},
        ends={reason: ends for reason, ends in holds.items() if ends is not None},
        number=number,
    )


def debt(facts: Facts) -> Iterator[HoldReason]:
    """What the debt itself objects, in entries of before bills were judged one by one."""
    if facts.voluntary_suspension:
        yield "voluntary_suspension"
    if facts.awaiting_confirmation:
        yield "awaiting_confirmation"
    if facts.renegotiated:
        yield "renegotiated"


def people(facts: Facts, code: str, controls: Controls) -> Iterator[HoldReason]:
    """What the debtor, the clerk or the ERP objects."""
    if not facts.known:
        yield "client_unknown"
    if not facts.collect:
        yield "excluded_by_erp"
    if code in controls.promises:
        yield "promise"
    if controls.silence(facts.person, facts.phones):
        yield "blocklist"
    if controls.doubts.of(code, facts.person, facts.phones):
        yield "control_unreadable"
    if not facts.phones:
        yield "no_phone"


def kinds(facts: Facts, rules: Rules) -> Iterator[HoldReason]:
    """Whom the instance does not call at all."""
    if facts.known and not facts.active and not rules.call_inactive:
        yield "client_inactive"
    if facts.company and not rules.call_companies:
        yield "company"
    if rules.branches or rules.branches_left_out:
        branch = fold(facts.branch)
        if (rules.branches and branch not in map(fold, rules.branches)) or branch in map(fold, rules.branches_left_out):
            yield "branch"


def history(facts: Facts, instance: Instance) -> Iterator[tuple[HoldReason, datetime]]:
    """What past calls forbid, and until when. An open call: until a record tells its end, or its mark has gone.

    No limit begins to object by time alone: what objects right after the newest call is all that will.
    """
    if not facts.calls:
        return
    newest = max(call.at for call in facts.calls)
    for reason, until in limits(facts.calls, instance.rules, zone_of(instance, facts.uf), newest):
        yield reason, until or max(call.at for call in facts.calls if call.open) + MARKS_KEPT
    retry = retry_at(facts.calls, instance.rules)
    if retry is not None:
        yield "retry_later", retry


def in_force(verdict: Verdict, today: date, now: datetime | None = None) -> Verdict:
    """Without the holds that ended before the local day `today`, or by `now`; without `now` no instant has passed.

    Equal verdicts hold the same debtor from then on.
    """
    until = {reason: day for reason, day in verdict.until.items() if day >= today}
    ends = {reason: at for reason, at in verdict.ends.items() if now is None or at > now}
    ended = (verdict.until.keys() - until.keys()) | (verdict.ends.keys() - ends.keys())
    if not ended:
        return verdict
    holds = tuple(reason for reason in verdict.holds if reason not in ended)
    return Verdict(holds=holds, until=until, ends=ends, number=verdict.number)

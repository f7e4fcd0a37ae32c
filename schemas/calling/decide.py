"""What objects to a call whatever the time? The rules whose answer is stored, without call history. Pure.

What the clock decides is computed when an entry is read: `schemas.calling.place` and `schemas.calling.calendar`.
"""

from collections.abc import Iterator
from datetime import date

from schemas.controls import Controls
from schemas.queue import Facts, HoldReason, Verdict


def decide(facts: Facts, code: str, controls: Controls) -> Verdict:
    """The verdict that stands until facts or controls change. Every rule is asked, so that a hold shows all that objects."""
    promised = controls.promises.get(code)
    return Verdict(
        holds=(*debt(facts), *people(facts, code, controls)),
        until={"promise": promised} if promised is not None else {},
    )


def debt(facts: Facts) -> Iterator[HoldReason]:
    """What the debt itself objects."""
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
    allowed = [phone for phone in facts.phones if phone not in controls.phones]
    if facts.person in controls.people or (facts.phones and not allowed):
        yield "blocklist"
    if controls.doubts.of(code, facts.person, facts.phones):
        yield "control_unreadable"
    if not facts.phones:
        yield "no_phone"


def in_force(verdict: Verdict, today: date) -> Verdict:
    """Without the holds that ended before `today`: equal verdicts hold the same debtor from that day on."""
    until = {reason: day for reason, day in verdict.until.items() if day >= today}
    ended = verdict.until.keys() - until.keys()
    return Verdict(holds=tuple(reason for reason in verdict.holds if reason not in ended), until=until)

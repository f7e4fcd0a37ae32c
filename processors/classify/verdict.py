"""What a finished call was: answering-machine detection and cause before disposition before presumption. Pure.

What is presumed is never counted as a contact: `machine_presumed` and `not_sure` are no `human`.
"""

from datetime import datetime
from typing import NamedTuple

from processors.classify.codes import (
    AMD,
    AMD_CAUSES,
    CAUSES,
    DIAL_STATUSES,
    DISPOSITIONS,
    NORMAL,
    disposition,
    place,
)
from processors.classify.reading import between
from schemas.attempts import Outcome
from schemas.evidence import Heard, Side

DROPPED_S = 1
"""Who has hung up by then heard nothing."""
ANALYSIS_S = 6
"""AMD ends within 5 s as it is delivered: a call whose last application it was ended while it listened."""
VOICEMAIL_S = 20
"""So long a network rings before its voicemail answers."""
CUT_S = 15
"""So long it rings before its voicemail speaks without an answer; then the network ends the call."""
OURS_S = 1
"""Our own time-out ends a call up to so much before its time, as records cut seconds off."""


class Verdict(NamedTuple):
    """`why`: the evidence, for people."""

    outcome: Outcome
    why: str


class Shape(NamedTuple):
    """The call as the side that counts tells it. `disposition`: the best one, "" where there is none."""

    answered: bool
    disposition: str
    ring_s: float | None
    talk_s: float | None
    answered_at: datetime | None
    ended_at: datetime | None


def shape(heard: Heard) -> Shape:
    """Legs where our own channel is only the half of a Local one, else our own; events, which are more exact, first."""
    side = heard.legs if heard.legs.dispositions and (heard.local or not heard.own.dispositions) else heard.own
    word = _best(side, heard)
    answered = word == "ANSWERED" or (heard.answered and side is heard.own)
    if heard.local and not heard.legs.dispositions and heard.hangup_cause in CAUSES:
        answered = False  # the dialplan answers a Local channel before it calls anybody
    ended_at = heard.gone_at or side.ended_at
    if not answered:
        rang = None if heard.answered else between(heard.made_at, heard.gone_at)
        return Shape(False, word, side.rang_s if rang is None else rang, None, None, ended_at)
    exact = heard.up_at if side is heard.own else None
    ring, talk = between(heard.made_at, exact), between(exact, heard.gone_at)
    ring_s, talk_s = side.ring_s if ring is None else ring, side.talk_s if talk is None else talk
    return Shape(True, word, ring_s, talk_s, exact or side.answered_at, ended_at)


def _best(side: Side, heard: Heard) -> str:
    words = [disposition(word) for word in side.dispositions]
    words += [DIAL_STATUSES[heard.dial_status]] if heard.dial_status in DIAL_STATUSES and not words else []
    return min(words, key=lambda word: (place(word, DISPOSITIONS), word), default="")


def cause_of(heard: Heard) -> int | None:
    """Of our own channel; of another, where ours is half of a Local one and tells nothing."""
    if heard.local and heard.hangup_cause not in CAUSES and heard.leg_cause is not None:
        return heard.leg_cause
    return heard.hangup_cause


def verdict(heard: Heard, ring_seconds: int) -> Verdict:
    """What all that was heard amounts to, now that the call is over. `ring_seconds`: after which we give up ringing."""
    found = shape(heard)
    if by_amd := _by_amd(heard):
        return by_amd
    if found.answered:
        return _answered(heard, found)
    if by_cause := _by_cause(cause_of(heard)):
        return by_cause
    return _unanswered(heard, found, ring_seconds)


def _by_amd(heard: Heard) -> Verdict | None:
    status = heard.amd_status.upper() or AMD_CAUSES.get(heard.amd_cause.partition("-")[0].upper(), "")
    outcome = AMD.get(status)
    return Verdict(outcome, " ".join(("AMD", heard.amd_status or status, heard.amd_cause)).strip()) if outcome else None


def _by_cause(cause: int | None) -> Verdict | None:
    outcome = CAUSES.get(cause or 0)
    return Verdict(outcome, f"cause {cause}") if outcome else None


def _answered(heard: Heard, found: Shape) -> Verdict:
    """Nobody listened, or it could not tell: what is left are signs."""
    said = f"ANSWERED, AMD {heard.amd_status}" if heard.amd_status else "ANSWERED, no AMD"
    if heard.last_app == "AMD" and (found.talk_s is None or found.talk_s <= ANALYSIS_S):
        return Verdict("dropped", f"{said}, hung up while it listened")
    if found.talk_s is not None and found.talk_s <= DROPPED_S:
        return Verdict("dropped", f"{said}, hung up after {found.talk_s:g} s")
    if heard.last_app == "VoiceMail":
        return Verdict("machine_presumed", f"{said}, last application VoiceMail")
    if found.ring_s is not None and found.ring_s >= VOICEMAIL_S:
        return Verdict("machine_presumed", f"{said}, rang {found.ring_s:g} s")
    return Verdict("not_sure", said)


def _unanswered(heard: Heard, found: Shape, ring_seconds: int) -> Verdict:
    """No cause that tells: the disposition, or that somebody simply hung up.

    Carriers here let voicemail speak before they answer: what rang long and was cut by them was probably a machine.
    """
    cause, rang = cause_of(heard), found.ring_s
    outcome = DISPOSITIONS.get(found.disposition) or ("no_answer" if cause in NORMAL else None)
    said = found.disposition or (f"cause {cause}" if cause else "")
    if outcome is None:
        if said or heard.ended:
            return Verdict("failed", said or "ended, nobody says why")
        return Verdict("lost", "nothing was heard of its end")
    if outcome == "no_answer" and rang is not None and CUT_S <= rang < ring_seconds - OURS_S:
        return Verdict("machine_presumed", f"{said}, cut by the network after {rang:g} s")
    return Verdict(outcome, said)

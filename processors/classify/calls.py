"""One call's state: what was placed, all that was heard, and what both amount to. Pure.

A call is judged once it is over: its own channel has gone, or its time has. Before, what is known (a human was heard) is no
outcome yet: whoever sees one takes the call for ended.
"""

from datetime import datetime, timedelta

from processors.classify.gather import joined
from processors.classify.verdict import shape, verdict
from schemas.attempts import made_at
from schemas.calls import Answer, Call, CallPlaced
from schemas.evidence import Heard

SILENCE = timedelta(minutes=15)
"""After the time for ringing: so long evidence may take to come."""
TALK = timedelta(hours=1)
"""A call that was answered may still be going on; after so much more it is judged by what is known."""
WORTH: dict[Answer | None, int] = {None: 0, "refused": 1, "unclear": 2, "ringing": 3}


def begun(instance: str, code: str, attempt: str) -> Call:
    """Nothing is known but that it was attempted. Raises ValueError where one of these can be none."""
    return Call(instance=instance, code=code, attempt=attempt, version=0, at=made_at(attempt))


def placed(call: Call, said: CallPlaced) -> Call:
    """With what `originate` said; of two tellings the one that rings, then the later one."""
    if (WORTH[said.answer], said.at) <= (WORTH[call.answer], call.at):
        return call
    told = said.model_dump(include={"answer", "person", "number", "pabx", "at", "ring_seconds", "dry_run"})
    return call.model_copy(update={**told, "placed": True})


def told(call: Call, heard: Heard) -> Call:
    """With one more piece of evidence, or one that was known."""
    return call.model_copy(update={"heard": joined(call.heard, heard)})


def judged(call: Call, *, over: bool) -> Call:
    """With its outcome, where it has ended or is `over`, and its times. What has once been judged is judged anew."""
    heard = call.heard
    if call.dry_run or not (heard.ended or over or call.outcome):
        return call
    found, seen = verdict(heard, call.ring_seconds), shape(heard)
    return call.model_copy(
        update={
            "outcome": found.outcome,
            "why": found.why,
            "ring_s": seen.ring_s,
            "talk_s": seen.talk_s,
            "answered_at": seen.answered_at,
            "ended_at": seen.ended_at,
        }
    )


def due(call: Call) -> datetime:
    """When it is over whatever is known: `lost` where nothing is."""
    return call.at + timedelta(seconds=call.ring_seconds) + SILENCE + (TALK if call.heard.answered else timedelta(0))

"""A closed gate as people read it: why nobody may be called just now, and until when (pure)."""

from datetime import datetime

from dashboard.words.labels import HOLDS
from dashboard.words.language import Language
from schemas.calling.calendar import Gate

BY_CLOCK = ("holiday", "outside_window")


def closed(gate: Gate, zone: str, now: datetime, say: Language) -> str:
    """One sentence, on the clock of `zone`; "" for an open gate."""
    if gate.closed is None:
        return ""
    why = say(HOLDS[gate.closed].label)
    if gate.closed not in BY_CLOCK:
        return f"{why}."
    if gate.opens_at is None:
        return say("%(why)s: no permitted hours are configured.", why=why)
    return say("%(why)s until %(when)s.", why=why, when=say.moment(gate.opens_at, now, zone))

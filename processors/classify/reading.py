"""One piece of evidence as what it tells: `Heard` of this piece alone. Pure.

A field that is nonsense (a time that is none, a number with letters, an unknown zone) is ignored and the rest of its record
believed: a PABX writes free text into any column, and no outcome must be lost for a broken clock. What fits no model
was a dead letter before.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from processors.classify.codes import DIAL_STATUSES, UNTOLD, disposition
from schemas.evidence import Evidence, Heard, Side

MADE = frozenset({"ChannelCreated", "Newchannel"})
STATE = frozenset({"ChannelStateChange", "Newstate"})
GONE = frozenset({"ChannelDestroyed", "Hangup"})
UP = frozenset({"Up", "6"})
BEFORE = frozenset({"Ringing", "5", "RINGING", "PROGRESS"})
"""States and dial statuses of a call that is on its way: the first of them begins its ringing, or its early media."""
FAILED_SPOOL = "OutgoingSpoolFailed"
LOCAL, SECOND_HALF = "Local/", ";2"
CODE_CHARS = 64
LONGEST = timedelta(days=2).total_seconds()
"""Nothing rings or talks for longer."""
TAGGED_AMD = re.compile(r"\bamd=([A-Za-z]*)[|/]([A-Za-z]*[0-9-]*)")
BARE_AMD = re.compile(r"(?:^|[\s;,])(?:AMD_)?(HUMAN|MACHINE|NOTSURE)(?=$|[\s;,])")
TAGGED = re.compile(r"\b(amdstatus|amdcause|hangupcause|cause)=([A-Za-z0-9-]+)", re.IGNORECASE)


def heard(evidence: Evidence) -> Heard:
    """What this piece tells."""
    told = _record(evidence) if evidence.piece == "record" else _event(evidence)
    return told.model_copy(update={"witnesses": (evidence.witness,)})


def is_own(fields: Mapping[str, str], attempt: str) -> bool:
    """Whether it is about the attempt's own channel. Tables without ids are joined by what only this channel has."""
    return fields.get("uniqueid", "") in ("", attempt)


def _record(evidence: Evidence) -> Heard:
    fields = evidence.fields
    channel, last_app = fields.get("channel", ""), code(fields.get("lastapp", ""))
    if channel.startswith(FAILED_SPOOL):
        return Heard()  # what a call file adds to a call that failed, whatever became of it
    tags = _tags(fields.get("userfield", ""))
    own = is_own(fields, evidence.attempt)
    local = own and channel.startswith(LOCAL)
    cause = _cause(fields.get("hangupcause", "") or tags.get("hangupcause", ""))
    told = Heard(
        records=1,
        said=(evidence.digest,),
        local=local,
        # the records of a channel are written when it goes: with the second half of a Local one, so does the first
        ended=own or (channel.startswith(LOCAL) and channel.endswith(SECOND_HALF)),
        amd_status=code(fields.get("amdstatus", "") or tags.get("amdstatus", "")),
        amd_cause=code(fields.get("amdcause", "") or tags.get("amdcause", "")),
        hangup_cause=cause if own else None,
        leg_cause=None if own else cause,
        last_app=last_app,
    )
    if own:
        return told.model_copy(update={"own": _side(evidence, direct=not local)})
    if fields.get("dstchannel") and last_app != UNTOLD:
        return told.model_copy(update={"legs": _side(evidence, direct=False)})
    return told


def _side(evidence: Evidence, *, direct: bool) -> Side:
    fields = evidence.fields
    start, answer, end = (when(fields.get(name, ""), evidence.zone) for name in ("start", "answer", "end"))
    times = Times(start, answer, end, seconds(fields.get("duration", "")), seconds(fields.get("billsec", "")))
    word = code(fields.get("disposition", ""))
    # A channel that we called and that answered was answered, whatever became of an agent whom it was to reach
    answered = disposition(word) == "ANSWERED" or (direct and bool(answer or times.billsec))
    return Side(
        dispositions=("ANSWERED",) if answered and word else (word,) if word else (),
        ring_s=times.ring if answered else None,
        rang_s=None if answered else times.whole,
        talk_s=times.talk if answered else None,
        answered_at=answer if answered else None,
        ended_at=end or (start + timedelta(seconds=times.duration or 0) if start else None),
    )


class Times(NamedTuple):
    """What a record says of time. Tables without `answer` and `end` have the two numbers only, in whole seconds."""

    start: datetime | None
    answer: datetime | None
    end: datetime | None
    duration: float | None
    billsec: float | None

    @property
    def ring(self) -> float | None:
        """Until the answer."""
        if self.start and self.answer:
            return between(self.start, self.answer)
        return positive(self.duration - self.billsec) if self.duration is not None and self.billsec is not None else None

    @property
    def talk(self) -> float | None:
        """From the answer."""
        return self.billsec if self.billsec is not None else between(self.answer, self.end)

    @property
    def whole(self) -> float | None:
        """All of it."""
        return self.duration if self.duration is not None else between(self.start, self.end)


def _event(evidence: Evidence) -> Heard:
    fields = evidence.fields
    kind, variable, value = (fields.get(name, "") for name in ("type", "variable", "value"))
    own = is_own(fields, evidence.attempt)
    at = when(fields.get("timestamp", ""), evidence.zone) if own else None
    cause = _cause(fields.get("cause", "") or (value if variable == "HANGUPCAUSE" else ""))
    up = own and fields.get("state", "") in UP
    begins = kind in MADE or {fields.get("state", ""), fields.get("dialstatus", "")} & BEFORE
    dial = code(fields.get("dialstatus", "") or (value if variable == "DIALSTATUS" else ""))
    return Heard(
        local=own and fields.get("channel", "").startswith(LOCAL),
        answered=up,
        ended=own and kind in GONE,
        made_at=at if begins else None,
        up_at=at if up and kind in STATE else None,
        gone_at=at if kind in GONE else None,
        amd_status=code(value) if variable == "AMDSTATUS" else "",
        amd_cause=code(value) if variable == "AMDCAUSE" else "",
        hangup_cause=cause if own else None,
        leg_cause=None if own else cause,
        dial_status=dial if dial in DIAL_STATUSES else "",
    )


def code(text: str) -> str:
    """A PABX's word, not longer than one is."""
    return text.strip()[:CODE_CHARS]


def when(text: str, zone: str) -> datetime | None:
    """A time in UTC: ISO 8601, of `zone` where it has no offset, or seconds since 1970. None where it is none."""
    try:
        if re.fullmatch(r"[0-9]{9,11}(\.[0-9]+)?", text):
            return datetime.fromtimestamp(float(text), UTC)
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError, LookupError, OSError):  # a zone that is none is any of the last three
        return None


def seconds(text: str) -> float | None:
    """A length of time, or None."""
    return positive(float(text)) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) else None


def positive(span: float) -> float | None:
    """A length that a call can have."""
    return round(span, 3) if 0 <= span <= LONGEST else None


def between(start: datetime | None, end: datetime | None) -> float | None:
    """Seconds from one to the other; None where one is missing or they are in the wrong order."""
    return positive((end - start).total_seconds()) if start and end else None


def _cause(text: str) -> int | None:
    """A hang-up cause; 0 is Asterisk's way to say that it knows none."""
    return int(text) if re.fullmatch(r"[0-9]{1,3}", text) and int(text) else None


def _tags(userfield: str) -> dict[str, str]:
    """What a hang-up handler wrote beside others' words: `amd=STATUS|CAUSE cause=16` (or `/`), or names and values."""
    found = {name.lower().removeprefix("hangup"): value for name, value in TAGGED.findall(userfield)}
    tags = {"hangupcause": found["cause"]} if "cause" in found else {}
    tags |= {name: found[name] for name in ("amdstatus", "amdcause") if name in found}
    if pair := TAGGED_AMD.search(userfield):
        tags |= {"amdstatus": pair[1], "amdcause": pair[2]}
    elif "amdstatus" not in tags and (bare := BARE_AMD.search(userfield)):
        tags["amdstatus"] = bare[1]
    return tags

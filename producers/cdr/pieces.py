"""What a PABX said, before anybody knows whose it is; and what of it is published. Pure.

A record is ours by an attempt's id in its uniqueid, linkedid or userfield. People's names and numbers stay behind: of the
whitelisted fields some are left out, and in the others whatever looks like a telephone becomes `#`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from schemas.evidence import EVENT_FIELDS, FIELDS, Piece, Witness

ATTEMPT = re.compile(r"(?<![0-9A-Za-z])[0-7][0-9A-HJKMNP-TV-Z]{25}(?![0-9A-Za-z])")
ATTEMPT_BYTES = re.compile(ATTEMPT.pattern.encode())

OF_PEOPLE = frozenset({"clid", "src", "dst", "lastdata"})
"""Never published: who called whom, and what a dialplan was told, such as a number to dial."""
WRITTEN_BY_ASTERISK = frozenset(
    {"uniqueid", "linkedid", "start", "answer", "end", "duration", "billsec", "sequence", "amaflags", "timestamp"}
)
"""Ids, times and counts: their digits are nobody's number."""
IDS = ("uniqueid", "linkedid")
RECORD_FIELDS = tuple(name for name in FIELDS if name not in OF_PEOPLE)
CHANNEL_NUMBER = re.compile(r"-[0-9a-f]{8}(?:;[12])?$")
"""Asterisk's own end of a channel's name: no part of a telephone."""
NUMBER = re.compile(r"\+?[0-9]{5,}")
WHOLE_NUMBER = re.compile(r"(?<![0-9A-Za-z])\+?[0-9]{6,}(?![0-9A-Za-z])")
SAID_OF_A_CALL = re.compile(r"(?i)^(amd|cause|hangup|dial)[a-z_]*([=:/|_-].*)?$|^(human|machine|notsure)$")
"""Of a userfield, which is free text: what dialplans write of a call's end."""
TOKENS = re.compile(r"[^;,\s]+")
FIELD_CHARACTERS = 256
"""No field of a record is longer in any table; what is longer is cut."""


class Said(NamedTuple):
    """One record or event as it came: text by `FIELDS` or `EVENT_FIELDS`, people's included. `ids`: whose it may be."""

    witness: Witness
    piece: Piece
    fields: Mapping[str, str]
    ids: tuple[str, ...]


class Unread(NamedTuple):
    """What could not be read and names an attempt, with the bytes that came. `place`: where it lies, for people."""

    raw: bytes
    place: str
    field: str
    reason: str


def named(*texts: str) -> tuple[str, ...]:
    """The ids in these texts that may be attempts, each once. A channel's second half (`ID;2`) names its attempt too."""
    return tuple(dict.fromkeys(found for text in texts for found in ATTEMPT.findall(text)))


def named_in(raw: bytes) -> tuple[str, ...]:
    """The same of what could not be read."""
    return tuple(dict.fromkeys(found.decode() for found in ATTEMPT_BYTES.findall(raw)))


def record(witness: Witness, fields: Mapping[str, str]) -> Said:
    """A record by Asterisk's own names of fields."""
    own = named(*(fields.get(name, "") for name in IDS)) or named(fields.get("userfield", ""))
    return Said(witness, "record", fields, own)


def event(witness: Witness, fields: Mapping[str, str], *channels: str) -> Said:
    """An event about these channels, by their ids."""
    return Said(witness, "event", fields, named(*channels))


def published(said: Said) -> dict[str, str]:
    """What of it may travel."""
    if said.piece == "event":
        kept = {name: said.fields[name] for name in EVENT_FIELDS if name in said.fields}
    else:
        kept = {name: said.fields[name] for name in RECORD_FIELDS if name in said.fields}
    return {name: _without_people(name, value)[:FIELD_CHARACTERS] for name, value in kept.items()}


def _without_people(name: str, value: str) -> str:
    match name:
        case "channel" | "dstchannel":
            return shape(value)
        case "userfield":
            said = [token for token in TOKENS.findall(value) if SAID_OF_A_CALL.match(token)]
            return WHOLE_NUMBER.sub("#", " ".join([*ATTEMPT.findall(value), *said]))
        case _ if name in WRITTEN_BY_ASTERISK:
            return value
        case _:
            return WHOLE_NUMBER.sub("#", value)


def shape(channel: str) -> str:
    """`Local/5582999990000@dial-0000000b;1` is `Local/#@dial-0000000b;1`: technology and peer, nobody's number."""
    end = CHANNEL_NUMBER.search(channel)
    cut = end.start() if end else len(channel)
    return NUMBER.sub("#", channel[:cut]) + channel[cut:]


def mine(ids: Iterable[str], attempts: Mapping[str, object]) -> str | None:
    """The attempt that a piece is about: the first of its ids that is one."""
    return next((found for found in ids if found in attempts), None)

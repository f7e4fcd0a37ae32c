"""What a PABX's answers mean to an operator, and what to do next. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from schemas.pabx import Pabx
from schemas.said import Said

Found = Literal["yes", "no", "?"]
OK, NOT_FOUND = 200, 404
REFUSED = {401: "the user or the password is wrong", 403: "the user may not"}
CLOCKS_DIFFER = timedelta(seconds=5)
"""EPOCH counts whole seconds, and the question takes its time."""
AHEAD = timedelta(minutes=5)
"""No record begins later than now but by a clock, or by another zone."""
GIVE_USER = "give it another one: `collector pabx set NAME --user …` with PABX_PASSWORD, or mend ari.conf (manager.conf)"
NO_LINE = "Local", "DAHDI"
"""Technologies whose address is no trunk: a dialplan or a group of lines."""


class Check(NamedTuple):
    """One question: `no` is what must be mended before anything is rung, `?` is what nobody tells."""

    check: str
    found: Found
    detail: str = ""
    next: str = ""


def rows(checks: Iterable[Check]) -> list[dict[str, object]]:
    """For a table; what to do next stands below it."""
    return [{"check": one.check, "found": one.found, "detail": one.detail} for one in checks]


def failing(checks: Iterable[Check]) -> bool:
    """Whether something needed is missing."""
    return any(one.found == "no" for one in checks)


def reached(said: Said, where: str) -> list[Check]:
    """From the answer to a harmless question: is it there, and does it know the user?"""
    if said.status == 0:
        step = f"is {where} right, does Asterisk run with http.conf enabled, may this machine reach it?"
        return [Check("reachable", "no", f"no answer ({said.failure})", step)]
    there = Check("reachable", "yes", where)
    if said.status in REFUSED:
        return [there, Check("authorised", "no", f"answered {said.status}: {REFUSED[said.status]}", GIVE_USER)]
    version = _json(said).get("system")
    if said.status != OK or not isinstance(version, dict):
        step = "does the address end in /ari, is ari.conf enabled? A PABX that is starting answers so too"
        return [Check("reachable", "no", f"answered {said.status}, not as ARI does", step)]
    return [there, Check("authorised", "yes", f"Asterisk {version.get('version', '?')}")]


def may_ring(*, there: bool, refuses: int, detail: str) -> Check:
    """From the answer to a harmless question that only a user who may ring may ask."""
    if refuses:
        step = "in ari.conf `read_only = no` for this user; in manager.conf `write = originate,…`"
        return Check("may ring", "no", f"answered {refuses}: the user may only look", step)
    return Check("may ring", "yes") if there else Check("may ring", "no", detail or "no clear answer", "ask again")


def trunk_of(pabx: Pabx) -> tuple[str, str] | None:
    """Technology and name of what the endpoint's template dials over; None where it is no trunk."""
    technology, _, address = pabx.endpoint.partition("/")
    name = address.partition("/")[0] if "/" in address else address.rpartition("@")[2]
    return None if technology in NO_LINE or "{" in name or not name else (technology, name)


def trunk(named: tuple[str, str] | None, said: Said | None) -> Check:
    """From ARI's own state of it."""
    if named is None or said is None:
        return Check("trunk online", "?", "the endpoint names no trunk that ARI knows of")
    name = "/".join(named)
    if said.status == NOT_FOUND:
        return Check("trunk online", "no", f"there is no {name}", "mend the name: `collector pabx set NAME --endpoint …`")
    return trunk_state(name, str(_json(said).get("state", "unknown")))


def trunk_state(name: str, state: str) -> Check:
    """`state`: in Asterisk's own word."""
    match state.lower():
        case "offline" | "unavailable" | "invalid":
            step = "see why the carrier does not answer: `asterisk -rx 'pjsip show endpoint NAME'`"
            return Check("trunk online", "no", f"{name} is {state}", step)
        case "unknown" | "":
            return Check("trunk online", "?", f"{name} is there, whether the carrier answers is not told (no qualify)")
        case _:
            return Check("trunk online", "yes", f"{name} is {state}")


def epoch_in(said: Said) -> float | None:
    """Seconds since 1970, by the PABX's clock."""
    value = str(_json(said).get("value", ""))
    return float(value) if said.status == OK and value.isdecimal() else None


def clocks(asked: datetime, told: float | None, answered: datetime) -> Check:
    """How far the PABX's clock is from ours, which was `asked` before and `answered` after it told its own."""
    if told is None:
        return Check("clocks agree", "?", "it does not tell its own (EPOCH)")
    there = datetime.fromtimestamp(told, UTC)
    ahead = there - answered if there > answered else min(there + timedelta(seconds=1) - asked, timedelta(0))
    detail = f"the PABX's is {abs(ahead.total_seconds()):.0f} s {'ahead' if ahead > timedelta(0) else 'behind'}"
    if abs(ahead) > CLOCKS_DIFFER:
        return Check("clocks agree", "no", detail, "set both by NTP: call records and limits go by these clocks")
    return Check("clocks agree", "yes", detail if abs(ahead) >= timedelta(seconds=1) else "to the second")


def newest_record(newest: datetime | None, zone: str, now: datetime) -> Check:
    """`newest`: as it is written, without a zone; `zone`: in which it is read."""
    if newest is None:
        return Check("call records", "?", "there is none yet that can be read; a test call makes one")
    at = newest.replace(tzinfo=ZoneInfo(zone))
    said = f"the newest began {at.isoformat(' ', 'seconds')} ({zone})"
    if at - now > AHEAD:
        return Check("call records", "no", f"{said}: that is still to come", "mend `zone` in pabx.records, or the clock")
    return Check("call records", "yes", said)


def own_record(start: datetime | None, zone: str, rung: datetime) -> Check:
    """Of the test call: whether its record's time, read in `zone`, is when we rang."""
    if start is None:
        return Check("zone of the records", "?", "its record tells no start")
    off = start.replace(tzinfo=ZoneInfo(zone)) - rung
    if abs(off) > AHEAD:
        hours = off / timedelta(hours=1)
        return Check("zone of the records", "no", f"read in {zone} it is {hours:+.1f} h off", "mend `zone` in pabx.records")
    return Check("zone of the records", "yes", zone)


def _json(said: Said) -> dict[str, object]:
    try:
        found = orjson.loads(said.body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}

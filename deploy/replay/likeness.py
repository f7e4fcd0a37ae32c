"""When two documents say the same, and when a state must be put back. Pure.

What a replay cannot know as it was is not compared: versions and times of change, since when an access is what it is, when a
row was last seen. A row that was lost long ago may have left nothing behind it in history but that it was lost.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from deploy.verify.difference import ABSENT, Difference, differ
from processors.dialer.history import KEPT, recent
from schemas.calling.decide import in_force
from schemas.codec import decode, encode
from schemas.debtor import Bill, Contract, Debtor
from schemas.hydration.fold import empty, stamped
from schemas.hydration.record import is_nobody
from schemas.model import next_version
from schemas.queue import QueueEntry

Json = Mapping[str, Any]
Row = TypeVar("Row", Bill, Contract)
State = bytes | None
NOT_COMPARED = {
    "debtors": {"version", "changed_at", "seen_at", "access_since"},
    "queue": {"version", "debtor_version", "decided_at"},
}


def unlike(what: str, live: Json | None, made: Json | None, now: datetime) -> Iterator[Difference]:
    """Every field in which a document of a view and the replay's differ; `expected` is the live one's."""
    known = live or made
    if known is None:
        return
    yield from differ(str(known["_id"]), what, *_comparable(what, live, made, now))


def _comparable(what: str, live: Json | None, made: Json | None, now: datetime) -> tuple[object, object]:
    ours, theirs = (_plain(what, one) if one is not None else ABSENT for one in (live, made))
    if what == "debtors" and isinstance(ours, dict):
        ours = _without_lost(ours, theirs if isinstance(theirs, dict) else {})
    if what == "queue":
        ours, theirs = (_in_force(one, now) if isinstance(one, dict) else one for one in (ours, theirs))
    return ours, theirs


def _plain(what: str, value: Any) -> Any:  # noqa: ANN401 - a document, down to its leaves
    left_out = NOT_COMPARED.get(what, {"version"})
    if isinstance(value, Mapping):
        return {name: _plain(what, one) for name, one in value.items() if name not in left_out}
    return [_plain(what, one) for one in value] if isinstance(value, list | tuple) else value


def _without_lost(live: dict[str, Any], made: Json) -> object:
    rows = {}
    for kind in ("contracts", "bills"):
        told = {row["id"] for row in made.get(kind, ())}
        rows[kind] = [row for row in live.get(kind, ()) if not row.get("lost") or row["id"] in told]
    left = {**live, **rows}
    return left if made or left.get("client") or any(rows.values()) else ABSENT


def _in_force(entry: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Time alone takes nothing out of an entry: what is over is passed over here."""
    facts, verdict = dict(entry["facts"]), dict(entry["verdict"])
    facts["calls"] = [one for one in facts.get("calls", ()) if now - _at(one["at"]) <= KEPT]
    for name in ("refused", "refused_dry"):
        facts[name] = {reason: at for reason, at in (facts.get(name) or {}).items() if _at(at) > now}
    ended = {reason for reason, at in (verdict.get("ends") or {}).items() if _at(at) <= now}
    ended |= {reason for reason, day in (verdict.get("until") or {}).items() if date.fromisoformat(str(day)) < now.date()}
    for name in ("ends", "until"):
        verdict[name] = {reason: end for reason, end in (verdict.get(name) or {}).items() if reason not in ended}
    verdict["holds"] = [reason for reason in verdict.get("holds", ()) if reason not in ended]
    return {**entry, "facts": facts, "verdict": verdict}


def _at(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def put_back(
    live: Mapping[bytes, bytes], made: Mapping[bytes, bytes], mend: Callable[[State, State], State]
) -> dict[bytes, State]:
    """States that must take the place of live ones, by key; None: it is nobody. Both at the same positions."""
    found = ((key, live.get(key), made.get(key)) for key in live.keys() | made.keys())
    return {key: state for key, before, after in found if (state := mend(before, after)) != before}


def mended(what: str, now: datetime, live: State, made: State) -> State:
    """What `live` must become by a replay that made `made`; `live` itself where they say the same."""
    return _debtor(live, made, now) if what == "debtors" else _entry(live, made, now)


def _debtor(live: bytes | None, made: bytes | None, now: datetime) -> bytes | None:
    before = decode(Debtor, live) if live is not None else None
    after = decode(Debtor, made) if made is not None else None
    if before is not None:
        after = _with_lost(before, after or empty(before.instance, before.code, before.changed_at))
        if _bare(before) == _bare(after):
            return live
        if is_nobody(after):
            return None
        after = after.model_copy(update={"version": before.version})
    return encode(stamped(after, now)) if after is not None else None


def _with_lost(before: Debtor, after: Debtor) -> Debtor:
    contracts = {**_lost(before.contracts, after.contracts), **after.contracts}
    for code, one in contracts.items():  # the states remember for longer than the rows
        known = before.contracts.get(code)
        if known is not None and known.access == one.access:
            contracts[code] = one.model_copy(update={"access_since": known.access_since})
    return after.model_copy(update={"contracts": contracts, "bills": {**_lost(before.bills, after.bills), **after.bills}})


def _lost(before: Mapping[str, Row], after: Mapping[str, Row]) -> dict[str, Row]:
    return {code: row for code, row in before.items() if row.lost and code not in after}


def _bare(state: Debtor) -> Any:  # noqa: ANN401 - a document, down to its leaves
    return _plain("debtors", state.model_dump(mode="json"))


def _entry(live: bytes | None, made: bytes | None, now: datetime) -> bytes | None:
    if live is None or made is None:
        return made
    before, after = decode(QueueEntry, live), decode(QueueEntry, made)
    ours, theirs = ((recent(one.facts, now), in_force(one.verdict, now.date(), now), one.settled) for one in (before, after))
    return live if ours == theirs else encode(after.model_copy(update={"version": next_version(before.version, now)}))

"""Two sides of one debtor beside each other: differences out. Pure."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from deploy.verify.difference import ABSENT, WHOLE, Difference, differ
from deploy.verify.kept import Placed
from processors.classify.calls import due, judged
from schemas.calling.facts import facts_of
from schemas.calls import Call
from schemas.codec import decode
from schemas.debtor import Debtor
from schemas.errors import RejectRecord
from schemas.evidence import Heard
from schemas.queue import Facts, QueueEntry

CONTENT = ("client", "contracts", "bills")
ROWS = {"contract": "contracts", "bill": "bills"}
OF_CALLS = {"calls", "refused", "refused_dry"}
Rows = Collection[tuple[str, str]]
Json = Mapping[str, Any]

PLACES = 2**40
"""A document's version is its generation times this, and the offset of the record that made it."""


def state(key: str, where: str, expected: bytes | None, found: bytes | None, blind: Rows = ()) -> Iterator[Difference]:
    """A debtor folded anew against the one that was published: all but version and time of change.

    Nor since when a contract's access is what it is, which compaction makes raw rows forget and states remember.

    `blind`: rows that nobody can judge. A debtor of whom nothing is left and one that is not there are the same.
    """
    if _plain(expected) == _plain(found):
        return
    try:
        wanted, there = _content(expected, blind), _content(found, blind)
    except RejectRecord as exc:
        yield from differ(key, where, "readable", "unreadable", exc.field)
        return
    yield from differ(key, where, wanted or ABSENT, there or ABSENT)


def _plain(value: bytes | None) -> Json | None:
    try:
        known = orjson.loads(value) if value is not None else {}
    except orjson.JSONDecodeError:
        return None
    return {name: known[name] for name in CONTENT if known.get(name)} if isinstance(known, dict) else None


def _content(value: bytes | None, blind: Rows) -> Json:
    if value is None:
        return {}
    found = decode(Debtor, value).model_dump(mode="json", include=set(CONTENT))
    for contract in found["contracts"].values():
        del contract["access_since"]
    for kind, code in blind:
        if kind == "client":
            found["client"] = None
        else:
            found[ROWS[kind]].pop(code, None)
    return found if any(found.values()) else {}


def entry(key: str, where: str, debtor: bytes | None, found: bytes | None) -> Iterator[Difference]:
    """The place in the queue against the debtor that it was made from: there where bills are open, or calls are remembered.

    The facts are the debtor's; what calls add to them is not judged here. An entry that went with the last bill, and came
    back for a call that ended later, knows of that call alone.
    """
    try:
        owes = decode(Debtor, debtor) if debtor is not None else None
    except RejectRecord:
        return  # the state itself is what differs
    try:
        there = decode(QueueEntry, found) if found is not None else None
    except RejectRecord as exc:
        yield from differ(key, where, "readable", "unreadable", exc.field)
        return
    held = there.facts if there else None
    if there and held and there.settled and not held.known and held.calls and not (owes and owes.bills):
        return
    is_there = bool(owes and owes.bills) or bool(held and held.calls)
    wanted = _facts(facts_of(owes) if owes else Facts()) if is_there else ABSENT
    yield from differ(key, where, wanted, _facts(held) if held else ABSENT)


def _facts(facts: Facts) -> Json:
    return {"facts": facts.model_dump(mode="json", exclude=OF_CALLS)}


def call(key: str, where: str, expected: bytes | None, found: bytes | None, now: datetime) -> Iterator[Difference]:
    """A call folded anew against the one that was published: all but its version.

    An outcome that came with time alone is one if its time has come by `now`. Of a call that was refused and heard all the
    same the order of two topics decides, which nobody knows afterwards: nothing is said about it.
    """
    try:
        wanted = decode(Call, expected) if expected is not None else None
        there = decode(Call, found) if found is not None else None
    except RejectRecord as exc:
        yield from differ(key, where, "readable", "unreadable", exc.field)
        return
    if there and there.answer == "refused":
        return
    if wanted and there and there.outcome and not wanted.outcome and due(_unheard(wanted)) <= now:
        wanted = judged(wanted, over=True)
    yield from differ(key, where, _of_call(wanted), _of_call(there))


def _unheard(known: Call) -> Call:
    """As it was when time alone judged it: that somebody answered may have come later."""
    return known.model_copy(update={"heard": Heard()})


def _of_call(known: Call | None) -> object:
    return known.model_dump(mode="json", exclude={"version"}) if known else ABSENT


class Stored(NamedTuple):
    """What is remembered of a document: its version, and a fingerprint of the rest."""

    version: int
    print: bytes


class Sight(NamedTuple):
    """What a document must be. `record`: the one that it was made from, None where there must be no document.

    `moving`: it is being written just now, and must be looked at again. `misplaced`: it claims a record that is not its own.
    """

    record: Placed | None
    moving: bool = False
    misplaced: bool = False


def sight(stored: Stored | None, below: Placed | None, last: Placed | None, end: int) -> Sight:
    """`below`: the newest record that the sink has committed; `last`: the newest of all; `end`: of the partition.

    A sink may have written more than it has committed, never less.
    """
    wanted = below if below is not None and below.value is not None else None
    newer = last if last is not None and (below is None or last.offset > below.offset) else None
    if stored is None:
        return Sight(wanted, moving=wanted is not None and newer is not None)
    place = stored.version % PLACES
    if place >= end:  # of a release that counted its versions otherwise
        return Sight(wanted, moving=newer is not None)
    if below is not None and place <= below.offset:
        return Sight(wanted, misplaced=place < below.offset)
    if newer is None:
        return Sight(wanted, misplaced=True)
    return Sight(newer if newer.value is not None else None, moving=place != newer.offset)


def is_of(generation: int, stored: Stored) -> bool:
    """Whether a document was told since its partition was last read anew."""
    return stored.version // PLACES >= generation


def misplaced(key: str, where: str, record: Placed, stored: Stored) -> Difference:
    """The version names another record than the one that it must have been made from."""
    instance, _, code = key.partition(":")
    return Difference(instance, code, where, "version", f"offset {record.offset}", f"offset {stored.version % PLACES}")


def foreign(key: str, where: str) -> Difference:
    """A document of which no record tells."""
    instance, _, code = key.partition(":")
    return Difference(instance, code, where, WHOLE, "absent", "present")

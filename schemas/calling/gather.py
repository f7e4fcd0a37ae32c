"""The documents of promises and blocklist become what the rules look at. Pure.

A document that cannot be read may be anybody's wish not to be called: whoever it may concern is held until it is mended.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError

from schemas.controls import BLOCKLIST, PROMISES, AllControls, Block, Controls, Doubts, Promise
from schemas.model import Code, InstanceName, Model

Document = Mapping[str, Any]
M = TypeVar("M", bound=Model)

ANY = ""
"""The name of no instance: where a document's own cannot be read it may be any."""
NAME: TypeAdapter[str] = TypeAdapter(InstanceName)
CODE: TypeAdapter[str] = TypeAdapter(Code)
TEXT: TypeAdapter[str] = TypeAdapter(str)


class Unreadable(NamedTuple):
    """A document of `collection` that is not what it should be: its `_id` as text, the first wrong field."""

    collection: str
    identity: str
    field: str


def gathered(promises: Iterable[Document], blocks: Iterable[Document]) -> tuple[AllControls, tuple[Unreadable, ...]]:
    """Both collections by instance, and what cannot be read. Of several promises of one debtor the last day counts."""
    days: defaultdict[str, dict[str, date]] = defaultdict(dict)
    people: defaultdict[str, set[str]] = defaultdict(set)
    phones: defaultdict[str, set[str]] = defaultdict(set)
    doubts: defaultdict[str, Doubts] = defaultdict(Doubts)
    unreadable: list[Unreadable] = []
    for document in promises:
        if (promise := _read(Promise, PROMISES, document, unreadable)) is not None:
            of = days[promise.instance]
            of[promise.code] = max(promise.until, of.get(promise.code, date.min))
        else:
            code = _part(CODE, document, "code")
            doubts[_part(NAME, document, "instance")] |= Doubts(codes=frozenset({code})) if code else Doubts(everybody=True)
    for document in blocks:
        if (block := _read(Block, BLOCKLIST, document, unreadable)) is not None:
            people[block.instance].add(block.person)
            phones[block.instance].add(block.phone)
        else:
            doubts[_part(NAME, document, "instance")] |= _of_block(document)
    everywhere = doubts.pop(ANY, Doubts())
    named = {
        name: Controls(days[name], frozenset(people[name] - {""}), frozenset(phones[name] - {""}), doubts[name] | everywhere)
        for name in {*days, *people, *phones, *doubts}
    }
    return AllControls(named, Controls(doubts=everywhere)), tuple(unreadable)


def _read(model: type[M], collection: str, document: Document, unreadable: list[Unreadable]) -> M | None:
    try:
        return model.model_validate(document, extra="ignore")  # a newer version may have added a field
    except ValidationError as exc:
        wrong = ".".join(str(part) for part in exc.errors(include_url=False, include_input=False)[0]["loc"])
        unreadable.append(Unreadable(collection, str(document.get("_id")), wrong))
        return None


def _part(kind: TypeAdapter[str], document: Document, name: str) -> str:
    """One field of a document that is wrong as a whole; "" where it is the wrong one."""
    try:
        return kind.validate_python(document.get(name))
    except ValidationError:
        return ""


def _of_block(document: Document) -> Doubts:
    person, phone = _part(TEXT, document, "person"), _part(TEXT, document, "phone")
    if not person and not phone:
        return Doubts(everybody=True)
    return Doubts(people=frozenset({person} - {""}), phones=frozenset({phone} - {""}))

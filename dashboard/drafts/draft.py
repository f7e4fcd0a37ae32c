"""The draft of one instance: one set of values, seen as a form or as JSON, that nothing but discarding it loses (pure).

Secrets are no part of it: they are sealed as soon as they are typed, kept beside it, and never shown again.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NoReturn

from dashboard.drafts.shape import FIRST, NONE, Field, Section, kinds, known
from dashboard.drafts.written import meant
from schemas.instance_changes import Fields, exported, open_secrets
from schemas.instances import Brake, Rules
from schemas.secret_fields import SecretProblem, at, put, secret_fields, secret_problem

Mode = Literal["form", "json"]
Seal = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a text cannot be read. `line` and `column` from 1, 0 where it is the whole."""

    why: Literal["syntax", "no_object", "twice", "no_number", "too_deep"]
    line: int = 0
    column: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """`name`: of the instance; "" of a new one that was given none. `base`: what there was when the draft began.

    `text`: the JSON as it was typed. `fields`: what it said when it could last be read. `kept`: the secrets that the stored
    instance has. `secrets`: those that are given anew, sealed. `refused`: why one that was typed is none.
    """

    name: str
    base: Fields | None
    text: str
    fields: Fields
    kept: frozenset[str] = frozenset()
    secrets: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, SecretProblem] = field(default_factory=dict)
    mode: Mode = "form"
    section: Section = "instance"
    is_open: bool = True

    @property
    def broken(self) -> Broken | None:
        """Why the text cannot be read; until it can, the form is not changed, as it would overwrite the text."""
        found = parsed(self.text)
        return found if isinstance(found, Broken) else None

    @property
    def differs(self) -> bool:
        """Whether there is anything to save."""
        return self.base is None or self.fields != self.base or bool(self.secrets) or self.broken is not None


def of_stored(document: Mapping[str, Any]) -> Draft:
    """A draft that changes nothing yet of an instance as it is stored."""
    fields = exported(document)
    kept = frozenset(name for name in secret_fields(document) if at(document, name))
    return Draft(str(document["_id"]), fields, dumped(fields), fields, kept)


def of_new(name: str = "", given: Fields | None = None) -> Draft:
    """A draft of a new instance, with all defaults, or with what was `given`."""
    blank: Fields = {
        "name": name,
        "erp": {"kind": "ixc"},
        "rules": Rules().model_dump(mode="json"),
        "brake": Brake().model_dump(mode="json"),
    }
    fields = blank if given is None else given
    return Draft(name, None, dumped(fields), fields)


def dumped(fields: Fields) -> str:
    """As people read JSON."""
    return json.dumps(fields, ensure_ascii=False, indent=2)


def parsed(text: str) -> Fields | Broken:
    """A JSON object, in which no name stands twice: one of them would be lost."""
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as exc:
        return Broken("syntax", exc.lineno, exc.colno)
    except _Unread as exc:
        return exc.broken
    except RecursionError:
        return Broken("too_deep")
    except ValueError:  # more digits than Python reads
        return Broken("no_number")
    return found if isinstance(found, dict) else Broken("no_object")


def typed(draft: Draft, text: str, seal: Seal) -> Draft:
    """After `text` was typed as JSON. A secret in it is taken out, and sealed."""
    found = parsed(text)
    if isinstance(found, Broken):
        return replace(draft, text=text)
    lifted = open_secrets(found)
    after = replace(draft, text=text, fields=found)
    for name in lifted:
        value = at(after.fields, name)
        after = replace(after, fields=put(after.fields, name, None))
        after = secret(after, name, value if isinstance(value, str) else json.dumps(value), seal)
    return replace(after, text=dumped(after.fields)) if lifted else after


def holds_secret(text: str) -> bool:
    """Whether a secret lies open in JSON that can be read."""
    found = parsed(text)
    return not isinstance(found, Broken) and bool(open_secrets(found))


def edited(draft: Draft, of: Field, text: str) -> Draft:
    """After `text` was typed into a field of the form. While the JSON is broken, nothing changes."""
    if draft.broken:
        return draft
    fields = _put(draft.fields, of, meant(of, text))
    return draft if fields == draft.fields else replace(draft, fields=fields, text=dumped(fields))


def secret(draft: Draft, name: str, given: str, seal: Seal) -> Draft:
    """After a secret was typed; an empty one takes back what was."""
    others = {known: sealed for known, sealed in draft.secrets.items() if known != name}
    refused = {known: why for known, why in draft.refused.items() if known != name}
    given = given.strip()
    if not given:
        return replace(draft, secrets=others, refused=refused)
    problem = secret_problem(name, given, at(draft.fields, "erp.kind"))
    if problem:
        return replace(draft, secrets=others, refused={**refused, name: problem})
    return replace(draft, secrets={**others, name: seal(given)}, refused=refused)


def _put(fields: Fields, of: Field, value: Any) -> Fields:  # noqa: ANN401 - JSON
    if of.kind == "kind":
        return _of_kind(fields, of.path.removesuffix(".kind"), value)
    if of.kind == "presence":
        if value is not True:
            return put(fields, of.path, None)
        return fields if isinstance(at(fields, of.path), Mapping) else put(fields, of.path, FIRST[of.path])
    if of.within and at(fields, of.within) is None and of.whole:
        fields = put(fields, of.within, of.whole)  # what is not there means this, and naming one must not drop others
    if value is None and at(fields, of.path) is None:
        return fields
    fields = put(fields, of.path, value)
    return put(fields, of.pruned, None) if of.pruned and at(fields, of.pruned) == {} else fields


def _of_kind(fields: Fields, part: str, kind: Any) -> Fields:  # noqa: ANN401 - JSON
    """Another kind of connection, with what both know."""
    if kind in {None, NONE}:
        return put(fields, part, None)
    before = at(fields, part)
    if kind not in kinds(part) or not isinstance(before, Mapping):
        return put(fields, part, {"kind": kind})
    both = known(part, kind)
    return put(fields, part, {**{name: value for name, value in before.items() if name in both}, "kind": kind})


class _Unread(Exception):
    def __init__(self, broken: Broken) -> None:
        super().__init__()
        self.broken = broken


def _once(pairs: list[tuple[str, Any]]) -> Fields:
    found: Fields = {}
    for name, value in pairs:
        if name in found:
            raise _Unread(Broken("twice", name=name))
        found[name] = value
    return found


def _no_number(_name: str) -> NoReturn:
    raise _Unread(Broken("no_number"))

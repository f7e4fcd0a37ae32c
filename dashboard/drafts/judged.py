"""What is wrong with a draft, at which field; and what saving it would change (pure)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from dashboard.drafts.draft import Draft
from schemas.erp.in_the_clear import in_the_clear
from schemas.instance_changes import Fields, Row, changes, exported, flat, merged, open_url, unproven
from schemas.instances import Instance
from schemas.secret_fields import PLACES, at, put, secret_fields

BOUNDS = ("ge", "gt", "le", "lt", "max_length", "min_length")
SOME = "sealed"
"""Stands for a secret that is there, where only its presence counts."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`code`: pydantic's own, or ours. `bound`: what the value should have kept to; "" where that is not one value."""

    path: str
    code: str
    bound: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """What is to be written in place of `before`, as it is stored; {} of a new one. Both hold ciphertext: for no browser.

    `rows`: what differs. `moved`: it is not what was there when the draft began. `clashes`: fields that both changed.
    """

    before: Fields
    after: Fields
    rows: tuple[Row, ...]
    moved: bool = False
    clashes: frozenset[str] = frozenset()


def problems(draft: Draft) -> tuple[Problem, ...]:
    """All that keeps the draft from being saved, text that cannot be read aside."""
    found = _with_secrets(draft, dict.fromkeys([*draft.kept, *draft.secrets], SOME))
    judged = _judged(found)
    return (*_own(draft, found), *(judged if isinstance(judged, list) else []))


def ready(draft: Draft, stored: Mapping[str, Any] | None) -> Ready | tuple[Problem, ...]:
    """What saving would write over what is stored now: the draft's own changes and no others. Else what is wrong.

    The draft's JSON must be readable.
    """
    if draft.base is None:
        fields, ciphertexts = draft.fields, dict[str, str]()
    elif stored is None:
        return (Problem("name", "gone"),)
    else:
        fields = merged(exported(stored), patch(draft.base, draft.fields))
        ciphertexts = {name: text for name in secret_fields(stored) if (text := at(stored, name))}
        ciphertexts = {name: text for name, text in ciphertexts.items() if _same_kind(name, stored, fields)}
    whole = _with_secrets(draft, {**ciphertexts, **draft.secrets}, fields)
    judged = _judged(whole)
    own = [*_own(draft, whole)]
    if own or isinstance(judged, list):
        return (*own, *(judged if isinstance(judged, list) else []))
    before = dict(stored or {}) if draft.base is not None else {}
    instance = unproven(before, {}, judged)
    after = {"_id": instance.name, **instance.model_dump(mode="json")}
    moved = draft.base is not None and exported(before) != draft.base
    clashes = _named(draft.base or {}, draft.fields) & _named(draft.base or {}, exported(before)) if moved else frozenset()
    return Ready(before, after, tuple(changes(before, after)), moved, frozenset(clashes))


def patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> Fields:
    """What, merged into `before`, makes it `after`; null and what is not there are one."""
    found: Fields = {name: None for name, value in before.items() if value is not None and after.get(name) is None}
    for name, value in after.items():
        was = before.get(name)
        if value is None or (value == was and type(value) is type(was)):
            continue
        if isinstance(value, Mapping) and isinstance(was, Mapping):
            found[name] = patch(was, value)
        else:
            found[name] = value
    return found


def _named(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    old, new = dict(flat(before)), dict(flat(after))
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def _same_kind(name: str, stored: Mapping[str, Any], fields: Fields) -> bool:
    """Another kind of connection has another secret."""
    part = name.rpartition(".")[0]
    return bool(at(stored, f"{part}.kind") == at(fields, f"{part}.kind"))


def _with_secrets(draft: Draft, secrets: Mapping[str, str], fields: Fields | None = None) -> Fields:
    found = draft.fields if fields is None else fields
    wanted = secret_fields(found)
    for name, text in secrets.items():
        if name in wanted:
            found = put(found, name, text)
    return found


def _own(draft: Draft, fields: Fields) -> Iterator[Problem]:
    """What no schema knows."""
    if draft.base is not None:
        if fields.get("name") != draft.name:
            yield Problem("name", "fixed")
        if at(fields, "erp.kind") != at(draft.base, "erp.kind"):
            yield Problem("erp.kind", "fixed")
    for name, why in draft.refused.items():
        yield Problem(name, why)


def _judged(fields: Fields) -> Instance | list[Problem]:
    try:
        instance = Instance.model_validate(fields)
    except ValidationError as exc:
        return list(dict.fromkeys(_told(exc)))
    if open_url(instance):
        return [Problem("erp.url", "open_url")]
    return [Problem("erp.url", "in_the_clear")] if in_the_clear(instance.erp) else instance


def _told(exc: ValidationError) -> Iterator[Problem]:
    for error in exc.errors(include_url=False, include_input=False):
        path, code = _path(error["loc"]), error["type"]
        if code in {"union_tag_invalid", "union_tag_not_found"}:
            path, code = f"{path}.kind", "missing" if code == "union_tag_not_found" else code
        context = error.get("ctx", {})
        bound = next((str(context[name]) for name in BOUNDS if name in context), "")
        yield Problem(path, code, bound)


def _path(parts: Iterable[int | str]) -> str:
    """Dotted, without the names of kinds that pydantic puts in between."""
    path = ""
    for part in parts:
        if part != "[key]" and part not in PLACES.get(path, ()):
            path = f"{path}.{part}" if path else str(part)
    return path

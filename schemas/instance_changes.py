"""What changes in an instance, as it is stored: merged, compared, and without what opens its ERP. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import HttpUrl, ValidationError

from schemas.erp.options import Web
from schemas.instances import Instance
from schemas.pabx import Pabx
from schemas.secret_fields import any_secret_field, at, put, secret_fields

Fields = dict[str, Any]
Row = dict[str, object]
SET, NOT_SET = "set", "not set"
ARMING: Mapping[str, Any] = {"pabx": {"armed": True}}
"""The one change that arms: what `collector pabx arm` asks for, after its trial."""


def unproven(before: Mapping[str, Any], patch: Mapping[str, Any], after: Instance) -> Instance:
    """`after`, which rings only where it rang before over the same route, or where arming is all that was asked.

    So neither a file that was exported elsewhere nor another route rings anybody. `before`: as stored; {} of a new one.
    """
    pabx = after.pabx
    if pabx is None or not pabx.armed or patch == ARMING:
        return after
    try:
        rang: Pabx | None = Pabx.model_validate(before.get("pabx"))
    except ValidationError:
        rang = None
    if rang is not None and rang.armed and rang.route == pabx.route:
        return after
    return after.model_copy(update={"pabx": pabx.model_copy(update={"armed": False})})


def merged(before: Mapping[str, Any], patch: Mapping[str, Any]) -> Fields:
    """`before` with what `patch` names, at any depth; None takes a name away (a JSON merge patch, RFC 7396)."""
    after = dict(before)
    for name, value in patch.items():
        if isinstance(value, Mapping):
            inner = after.get(name)
            after[name] = merged(inner if isinstance(inner, Mapping) else {}, value)
        elif value is None:
            after.pop(name, None)
        else:
            after[name] = value
    return after


def exported(document: Mapping[str, Any]) -> Fields:
    """A stored instance without its secrets, as `import` reads it."""
    kept = {name: value for name, value in document.items() if name != "_id"}
    for field in secret_fields(document):
        kept = put(kept, field, None)
    return kept


def listed(document: Mapping[str, Any]) -> list[Row]:
    """Every field of a stored instance by its dotted name; of a secret only whether it is set."""
    secrets = {field: SET if at(document, field) else NOT_SET for field in secret_fields(document)}
    return [
        {"field": name, "value": value} for name, value in sorted(({**dict(flat(exported(document))), **secrets}).items())
    ]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Row]:
    """Fields of stored instances that differ; of a secret only that it does."""
    old, new = dict(flat(exported(before))), dict(flat(exported(after)))
    differing: list[Row] = [
        {"field": name, "before": old.get(name), "after": new.get(name)}
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
    resealed: list[Row] = [
        {"field": name, "before": SET if at(before, name) else NOT_SET, "after": "sealed anew"}
        for name in secret_fields(after)
        if at(after, name) != (at(before, name) or "")
    ]
    return [*differing, *resealed]


def flat(value: Any, name: str = "") -> Iterator[tuple[str, object]]:  # noqa: ANN401 - JSON
    """Every leaf under its dotted name; a list is one text."""
    if isinstance(value, Mapping) and value:
        for part, inner in value.items():
            yield from flat(inner, f"{name}.{part}" if name else str(part))
    elif isinstance(value, list):
        yield name, ", ".join(map(str, value))
    else:
        yield name, None if value == {} else value


def open_secrets(fields: Mapping[str, Any]) -> list[str]:
    """The dotted names of secrets that lie open among `fields`. (None takes one away.)"""
    return [field for field in any_secret_field() if at(fields, field)]


def open_url(instance: Instance) -> bool:
    """Whether the ERP's address holds what may be a secret."""
    return isinstance(instance.erp, Web) and shown(instance.erp.url) != str(instance.erp.url)


def shown(url: HttpUrl) -> str:
    """Without what may be a secret: user, password and query."""
    path = (url.path or "").removeprefix("/")
    return str(HttpUrl.build(scheme=url.scheme, host=url.host or "", port=url.port, path=path))

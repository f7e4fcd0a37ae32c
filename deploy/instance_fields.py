"""An instance's fields as people give them: put together, merged, compared; what is wrong is one line. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import HttpUrl, SecretStr, ValidationError

from schemas.erp.options import Web
from schemas.errors import StopWorker
from schemas.instances import Instance, wrong_field
from schemas.pabx import Pabx
from schemas.runtime.secrets import seal
from schemas.secret_fields import any_secret_field, at, put, secret_fields, variable

Fields = dict[str, Any]
Row = dict[str, object]

GIVEN_BY = {
    "name": "NAME (lower-case letters, digits, - and _, at most 32), such as norte",
    "title": '--title, such as "Provedor Norte"',
    "zone": "--zone, such as America/Maceio",
    "state": "--state, such as AL",
    "ddd": "--ddd, such as 82",
    "rules.min_days_overdue": "--min-days-overdue, such as 7",
    "erp.kind": "--erp, such as ixc",
    "erp.url": "--url, such as https://erp.example.com.br/webservice/v1/",
    "erp.folder": "--folder, such as /erp-files/norte",
    "erp.token": "ERP_TOKEN, such as 17:0a1b2c (IXC)",
    "erp.page_size": "--page-size, such as 600",
    "erp.gap": "--gap, such as 0.15",
    "erp.every": "--every, such as bill=120",
    "erp.ca_file": "--ca-file, such as /erp-files/ca.pem",
}
"""What on the command line gives a field, and an example; any other comes from --config."""
SET, NOT_SET = "set", "not set"


def sealed(fields: Mapping[str, Any], secrets: Mapping[str, str], key: SecretStr) -> Fields:
    """`fields` with `secrets`, by their dotted names, as they are stored. Raises StopWorker where one cannot be right."""
    for name, secret in secrets.items():
        in_header = name == "erp.token_v2"
        if not secret.isprintable() or any(map(str.isspace, secret)) or (in_header and not secret.isascii()):
            raise StopWorker(f"{name} is wrong (holds a blank, an accent or a line's end): copy the secret again, alone")
    if at(fields, "erp.kind") == "ixc" and ":" not in secrets.get("erp.token", ":"):
        raise StopWorker("erp.token is wrong (no user id): IXC wants user id:token, such as 17:0a1b")
    done = dict(fields)
    for name, secret in secrets.items():
        done = put(done, name, seal(secret, key))
    return done


def instance_of(fields: Mapping[str, Any], secrets: Mapping[str, str], key: SecretStr) -> Instance:
    """`fields` as in `Instance`; `secrets` by their dotted names, unsealed. Raises StopWorker naming a wrong field."""
    return checked(sealed(fields, secrets, key))


def checked(fields: Mapping[str, Any]) -> Instance:
    """The instance. Raises StopWorker naming a wrong field, what gives it, and an example."""
    try:
        instance = Instance.model_validate(fields)
    except ValidationError as exc:
        raise StopWorker(_mend(exc)) from None
    if isinstance(instance.erp, Web) and shown(instance.erp.url) != str(instance.erp.url):
        raise StopWorker("erp.url is wrong (holds a user, a password or a query): give the address alone")
    return instance


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


def _mend(exc: ValidationError) -> str:
    first = exc.errors(include_url=False, include_input=False)[0]
    field = wrong_field(exc).removesuffix(".[key]")
    if first["type"] == "missing":
        what = "is missing"
    elif first["type"] == "extra_forbidden":
        what = "is wrong (there is no such field)"
    else:
        what = f"is wrong ({first['msg'].removeprefix('Value error, ')})"
    by = GIVEN_BY.get("erp.every" if field.startswith("erp.every.") else field, "--config")
    return f"{field} {what}: {'give' if first['type'] == 'missing' else 'mend'} {by}; see `collector instance add --help`"


def closed(fields: Mapping[str, Any], source: str) -> None:
    """Raises StopWorker where a secret lies open among `fields`, which came from `source`. (None takes one away.)"""
    for field in any_secret_field():
        if at(fields, field):
            raise StopWorker(f"{field} must not lie open in a file: take it out of {source}, set {variable(field)}")


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
        {"field": name, "value": value} for name, value in sorted(({**dict(_flat(exported(document))), **secrets}).items())
    ]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Row]:
    """Fields of stored instances that differ; of a secret only that it does."""
    old, new = dict(_flat(exported(before))), dict(_flat(exported(after)))
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


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, object]]:  # noqa: ANN401 - JSON
    if isinstance(value, Mapping) and value:
        for part, inner in value.items():
            yield from _flat(inner, f"{name}.{part}" if name else str(part))
    elif isinstance(value, list):
        yield name, ", ".join(map(str, value))
    else:
        yield name, None if value == {} else value


def shown(url: HttpUrl) -> str:
    """Without what may be a secret: user, password and query."""
    path = (url.path or "").removeprefix("/")
    return str(HttpUrl.build(scheme=url.scheme, host=url.host or "", port=url.port, path=path))

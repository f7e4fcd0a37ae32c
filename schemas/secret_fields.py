"""Which fields of an instance, valid or not, hold ciphertext. Pure."""

from collections.abc import Mapping
from typing import Any, Literal

from schemas.erp.connections import CONNECTIONS
from schemas.pabx import Ami, AmiRecords, Ari, CsvRecords, JsonRecords, SqlRecords

CONTROLS = {kind.model_fields["kind"].default: kind for kind in (Ari, Ami)}
RECORDS = {kind.model_fields["kind"].default: kind for kind in (CsvRecords, JsonRecords, SqlRecords, AmiRecords)}
PLACES: Mapping[str, Mapping[str, Any]] = {"erp": CONNECTIONS, "pabx.control": CONTROLS, "pabx.records": RECORDS}
"""Where a field `kind` tells what else there is."""
SecretProblem = Literal["blank", "no_user"]
"""It holds a blank, an accent or a line's end; IXC's names no user."""
VARIABLES = {"pabx.control.password": "PABX_PASSWORD", "pabx.records.password": "PABX_RECORDS_PASSWORD"}


def secret_fields(instance: Mapping[str, Any]) -> tuple[str, ...]:
    """Dotted names, such as `erp.token`, of the kinds of connection that it has; none where it is of no kind."""
    found = []
    for place, kinds in PLACES.items():
        part = at(instance, place)
        kind = kinds.get(str(part.get("kind"))) if isinstance(part, Mapping) else None
        found += [f"{place}.{field}" for field in (kind.secret_fields if kind else ())]
    return tuple(found)


def any_secret_field() -> tuple[str, ...]:
    """Of every kind of connection."""
    named = [
        f"{place}.{field}" for place, kinds in PLACES.items() for kind in kinds.values() for field in kind.secret_fields
    ]
    return tuple(sorted(set(named)))


def variable(field: str) -> str:
    """The environment's name of a secret: `ERP_TOKEN`, `PABX_PASSWORD`."""
    return VARIABLES.get(field, field.replace(".", "_").upper())


def secret_problem(field: str, secret: str, kind: object) -> SecretProblem | None:
    """Why `secret` cannot be right in the dotted `field` of an instance whose ERP is of this `kind`."""
    in_header = field == "erp.token_v2"
    if not secret.isprintable() or any(map(str.isspace, secret)) or (in_header and not secret.isascii()):
        return "blank"
    if field == "erp.token" and kind == "ixc" and ":" not in secret:
        return "no_user"
    return None


def at(fields: Mapping[str, Any], dotted: str) -> Any:  # noqa: ANN401 - JSON
    """What stands there; None where nothing does."""
    found: Any = fields
    for name in dotted.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def put(fields: Mapping[str, Any], dotted: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A copy with `value` there; None takes the field away."""
    name, _, rest = dotted.partition(".")
    inner = fields.get(name)
    if rest:
        return {**fields, name: put(inner if isinstance(inner, Mapping) else {}, rest, value)}
    if value is None:
        return {known: kept for known, kept in fields.items() if known != name}
    return {**fields, name: value}

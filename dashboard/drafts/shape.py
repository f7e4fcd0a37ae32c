"""The form of an instance, made from the JSON schema of `schemas.instances.Instance`: its sections and their fields (pure).

Which fields there are depends on the kinds of connection that the values name, so they are asked for with the values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from schemas.instance_changes import Fields
from schemas.instances import Instance
from schemas.secret_fields import any_secret_field, at

Kind = Literal[
    "text", "integer", "number", "boolean", "choice", "presence", "kind", "secret", "list", "choices", "names", "json"
]  # fmt: skip
"""`presence`: whether a part is there at all. `kind`: which connection it is. `names`: a reverse map."""
Section = Literal["instance", "erp", "rules", "hours", "pabx", "names"]
SECTIONS: Final[tuple[Section, ...]] = ("instance", "erp", "rules", "hours", "pabx", "names")
PLACES: Final[Mapping[str, Section]] = {
    "erp": "erp",
    "brake": "erp",
    "rules": "rules",
    "rules.windows": "hours",
    "rules.call_on_holidays": "hours",
    "rules.optional_holidays": "hours",
    "rules.municipal_holidays": "hours",
    "pabx": "pabx",
    "reverse": "names",
}
OWN_BUTTON: Final = frozenset({"pabx.armed"})
"""Not typed: arming asks for more than a value."""
WEEKDAYS: Final = tuple("0123456")
NONE: Final = ""
"""The choice of no connection at all."""
PLAIN: Final[Mapping[str, Kind]] = {"integer": "integer", "number": "number", "boolean": "boolean", "array": "list"}
FIRST: Final[Mapping[str, Fields]] = {"pabx": {"control": {"kind": "ari"}}}
"""What a part begins as."""


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a form. `path`: its dotted name. `choices`: all that may be chosen.

    `within`: the part that holds it, which as a whole is `whole` by default. `pruned`: goes when it is empty.
    """

    path: str
    kind: Kind
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    within: str = ""
    whole: Any = None
    pruned: str = ""

    @property
    def section(self) -> Section:
        """Where it stands in the form."""
        return place(self.path)


def place(path: str) -> Section:
    """The section of a dotted name, which need not be a field's."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        if found := PLACES.get(".".join(parts[:length])):
            return found
    return "instance"


def fields(values: Mapping[str, Any]) -> tuple[Field, ...]:
    """All fields of a form with these values, in the order of the schema."""
    return tuple(_parts(_schema(), "", values))


def known(part: str, kind: str) -> frozenset[str]:
    """What a connection of `kind` may hold at the dotted name `part`."""
    schema: Any = _schema()
    for name in part.split("."):
        schema = _resolved(_resolved(schema)["properties"][name])
    return frozenset(_resolved(_variants(schema)[kind])["properties"])


def kinds(part: str) -> tuple[str, ...]:
    """The kinds of connection that there are at the dotted name `part`."""
    schema: Any = _schema()
    for name in part.split("."):
        schema = _resolved(_resolved(schema)["properties"][name])
    return tuple(_variants(schema))


@cache
def _schema() -> dict[str, Any]:
    return Instance.model_json_schema()


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference, or one that may be null, stands for."""
    if "$ref" in schema:
        return _resolved(_schema()["$defs"][schema["$ref"].rpartition("/")[2]])
    some = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    return _resolved(some[0]) if len(some) == 1 else schema


def _variants(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Of a part told apart by `kind`, what each is."""
    mapping: Mapping[str, str] = schema["discriminator"]["mapping"]
    by_reference = {each["$ref"]: each for each in schema["oneOf"]}
    return {kind: by_reference[reference] for kind, reference in mapping.items()}


def _parts(schema: Mapping[str, Any], path: str, values: Mapping[str, Any]) -> Iterator[Field]:
    required = schema.get("required", ())
    for name, inner in schema["properties"].items():
        here = f"{path}.{name}" if path else name
        if here not in OWN_BUTTON and "const" not in inner:
            yield from _part(inner, here, values, required=name in required)


def _part(schema: Mapping[str, Any], path: str, values: Mapping[str, Any], *, required: bool) -> Iterator[Field]:
    inner = _resolved(schema)
    nullable = any(each.get("type") == "null" for each in schema.get("anyOf", ()))
    if "discriminator" in inner:
        variants = _variants(inner)
        choices = (NONE, *variants) if nullable else tuple(variants)
        yield Field(f"{path}.kind", "kind", required=not nullable, choices=choices)
        kind = at(values, f"{path}.kind")
        if isinstance(kind, str) and kind in variants:
            yield from _parts(_resolved(variants[kind]), path, values)
    elif "properties" in inner:
        if nullable:
            yield Field(path, "presence", default=False)
            if not isinstance(at(values, path), Mapping):
                return
        yield from _parts(inner, path, values)
    else:
        yield from _value(inner, path, default=schema.get("default"), required=required)


def _value(schema: Mapping[str, Any], path: str, *, default: Any, required: bool) -> Iterator[Field]:  # noqa: ANN401 - JSON
    if schema["type"] == "object":
        yield from _keyed(schema, path, default)
        return
    kind = PLAIN.get(schema["type"], "text")
    choices = tuple(schema.get("enum", ()))
    if path in any_secret_field():
        kind = "secret"
    elif kind == "list":
        choices = tuple(_resolved(schema["items"]).get("enum", ()))
        kind = "choices" if choices else "list"
    elif choices:
        kind = "choice"
    yield Field(path, kind, required, default, choices)


def _keyed(schema: Mapping[str, Any], path: str, default: Any) -> Iterator[Field]:  # noqa: ANN401 - JSON
    """A mapping: one field for each name that it may hold; as JSON where it may hold any, or more than a value."""
    inner = _resolved(schema["additionalProperties"])
    names = tuple(schema.get("propertyNames", {}).get("enum", ()))
    if path == "rules.windows":
        for day in WEEKDAYS:
            for hour in inner["properties"]:
                at_hour = f"{path}.{day}.{hour}"
                of_day = (default or {}).get(day, {})
                yield Field(at_hour, "text", default=of_day.get(hour), within=path, whole=default, pruned=f"{path}.{day}")
    elif names and inner["type"] in {"integer", "number"}:
        for name in names:
            kind: Kind = "integer" if inner["type"] == "integer" else "number"
            yield Field(f"{path}.{name}", kind, default=(default or {}).get(name), within=path, whole=default)
    elif path == "reverse":
        for name in names:
            yield Field(f"{path}.{name}", "names", default={})
    else:
        yield Field(path, "json", default=default)

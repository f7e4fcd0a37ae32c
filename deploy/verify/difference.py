"""What differs, field by field, and how much of it is shown: never a whole name, telephone or document. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

ABSENT = object()
"""Where one side has nothing at all."""
WHOLE = "(all of it)"
"""The field of a difference where one side has no such record or document."""
LONGEST = 60
LAST_DIGITS = 4
HASH_DIGITS = 6


class Difference(NamedTuple):
    """One field of one debtor. `code`: what follows the instance in the key. `where`: a record's place, or a view's name."""

    instance: str
    code: str
    where: str
    field: str
    expected: str
    found: str


def differ(key: str, where: str, expected: object, found: object, name: str = "") -> Iterator[Difference]:
    """Every field in which two values of one `key` are not equal; `ABSENT` stands for a side that has none."""
    instance, _, code = key.partition(":")
    for field, wanted, there in fields(expected, found, name):
        yield Difference(instance, code, where, field or WHOLE, *shown(field, wanted, there))


def fields(expected: object, found: object, name: str = "") -> Iterator[tuple[str, object, object]]:
    """(path, expected, found) where they differ. Rows in a list are told apart by their `id`."""
    wanted, there = _by_name(expected), _by_name(found)
    if wanted is None or there is None:
        if (_is_something(expected) or _is_something(found)) and expected != found:
            yield name, expected, found
        return
    for key in sorted(wanted.keys() | there.keys()):
        path = f"{name}.{key}" if name else key
        yield from fields(wanted.get(key, ABSENT), there.get(key, ABSENT), path)


def _by_name(value: object) -> Mapping[str, Any] | None:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list | tuple) and all(isinstance(one, Mapping) and "id" in one for one in value):
        return {str(one["id"]): one for one in value}
    return None


def _is_something(value: object) -> bool:
    return value is not ABSENT and value is not None


def shown(field: str, expected: object, found: object) -> tuple[str, str]:
    """Both sides as a person may read them; told apart also where what may be shown of them is equal."""
    leaf = field.rpartition(".")[2]
    wanted, there = _shown(leaf, expected), _shown(leaf, found)
    return (wanted, there) if wanted != there else (wanted, f"{there} (another)")


def _shown(leaf: str, value: object) -> str:
    if value is ABSENT or value is None:
        return "absent"
    if isinstance(value, Mapping):
        return "present"
    match leaf:
        case "phones" | "number":
            numbers = value if isinstance(value, list | tuple) else [value]
            return ", ".join(f"…{str(phone)[-LAST_DIGITS:]}" for phone in numbers if phone)
        case "name":
            return " ".join(f"{word[:1]}." for word in str(value).split())
        case "person" | "document":
            return f"{str(value)[:HASH_DIGITS]}…" if value else ""
        case _:
            text = str(value)
            return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"

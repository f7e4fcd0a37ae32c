"""What stands in a form's field, as text, and the value that a text means (pure).

A text that is no such value is the value itself: the draft keeps what was typed, and the check says what is wrong with it.
So form and JSON are two ways to look at one draft.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from dashboard.drafts.shape import Field

WHOLE = re.compile(r"[+-]?\d{1,18}")
PARTED = re.compile(r"[+-]?\d{1,15}([.,]\d{1,15})?")
WORDS = {"true": True, "false": False}


def text(field: Field, value: Any) -> str:  # noqa: ANN401 - JSON
    """What the form shows for `value`; None is what is not there."""
    if value is None:
        shown = field.kind in {"boolean", "choices"} and field.default is not None  # no other can say it beside the value
        return text(field, field.default) if shown else ""
    if field.kind in {"list", "choices", "names", "json"}:
        plain = _plain(field, value)
        return plain if plain is not None and meant(field, plain) == value else _as_json(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, str) else _as_json(value)


def meant(field: Field, typed: str) -> Any:  # noqa: ANN401 - JSON
    """The value; None takes the field away, and its default holds."""
    if not typed.strip():
        return [] if field.kind == "choices" else None
    if field.kind == "integer" and WHOLE.fullmatch(typed.strip()):
        return int(typed)
    if field.kind == "number" and PARTED.fullmatch(typed.strip()):
        return _number(typed.strip().replace(",", "."))
    if field.kind in {"boolean", "presence"}:
        return WORDS.get(typed, typed)
    if field.kind in {"list", "choices", "names", "json"}:
        return _compound(field, typed)
    return typed


def _number(digits: str) -> float:
    return float(digits) if "." in digits else int(digits)


def _compound(field: Field, typed: str) -> Any:  # noqa: ANN401 - JSON
    if field.kind == "json" or typed.lstrip()[0] in '[{"':
        try:
            return json.loads(typed)
        except (ValueError, RecursionError):
            if field.kind == "json":
                return typed
    lines = [line.strip() for line in typed.split("\n") if line.strip()]
    if field.kind == "names":
        return _names(lines)
    return lines


def _names(lines: list[str]) -> Any:  # noqa: ANN401 - JSON
    """One canonical name a line, then a colon and its other spellings with bars between: `Centro: CTR | Ctr.`"""
    found: dict[str, list[str]] = {}
    for line in lines:
        name, _, others = line.partition(":")
        spellings = [each.strip() for each in others.split("|") if each.strip()]
        found.setdefault(name.strip(), []).extend(spellings)
    return found


def _plain(field: Field, value: Any) -> str | None:  # noqa: ANN401 - JSON
    if field.kind == "names" and isinstance(value, Mapping):
        if not all(isinstance(others, list) and all(isinstance(each, str) for each in others) for others in value.values()):
            return None
        return "\n".join(f"{name}: {' | '.join(others)}" if others else name for name, others in value.items())
    if field.kind in {"list", "choices"} and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "\n".join(value)
    return None


def _as_json(value: Any) -> str:  # noqa: ANN401 - JSON
    return json.dumps(value, ensure_ascii=False, indent=2 if isinstance(value, (dict, list)) else None)

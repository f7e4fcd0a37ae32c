"""Bytes and events: the only JSON of what travels."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from schemas.errors import RejectRecord

M = TypeVar("M", bound=BaseModel)


def decode(model: type[M], value: bytes | None) -> M:
    """The event in `value`; fields that a newer version added are ignored.

    Raises RejectRecord that names the first bad field and never shows its content.
    """
    if value is None:
        raise RejectRecord(f"empty body where {model.__name__} was expected", field="value")
    try:
        return model.model_validate_json(value, extra="ignore")
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "value"
        raise RejectRecord(f"{model.__name__}.{field}: {first['type']}", field=field) from None


def encode(event: BaseModel) -> bytes:
    """UTF-8 JSON; fields at their default are left out, which halves most events."""
    return event.model_dump_json(exclude_defaults=True).encode()

"""The base of everything that travels: immutable, closed, and without floats for money."""

from datetime import UTC, datetime
from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field


class Model(BaseModel):
    """Frozen; an unknown field is an error, so that a producer's typing mistake is seen at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def in_utc(at: datetime) -> datetime:
    """The same instant in UTC. `at` must be aware."""
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant outside the years 1 to 9999") from None


NAME = r"^[a-z0-9][a-z0-9_-]{0,31}$"

# The key's separator is ":", so neither an instance nor a client code may hold one: `schemas.keys.escaped`.
InstanceName = Annotated[str, Field(pattern=NAME)]
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^:\x00-\x1f]+$")]
RowId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]+$")]
Cents = Annotated[int, Field(ge=0, lt=10**12)]
Instant = Annotated[AwareDatetime, AfterValidator(in_utc)]


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # walks through the whole time zone database


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("not an IANA time zone such as America/Maceio")
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


def next_version(version: int, now: datetime) -> int:
    """A hybrid clock: above `version`, and above every version of a topic that was rebuilt from nothing."""
    return max(version + 1, round(now.timestamp() * 1000))

"""Why nobody of an instance may be called just now, and so whose figures are whose (pure)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from schemas.calling.calendar import Gate, gate
from schemas.calling.freshness import Signs, closed_by
from schemas.figures.scope import Scope, scope_of
from schemas.instances import Instance
from schemas.queue import Closed
from schemas.stages import Heartbeat

Row = Mapping[str, Any]
BEFORE_ALL_ELSE: tuple[Closed, ...] = ("instance_paused", "no_pabx")
"""Named before the age of the data: nobody would be called on fresh data either."""


def signs(sweeps: Iterable[Row], beats: Iterable[Heartbeat], refusing: Iterable[str]) -> Signs:
    """What MongoDB shows of the age of the debts and of PABXs. Without a memory, as of whoever looks only once."""
    return Signs(
        swept={row["instance"]: row["at"] for row in sweeps if (row["kind"], row["phase"]) == ("bill", "completed")},
        hydrates=tuple(one for one in beats if one.stage == "hydrate"),
        refusing=frozenset(refusing),
    )


def heartbeats(documents: Iterable[Row]) -> Iterator[Heartbeat]:
    """Those that can be read: one that cannot is a stage of which nothing is known."""
    for document in documents:
        try:
            yield Heartbeat.model_validate(document, extra="ignore")
        except ValidationError:
            continue


def gate_of(instance: Instance, seen: Signs, now: datetime, state: str = "") -> Gate:
    """The gate of debtors in `state` (UF; "" is the instance's own), what closes the whole instance included."""
    found = gate(instance, now, state)
    closed = None if found.closed in BEFORE_ALL_ELSE else closed_by(seen, instance, now)
    return Gate(closed) if closed else found


def scope(instance: Instance, seen: Signs, now: datetime) -> Scope:
    """Whose figures, on the instance's own calendar."""
    return scope_of(instance, now, lambda state: gate_of(instance, seen, now, state).closed)

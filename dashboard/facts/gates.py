"""What MongoDB shows of the signs by which the gates of whole instances are closed (pure)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from schemas.calling.freshness import Signs
from schemas.stages import Heartbeat
from schemas.sweeps import told_at

Row = Mapping[str, Any]


def signs(sweeps: Iterable[Row], beats: Iterable[Heartbeat], refusing: Iterable[str]) -> Signs:
    """What MongoDB shows of the age of the debts and of PABXs. Without a memory, as of whoever looks only once."""
    return Signs(
        swept={row["instance"]: told_at(row) for row in sweeps if (row["kind"], row["phase"]) == ("bill", "completed")},
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

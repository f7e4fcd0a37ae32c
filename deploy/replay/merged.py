"""Records of several topics as they came: in the order of their times, each topic in its own. Values, no I/O."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from processors.keyed.stage import Folded, KeyedStage
from schemas.records import Record, Timed


async def by_time(streams: Sequence[AsyncIterator[Timed]]) -> AsyncIterator[Timed]:
    """Whoever folds two topics into one state folds them as their stage did."""
    heads: dict[int, Timed] = {}
    for number, stream in enumerate(streams):
        async for head in stream:
            heads[number] = head
            break
    while heads:
        number = min(heads, key=lambda one: heads[one].timestamp)
        yield heads.pop(number)
        async for head in streams[number]:
            heads[number] = head
            break


def as_then(stage: KeyedStage) -> KeyedStage:
    """The stage with the clock of its records: what is forgotten with time is forgotten as it was."""

    def fold(key: bytes, state: bytes | None, records: Sequence[Record], now: datetime) -> Folded:
        written = max((int(getattr(one, "timestamp", 0)) for one in records), default=0)
        return stage.fold(key, state, records, datetime.fromtimestamp(written / 1000, UTC) if written else now)

    return replace(stage, fold=fold)

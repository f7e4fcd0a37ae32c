"""Where an instance's rows come from: every ERP is read through this one face."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple, Protocol

from schemas.erp.conditions import Where
from schemas.erp.declaration import Row, Table
from schemas.rows import Kind


class Probe(NamedTuple):
    """What one resource answers to a small question. `total`: all its rows; None where the ERP does not say."""

    rows: Sequence[Row]
    total: int | None


class Told(NamedTuple):
    """What the ERP said, and when it was asked: nothing that happened later is in it.

    `unasked`: of ids that were asked for, those for which there was nobody to ask. `asked`: the conditions that every row
    must meet, where the ERP was asked by conditions. `as_of`: how old what it said is, where that is not when it was asked.
    """

    asked_at: datetime
    rows: Sequence[Row]
    unasked: AbstractSet[str] = frozenset()
    asked: tuple[Where, ...] = ()
    as_of: datetime | None = None


class Source(Protocol):
    """All methods raise RetryLater for what may pass and StopWorker for what an operator must mend."""

    def pages(self, table: Table) -> AsyncGenerator[Told, None]:
        """Every row of every query of the table. Where it ends without an error, nothing was left out."""
        ...

    async def reread(self, table: Table, owners: Mapping[str, str]) -> Told:
        """The rows of these ids (each with its last known owner), whatever became of them; what is not found is left out."""
        ...

    def recent(self, table: Table) -> AsyncGenerator[Told, None]:
        """Rows that changed lately, members or not; none where the ERP cannot tell."""
        ...

    async def has_news(self, kind: Kind) -> bool:
        """Whether a sweep could bring anything: False where the last one has read all there is to read."""
        ...

    def swept(self, kind: Kind) -> None:
        """The sweep of `kind` that read all pages has completed: what it read was published."""
        ...

    def notes(self, kind: Kind) -> Sequence[str]:
        """What had to be worked around while `kind` was read last, a sentence each that an operator reads."""
        ...

    async def probe(self, table: Table) -> Probe:
        """One small question about the table's first resource, without a second attempt."""
        ...

    async def survey(self, table: Table) -> Probe:
        """All that a sweep would ask for, as little of it as can be, and whether the ERP understands it (see `notes`)."""
        ...

    async def close(self) -> None:
        """Give connections and files back."""
        ...

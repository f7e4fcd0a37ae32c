"""What one instance's sweeps know of people who were erased, and how they let them go."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from producers.erp.changes import Seen
from producers.erp.outbox import Outbox
from producers.erp.suppressed import NOBODY, Suppressed, leaving
from producers.erp.suppression import NOBODY_ERASED, Suppression
from schemas.erp.declaration import Table
from schemas.errors import RetryLater
from schemas.rows import Kind


@dataclass(slots=True)
class Guard:
    """`erased`: as it was read last; `done`: with which list each kind was last looked through."""

    suppression: Suppression = NOBODY_ERASED
    erased: Suppressed | None = None
    done: dict[Kind, frozenset[str]] = field(default_factory=dict)

    @property
    def hidden(self) -> Suppressed:
        """Whose rows are not published."""
        return self.erased or NOBODY

    async def begin(self, instance: str, kind: Kind, books: Iterable[tuple[Table, Seen]], outbox: Outbox) -> int:
        """Before a kind is read: a tombstone for each of its rows that is an erased person's: none of them is missing.

        How many of them were members. Raises RetryLater where nobody tells who was erased. A list that was read under this
        lease counts on: whoever adds to it takes the instance over afterwards.
        """
        try:
            self.erased = await self.suppression.of(instance)
        except RetryLater:
            if self.erased is None:
                raise
        if self.done.get(kind) == self.erased.hashes:
            return 0
        gone = 0
        for table, seen in books:
            owners = leaving(table, seen, self.erased)
            gone += sum(not seen[code].lost for code in owners)
            await _let_go(instance, kind, seen, owners, outbox)
        self.done[kind] = self.erased.hashes
        return gone

    async def forget(self, instance: str, table: Table, seen: Seen, hidden: Collection[str], outbox: Outbox) -> None:
        """Tombstones for rows of a page that a sweep which had not read the list published of somebody on it."""
        erased = self.hidden
        owners = {code: seen[code].owner for code in hidden if code in seen and erased.owner(seen[code].owner)}
        await _let_go(instance, table.kind, seen, owners, outbox)

    async def learn(self, instance: str, people: Mapping[str, str]) -> None:
        """`people`: clients whom their document gave away, and whose it is. Raises RetryLater."""
        for code, person in people.items():
            self.erased = self.hidden.also(code)
            await self.suppression.add(instance, code, person)


async def _let_go(instance: str, kind: Kind, seen: Seen, owners: Mapping[str, str], outbox: Outbox) -> None:
    if owners:
        await outbox.erase(instance, kind, owners)
        for code in owners:
            del seen[code]

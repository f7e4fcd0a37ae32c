"""A page as it would be published: its readable rows, and letters about the others."""

import asyncio
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from producers.erp.changes import Change, Known, Seen, examine, fingerprint, told_with
from producers.erp.letters import letter
from producers.erp.owners import Owners, moves
from producers.erp.source import Told
from producers.erp.suppressed import NOBODY, Suppressed
from schemas.dead import DeadLetter
from schemas.erp.declaration import UNSURE, Table
from schemas.errors import RejectRecord
from schemas.instances import Instance

ROWS_AT_A_STRETCH = 100
"""One to two milliseconds of work."""


class Examined(NamedTuple):
    """The readable rows by id, the ids of those that are not, and a letter about each of these, under a mark of its own.

    `unsure`: ids of rows of which a second resource does not say what it may have said before.
    `hidden`: ids of rows of people who were erased; `people`: clients whom only their document gave away, and whose it is.
    `moves`: see there.
    """

    found: Mapping[str, Change]
    unreadable: AbstractSet[str]
    letters: Mapping[bytes, DeadLetter]
    unsure: AbstractSet[str]
    hidden: AbstractSet[str]
    people: Mapping[str, str]
    moves: bool = True

    @property
    def codes(self) -> AbstractSet[str]:
        """Of all its rows."""
        return self.found.keys() | self.unreadable | self.hidden

    def beside(self, seen: Seen) -> "Examined":
        """Beside what is known: unsure rows that were there before stay what they were, and are no longer `found`.

        Nor is one that has ended as another client's, where an id does not tell that it is the same row (`moves`).
        """
        kept = {code for code in self.unsure if code in seen}
        ended = set() if self.moves else {code for code, one in self.found.items() if _ended_elsewhere(seen.get(code), one)}
        if not self.unsure and not ended:
            return self
        left = {code: one for code, one in self.found.items() if code not in kept and code not in ended}
        return self._replace(found=left, unsure=kept)


async def examined(
    instance: Instance,
    table: Table,
    told: Told,
    person: Callable[[str], str],
    erased: Suppressed = NOBODY,
    *,
    owners: Owners | None = None,
) -> Examined:
    """`person` hashes a document; `erased`: whose rows are none; `owners`: of the reading of which this is a page.

    Raises StopWorker where a bill is two clients' in that reading.
    """
    owners = owners or Owners(table)
    changes: dict[str, Change] = {}
    letters: dict[bytes, DeadLetter] = {}
    unreadable: set[str] = set()
    unsure: set[str] = set()
    hidden: set[str] = set()
    people: dict[str, str] = {}
    beside = told_with(instance, table)
    for number, row in enumerate(told.rows, 1):
        if number % ROWS_AT_A_STRETCH == 0:
            await asyncio.sleep(0)  # let the next page's request go out, and other instances have their turn
        try:
            change = examine(table, row, person, beside, told.asked_at.date())
            if erased.hides(table, change):
                hidden.add(change.code)
                people |= erased.given_away(table, change)
                continue
            before = changes.get(change.code)
            is_stranger = not change.member and table.withdraws(change.row or {})
            if not is_stranger:
                owners.check(change.code, change.known.owner)
            if before and before.known.owner != change.known.owner:  # one of them is a supplier's: it hides no customer's
                changes[change.code] = before if is_stranger else change
            elif not _ends(table, before, change):
                changes[change.code] = change
            else:
                continue
            if UNSURE in row:
                unsure.add(change.code)
        except RejectRecord as exc:
            is_hidden, given_away = erased.unread(table, row, person)
            if is_hidden:
                hidden.add(str(row.get(table.key, "")))
                people |= given_away
                continue
            unreadable.add(str(row.get(table.key, "")))
            found = letter(instance, table, row, exc)
            letters[fingerprint(found.why.place.encode() + (found.value or b""))] = found
    return Examined(changes, unreadable, letters, unsure, hidden, people, moves(table))


def _ends(table: Table, before: Change | None, change: Change) -> bool:
    """Whether another row of one page says that the bill has ended, and this one with its id that it has not."""
    return table.kind == "bill" and before is not None and not before.member and change.member


def _ended_elsewhere(known: Known | None, one: Change) -> bool:
    return known is not None and not one.member and known.owner != one.known.owner

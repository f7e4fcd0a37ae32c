"""Rows of people who were erased: what a page must not bring back, and what is known of them already. Pure."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace

from producers.erp.changes import Change, Seen, gone
from schemas.erp.declaration import Row, Table
from schemas.erp.documents import document, written_document
from schemas.key_parts import escaped


def _nobody(code: str) -> str:
    del code
    return ""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """`hashes`: of people, and of clients of any instance; `hashed`: of a client of this one, by its code in keys."""

    hashes: frozenset[str] = frozenset()
    hashed: Callable[[str], str] = field(default=_nobody, compare=False)

    def owner(self, code: str) -> bool:
        """Whether this client was erased."""
        return bool(self.hashes) and self.hashed(code) in self.hashes

    def hides(self, table: Table, change: Change) -> bool:
        """Whether the row is a client's who was erased, or has such a person's document, whatever the client's code."""
        return bool(self.hashes and table.owner) and self._is_one(*_whose(table, change))

    def given_away(self, table: Table, change: Change) -> dict[str, str]:
        """Of a row that is hidden: the client's code and the person, where only the document tells."""
        return self._by_document(*_whose(table, change))

    def unread(self, table: Table, row: Row, person: Callable[[str], str]) -> tuple[bool, dict[str, str]]:
        """The same two of a row that cannot be read, as far as its columns tell. `person` hashes a document."""
        if not self.hashes or not table.owner:
            return False, {}
        owner = escaped(str(row.get(table.owner) or ""))
        bare = document(written_document(str(row.get(column) or "") for column in table.document))
        whose = owner, person(bare) if bare else ""
        return self._is_one(*whose), self._by_document(*whose) if owner else {}

    def _is_one(self, owner: str, person: str) -> bool:
        return self.owner(owner) or person in self.hashes

    def _by_document(self, owner: str, person: str) -> dict[str, str]:
        return {owner: person} if person in self.hashes and not self.owner(owner) else {}

    def also(self, code: str) -> "Suppressed":
        """With one more client."""
        return replace(self, hashes=self.hashes | {self.hashed(code)})


NOBODY = Suppressed()


def _whose(table: Table, change: Change) -> tuple[str, str]:
    return change.known.owner, (change.row or {}).get("person", "") if table.document else ""


def leaving(table: Table, seen: Seen, erased: Suppressed) -> dict[str, str]:
    """By id the owner: known rows whose client was erased since they were published."""
    if not erased.hashes or not table.owner:
        return {}
    clients = {owner for owner in {known.owner for known in seen.values()} if erased.owner(owner)}
    return {code: known.owner for code, known in seen.items() if known.owner in clients} if clients else {}


def departed(seen: Seen, hidden: Collection[str], erased: Suppressed) -> Iterator[Change]:
    """Rows that went from a client whom we know to one who was erased: the one has them no longer, the other never."""
    for code in hidden:
        known = seen.get(code)
        if known is not None and not erased.owner(known.owner):
            yield gone(code, known)

"""Ids and clients' codes that lost the zeros before them, or got some: the same rows, which would be owed twice. Pure."""

from collections.abc import Iterable, Mapping

from producers.erp.changes import Change, Seen
from schemas.erp.declaration import Erp, Table
from schemas.errors import StopWorker

ZERO = ord("0")


class Zeros:
    """Beside what is known of one table's rows, and of the instance's `clients`, as its sweep begins.

    What a first reading shows with and without zeros are two: no program has changed them since.
    """

    def __init__(self, erp: Erp, table: Table, seen: Seen, clients: Seen) -> None:
        self._erp = erp
        self._table = table
        self._seen = seen
        self._clients = clients
        self._codes = _padded(seen)
        self._owners = _padded(clients)
        self._is_first, self._knows_clients = not seen, bool(clients)

    def check(self, found: Mapping[str, Change]) -> None:
        """Raises StopWorker for a page in which a row, or its client, is known with other zeros before its code.

        Loops: of each row of a first sync this is asked.
        """
        for code, change in found.items():
            before = self._seen.get(code)
            if before is None and not self._is_first and (twin := _twin(code, self._seen, self._codes)) is not None:
                if _is_alike(self._seen[twin].owner, change.known.owner) and not self._seen[twin].lost:
                    raise StopWorker(self._said(self._table.key, code, twin))
            elif before is not None and before == change.known:
                continue
            if self._table.owner and (self._owners or before is not None or change.known[0] == ZERO):
                self._check_owner(change.known.owner, before.owner if before is not None else "")

    def _check_owner(self, owner: str, before: str) -> None:
        if owner in self._clients:
            return
        twin = before if before != owner and _is_alike(before, owner) else None
        if twin is None and self._knows_clients:
            twin = _twin(owner, self._clients, self._owners)
        if twin:
            raise StopWorker(self._said(self._table.owner, owner, twin))

    def _said(self, column: str, code: str, twin: str) -> str:
        return (
            f"{self._table.name} shows the {column} {code}, which is known as {twin}: as if a spreadsheet program had taken"
            f" codes for numbers, and their zeros away. Nothing was concluded. Save it again with {column} as text; if"
            f" {self._erp.label} itself writes {code} from now on, remove the instance and add it anew"
        )


def _padded(known: Iterable[str]) -> Mapping[str, str]:
    """Those with zeros before them, by what they are without: of most instances none."""
    return {code.lstrip("0"): code for code in known if code[0] == "0" and code.isdecimal()}


def _twin(code: str, known: Seen, padded: Mapping[str, str]) -> str | None:
    """A code that is known and differs in nothing else."""
    if code[0] != "0":
        return padded.get(code) if padded else None
    if not code.isdecimal():
        return None
    bare = code.lstrip("0")
    return bare if bare in known else padded.get(bare)


def _is_alike(one: str, other: str) -> bool:
    return one == other or (one.isdecimal() and other.isdecimal() and one.lstrip("0") == other.lstrip("0"))

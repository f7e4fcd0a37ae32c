"""The thin side of `producers.cdr.following`: files of call records, opened, read and closed at each look."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from producers.cdr.following import BEGINNING, TAIL, Nodes, Reached, Seen, place, to_read
from producers.cdr.lines import Record
from producers.cdr.own_thread import OwnThread
from producers.cdr.pieces import Said, Unread, named_in
from producers.cdr.source import Look
from schemas.errors import RejectRecord, RetryLater
from schemas.evidence import Witness

READ_BYTES = 1024 * 1024
"""At a stretch, so that a file of years does not fill the memory."""


class Files:
    """One file and what rotation made of it. `split`: whole records in bytes; `read`: one of them, or RejectRecord.

    `since`: what was touched before holds nothing that is wanted.
    """

    def __init__(
        self,
        path: Path,
        witness: Witness,
        split: Callable[[bytes, int], Iterator[Record]],
        read: Callable[[bytes], Said],
        since: Callable[[], datetime],
    ) -> None:
        self._path = path
        self._witness = witness
        self._split = split
        self._read = read
        self._since = since
        self._thread = OwnThread(f"{witness} records")
        self._nodes: Nodes = {}
        self._next: tuple[tuple[int, int], Reached] | None = None

    async def look(self) -> Look:
        """The next records that name an attempt; `more` where there is more to read at once. Raises RetryLater."""
        try:
            return await self._thread.run(self._look)
        except OSError as exc:
            raise RetryLater(f"{self._path} cannot be read: {exc.strerror or type(exc).__name__}") from exc

    def taken(self) -> None:
        """What the last look gave was published."""
        if self._next is not None:
            node, reached = self._next
            self._nodes[node] = reached
            self._next = None

    async def close(self) -> None:
        """Nothing is open between two looks."""
        self._thread.close()

    def _look(self) -> Look:
        self._next = None
        found = to_read(self._seen(), self._path.name, self._since().timestamp())
        if not found:
            raise FileNotFoundError(0, "it is not there: Asterisk makes it with the first call")
        present = {one.node for one in found}
        self._nodes = {node: reached for node, reached in self._nodes.items() if node in present}
        for one in found:
            reached = self._nodes.get(one.node, BEGINNING)
            with (self._path.parent / one.name).open("rb") as file:
                status = os.fstat(file.fileno())
                if (status.st_dev, status.st_ino) != one.node:  # rotated just now: looked at again at once
                    return Look((), (), more=True)
                file.seek(max(0, reached.offset - TAIL))
                reached = place(reached, file.read(min(TAIL, reached.offset)))
                file.seek(reached.offset)
                data = file.read(READ_BYTES)
            whole, look = self._parsed(one.name, data, reached.offset)
            if whole or reached.offset != self._nodes.get(one.node, BEGINNING).offset:
                self._next = one.node, reached.behind(data, whole)
                return look
        return Look((), (), more=False)

    def _seen(self) -> Iterator[Seen]:
        """Of the folder. A missing file that Asterisk has not written yet is no error where its folder is there."""
        with os.scandir(self._path.parent) as entries:
            for entry in entries:
                if entry.name.startswith(self._path.name) and entry.is_file():
                    status = entry.stat()
                    yield Seen(entry.name, (status.st_dev, status.st_ino), status.st_size, status.st_mtime)

    def _parsed(self, name: str, data: bytes, offset: int) -> tuple[int, Look]:
        """How many bytes are whole records, and those that name an attempt."""
        said: list[Said] = []
        unread: list[Unread] = []
        whole = 0
        for one in self._split(data, offset):
            whole = one.offset - offset + len(one.raw)
            if not named_in(one.raw):
                continue  # other people's calls, whatever else is wrong with them
            try:
                said.append(self._read(one.raw))
            except RejectRecord as exc:
                unread.append(Unread(one.raw, f"{self._witness}/{name}@{one.offset}", exc.field, str(exc)))
        whole = data.find(b"\n", whole) + 1 if whole else 0
        if not whole and len(data) == READ_BYTES:
            whole = len(data)  # no record is as long: rubbish
        return whole, Look(tuple(said), tuple(unread), more=True)

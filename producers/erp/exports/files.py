"""One exported file: which form it has, whether it is whole, and its rows."""

import os
from codecs import BOM_UTF8
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, closing, suppress
from datetime import timedelta
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, NamedTuple

from producers.erp.exports import separated as export_csv
from producers.erp.exports import spreadsheet as export_xls
from producers.erp.exports.cells import Line, layout
from producers.erp.exports.ended import Ended
from schemas.erp.declaration import Table
from schemas.errors import RetryLater, StopWorker

EDGE = 1_024
"""Bytes of a file's beginning that tell its form, and of its end that tell whether it is whole."""
FOREIGN = {
    b"\xd0\xcf\x11\xe0": "a binary Excel workbook",
    b"PK\x03\x04": "an Excel workbook (.xlsx)",
    b"\xff\xfe": "a text in UTF-16",
    b"\xfe\xff": "a text in UTF-16",
    b"%PDF": "a PDF",
}
AS_WHAT = "as XML Spreadsheet (.xls) or as CSV with ;"


class Form(NamedTuple):
    """How a file is read. `unfinished`: what is said of one that is not whole."""

    lines: Callable[[BinaryIO, str], Generator[Line, None, None]]
    is_whole: Callable[[bytes], bool]
    unfinished: str


XLS = Form(export_xls.lines, export_xls.is_whole, "ends before </Workbook>")
CSV = Form(export_csv.lines, export_csv.is_whole, "ends within a line")


class File(NamedTuple):
    """A file as it was when its folder was looked at: whatever changes its content changes this."""

    path: Path
    size: int
    mtime_ns: int

    @property
    def name(self) -> str:
        """Without its folder."""
        return self.path.name


REST = timedelta(seconds=1)


class NotReadError(RetryLater):
    """The file could not be read as it was: nothing is known of its content. One that only changes is given its `REST`."""


def listed(folder: Path) -> list[File]:
    """The files in a folder. Raises StopWorker where it cannot be looked into."""
    found = []
    try:
        for path in folder.iterdir():
            with suppress(FileNotFoundError):  # it was there a moment ago
                state = path.stat()
                found += [File(path, state.st_size, state.st_mtime_ns)] if S_ISREG(state.st_mode) else []
    except OSError as exc:
        raise StopWorker(f"erp.folder {folder} cannot be read ({exc.strerror}): create it or give another one") from None
    return found


def rows(
    files: Iterable[File], table: Table, ended: Ended | None = None, *, dots_kept: bool = False
) -> Generator[dict[str, str], None, None]:
    """All rows of the files that count, by `ended`; as far as the table needs them.

    All are opened first: one that is replaced meanwhile stays.

    `dots_kept`: see `Layout`.

    Raises RetryLater for one that is not whole, NotReadError for one that changes meanwhile, StopWorker for one that is no
    such export.
    """
    with ExitStack() as opened:
        sources = [(file, opened.enter_context(_open(file))) for file in files]
        for file, source in sources:
            try:
                with closing(_rows(file, source, table, dots_kept=dots_kept)) as found:
                    yield from ended.kept(found) if ended else found
            except OSError as exc:
                raise _unreadable(file, exc) from None


def _open(file: File) -> BinaryIO:
    try:
        return file.path.open("rb")
    except OSError as exc:
        raise _unreadable(file, exc) from None


def _unreadable(file: File, exc: OSError) -> NotReadError:
    return NotReadError(f"{file.name} cannot be read ({exc.strerror}): let the poller's user read it")


def _rows(file: File, source: BinaryIO, table: Table, *, dots_kept: bool) -> Generator[dict[str, str], None, None]:
    _check_unchanged(file, source)
    form = form_of(file.name, source.read(EDGE))
    source.seek(max(0, file.size - EDGE))
    if not form.is_whole(source.read()):
        raise RetryLater(f"{file.name} {form.unfinished}: export it again")
    source.seek(0)
    with closing(form.lines(source, file.name)) as reading:
        _, header = next(reading, (0, ()))
        here = layout(file.name, header, table, dots_kept=dots_kept)
        for line in reading:
            if not here.repeats(line):
                yield here.row(line)
    _check_unchanged(file, source)


def form_of(name: str, head: bytes) -> Form:
    """Told by content, as names say nothing. Raises StopWorker for what the reader does not know."""
    for mark, what in FOREIGN.items():
        if head.startswith(mark):
            raise StopWorker(f"{name} is {what}: export it again {AS_WHAT}")
    start = head.removeprefix(BOM_UTF8).lstrip().lower()
    if not start.startswith(b"<"):
        return CSV
    if b"<html" in start or start.startswith(b"<!doctype"):
        raise StopWorker(f"{name} is a web page: export it again {AS_WHAT}")
    if len(head) == EDGE and b"workbook" not in start:
        raise StopWorker(f"{name} is some other XML: export it again {AS_WHAT}")
    return XLS


def _check_unchanged(file: File, source: BinaryIO) -> None:
    now = os.fstat(source.fileno())
    if (now.st_size, now.st_mtime_ns) != (file.size, file.mtime_ns):
        raise NotReadError(f"{file.name} changed while it was read: it is read again once it rests", after=REST)

r"""`;` CSV as a sibling of Altarede's program writes it: `\"` within quotes, all rows in one line where it likes.

There a row ends where a cell follows the one before without `;` between. Pure.
"""

import re
from collections.abc import Generator, Iterable

START = re.compile(r'\s*(?:"[^"\\]*"[ \t]*;[ \t]*)*"[^"\\]*"[ \t]*[^;\s]')
"""A head whose last cell is followed by a further one, and neither `;` nor a line's end stand between."""
CELL = re.compile(r'[ \t]*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^;"\r\n]*))[ \t]*', re.DOTALL)
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
MEANT = {'"': '"', "\\": "\\", "'": "'", ";": ";", "n": "\n", "r": "\r", "t": "\t"}
NULL = r"\N"
LINE_END = re.compile(r"[\r\n\s]*")


class UnreadableError(ValueError):
    """`row` is not written so."""

    def __init__(self, row: int) -> None:
        super().__init__(f"row {row}")
        self.row = row


def is_one_line(head: str) -> bool:
    """Whether rows follow one another without a line's end, as far as a file's beginning tells."""
    return START.match(head) is not None


def records(blocks: Iterable[str], *, one_line: bool) -> Generator[list[str], None, None]:
    """The rows. `one_line`: a row may end without a line's end. Raises UnreadableError."""
    row: list[str] = []
    number = 1
    for cell, ends in _cells(blocks):
        if ends == "cell" and not one_line:
            raise UnreadableError(number)
        row.append(cell)
        if ends != ";":
            yield row
            row, number = [], number + 1
    if row:
        yield row


def _cells(blocks: Iterable[str]) -> Generator[tuple[str, str], None, None]:
    r"""Each cell, and what stands behind it: ";", "\n", "cell" (the next one, at once) or "" at the end."""
    coming = iter(blocks)
    text, at, more = "", 0, True
    rows = 1
    while True:
        found = CELL.match(text, at)
        whole = found is not None and found.end() < len(text)
        if not whole and more:  # what is there may be a part of a cell only
            text, at = text[at:], 0
            block = next(coming, None)
            more = block is not None
            text += block or ""
            continue
        if found is None or (at >= len(text)):
            return
        end = found.end()
        behind = text[end : end + 1]
        if found["quoted"] is None and not found["plain"] and behind == '"':
            raise UnreadableError(rows)  # a quote that does not end
        cell = _meant(found["quoted"]) if found["quoted"] is not None else found["plain"].strip()
        if behind == ";":
            yield cell, ";"
            at = end + 1
            if at >= len(text) and not more:
                yield "", ""
                return
            continue
        rows += 1
        if behind and behind not in "\r\n":
            yield cell, "cell"
            at = end
            continue
        yield cell, "\n" if behind else ""
        rest = LINE_END.match(text, end)
        at = rest.end() if rest else end
        while at >= len(text) and more:
            block = next(coming, None)
            more = block is not None
            text, at = block or "", 0
            skipped = LINE_END.match(text)
            at = skipped.end() if skipped else 0


def _meant(quoted: str) -> str:
    if quoted == NULL:
        return quoted
    return ESCAPE.sub(lambda found: MEANT.get(found[1], found[0]), quoted)

r"""A sheet as `;` CSV: lines of text, to be encoded as latin-1. Nothing is `\N`, and some columns' names come twice."""

import csv
from collections.abc import Iterator, Sequence
from typing import Final

from deploy.simulators.altarede.sheets import Sheet
from deploy.simulators.ixc.chance import lot
from deploy.simulators.ixc.store import Provider

NULL: Final = r"\N"
REPEATED_BLANK: Final = 0.5


class _Echo:
    """What csv.writer writes into, so that `writerow` returns the line."""

    @staticmethod
    def write(line: str) -> str:
        return line


def lines(sheet: Sheet, provider: Provider) -> Iterator[str]:
    r"""The whole file; the second column of a name holds `\N` or the same as the first."""
    writer = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    yield str(writer.writerow((*sheet.columns, *sheet.twice)))
    key, *_ = sheet.columns
    for row in sheet.rows(provider):
        again = ("" if lot(column, row[key]) < REPEATED_BLANK else row[column] for column in sheet.twice)
        yield str(writer.writerow([text or NULL for text in (*(row[column] for column in sheet.columns), *again)]))


def in_one_line(sheet: Sheet, provider: Provider) -> Iterator[str]:
    r"""As a sibling program writes it: every cell in quotes, `\"` within them, and nothing between two rows."""
    yield _quoted(sheet.columns)
    for row in sheet.rows(provider):
        yield _quoted([row[column] or NULL for column in sheet.columns])


def _quoted(texts: Sequence[str]) -> str:
    escaped = (text if text == NULL else text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return ";".join(f'"{text}"' for text in escaped)

"""Whether a dot in the codes of an instance's exports stands behind thousands (`1.152` is 1152) or is part of the code.

Two codes of one file that would fall together prove that it is a part. Files where no two numbers could are not read for it.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from mmap import ACCESS_READ, mmap

from producers.erp.exports.files import File, rows
from schemas.erp.declaration import Table
from schemas.erp.values import plain_code
from schemas.errors import PipelineError

DOTTED = re.compile(rb"(?<![0-9A-Za-z.,])[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?![0-9A-Za-z.,])")
WHOLE = re.compile(rb"(?<![0-9A-Za-z.,])[1-9][0-9]{3,14}(?![0-9A-Za-z.,])")


class Dots:
    """Of one instance. `kept`: it was proved, by any file of any table; then it holds for all of them."""

    def __init__(self) -> None:
        self.kept = False
        self._looked_at: set[File] = set()

    def learn(self, files: Iterable[tuple[Table, Iterable[File]]]) -> bool:
        """Look at the files that are new; slow. One that cannot be read proves nothing yet."""
        for table, of_table in files:
            for file in of_table:
                if not self.kept and file not in self._looked_at:
                    with suppress(PipelineError, OSError, ValueError):  # an empty file cannot be mapped
                        self.kept = proves(file, table)
                        self._looked_at.add(file)
        return self.kept


def proves(file: File, table: Table) -> bool:
    """Whether two of its rows have ids that differ by dots alone. Raises PipelineError or OSError if it is not whole."""
    if not _may_prove(file):
        return False
    dotted: set[str] = set()
    whole: set[str] = set()
    for row in rows([file], table, dots_kept=True):
        code = row[table.key]
        plain = plain_code(code)
        (whole if plain == code else dotted).add(plain)
    return not dotted.isdisjoint(whole)


def _may_prove(file: File) -> bool:
    """Whether any number stands in the file both with dots and without, in whatever column: told from its bytes alone."""
    with file.path.open("rb") as source, mmap(source.fileno(), 0, access=ACCESS_READ) as content:
        dotted = {found.replace(b".", b"") for found in _found(DOTTED, content)}
        return bool(dotted) and any(found in dotted for found in _found(WHOLE, content))


def _found(form: re.Pattern[bytes], content: mmap) -> Iterator[bytes]:
    return (found[0] for found in form.finditer(content))

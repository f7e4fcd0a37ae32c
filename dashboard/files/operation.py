"""The operator's lists as CSV and XLSX, for whoever may open the page; without the bytes of dead letters."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, Final

from dashboard.facts.asked import Filters
from dashboard.facts.operation import Operation
from dashboard.facts.operation_reads import read
from dashboard.facts.refresher import Clock, Refresher
from dashboard.facts.sight import Sight
from dashboard.files.exports import File
from dashboard.parts import operation_rows, operation_screen
from dashboard.parts.operation_rows import FILES
from dashboard.parts.rows import Rows
from dashboard.words.language import Language
from dashboard.words.people import People
from schemas.runtime.mongo import Database
from schemas.users import Role

MOST = 100_000
"""Lines of one file."""
Made = Callable[[Operation, Language], Rows]
LISTS: Final[Mapping[str, Made]] = {
    FILES["letters"]: lambda facts, say: operation_screen.letters(say, facts),
    FILES["audit"]: lambda facts, say: operation_screen.audit(say, facts),
    FILES["stages"]: operation_rows.stage_rows,
    FILES["sweeps"]: operation_rows.sweep_rows,
}


class OperatorFile(File):
    """See `File`."""

    needs: ClassVar[Role] = "operator"

    def titled(self, name: str, instance: str, say: Language) -> str:
        """What the operator looks at is there before any reading of an ERP is."""
        del instance, say
        return name


async def _list(made: Made, sight: Sight, filters: Filters, say: Language, _people: People) -> Rows:
    return made(await read(sight, filters, MOST), say)


def handlers(database: Database, refresher: Refresher, clock: Clock) -> list[tuple[Any, ...]]:
    """As those of `dashboard.files.exports`."""
    shared = {"database": database, "refresher": refresher, "clock": clock}
    return [
        (rf"/({name})\.(csv|xlsx)", OperatorFile, {"export": partial(_list, made), **shared}) for name, made in LISTS.items()
    ]

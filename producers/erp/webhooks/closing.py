"""Whether a webhook of bills tells of any whether it was paid. What comes before one that does waits: all may be paid."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from producers.erp.changes import as_text
from producers.erp.legible import MANY
from producers.erp.source import Told
from schemas.erp.altarede_options import Resource
from schemas.erp.declaration import Row
from schemas.errors import StopWorker
from schemas.nothing import is_nothing

CLOSING = ("STATUS", "DATA_PAGAMENTO")


async def once_told(pages: AsyncGenerator[Told, None], resource: Resource) -> AsyncGenerator[Told, None]:
    """The pages of one reading, in their order. Raises StopWorker as `check_told` does of all that was read."""
    waiting: list[Told] = []
    rows: list[Row] = []
    is_told = _is_said(resource)
    async with aclosing(pages) as coming:
        async for told in coming:
            is_told = is_told or any(map(_tells, told.rows))
            if is_told:
                for one in waiting:
                    yield one
                waiting = []
            if is_told or not told.rows:
                yield told
                continue
            rows += told.rows
            waiting.append(told)
            if len(rows) >= MANY:
                break
    if waiting:
        check_told(resource, rows)
    for one in waiting:
        yield one


def check_told(resource: Resource, rows: Sequence[Row]) -> None:
    """Raises StopWorker where none of many bills fills one of the columns that would tell, and where none of few has one.

    Those of a small provider may all leave them blank. A configuration that says that there is no STATUS knows it.
    """
    if _is_said(resource) or any(map(_tells, rows)):
        return
    if len(rows) >= MANY or (rows and not any(column in row for row in rows for column in CLOSING)):
        raise StopWorker(
            f"{resource.path} answers {len(rows)} bills without {' or '.join(CLOSING)}: paid bills would look open. Say in"
            ' erp.resources.bill.fields what they are called there, or "STATUS": "" if it answers none that were paid'
        )


def _is_said(resource: Resource) -> bool:
    return resource.fields.get("STATUS") == ""


def _tells(row: Row) -> bool:
    """Zeros are an ERP's own way to say that nothing was paid."""
    texts = (as_text(row.get(column)) for column in CLOSING)
    return any("0" in text or not is_nothing(text) for text in texts)

"""Whether a webhook of bills tells of any whether it was paid. What comes before one that does waits: all may be paid."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from producers.erp.changes import as_text
from producers.erp.fills import MANY
from producers.erp.source import Told
from schemas.erp.altarede_options import Resource
from schemas.erp.declaration import Row
from schemas.errors import StopWorker
from schemas.nothing import is_nothing

CLOSING = ("STATUS", "DATA_PAGAMENTO")


async def once_told(pages: AsyncGenerator[Told, None], resource: Resource) -> AsyncGenerator[Told, None]:
    """The pages of one reading, in their order.

    Raises StopWorker where none of many rows fills one of the columns that would say so, and where of few none has one. So
    few as a small provider's may all leave them blank. A configuration that says that there is no STATUS knows it.
    """
    waiting: list[Told] = []
    told_of = resource.fields.get("STATUS") == ""
    rows: list[Row] = []
    async with aclosing(pages) as coming:
        async for told in coming:
            told_of = told_of or any(_tells(row) for row in told.rows)
            if told_of:
                for one in waiting:
                    yield one
                waiting = []
            if told_of or not told.rows:
                yield told
                continue
            rows += told.rows
            if len(rows) >= MANY:
                raise StopWorker(_untold(resource, rows))
            waiting.append(told)
    if waiting and not any(column in row for row in rows for column in CLOSING):
        raise StopWorker(_untold(resource, rows))
    for one in waiting:
        yield one


def _tells(row: Row) -> bool:
    """Zeros are an ERP's own way to say that nothing was paid."""
    texts = (as_text(row.get(column)) for column in CLOSING)
    return any("0" in text or not is_nothing(text) for text in texts)


def _untold(resource: Resource, rows: Sequence[Row]) -> str:
    return (
        f"{resource.path} answers {len(rows)} bills without {' or '.join(CLOSING)}: paid bills would look open. Say in"
        ' erp.resources.bill.fields what they are called there, or "STATUS": "" if it answers none that were paid'
    )

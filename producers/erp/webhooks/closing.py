"""Whether a webhook of bills tells of any whether it was paid. What comes before one that does waits: all may be paid."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import NamedTuple

from producers.erp.changes import as_text
from producers.erp.fills import packed, released
from producers.erp.legible import MANY
from producers.erp.source import Told
from schemas.erp.altarede_options import Resource
from schemas.erp.declaration import Row, Table
from schemas.errors import StopWorker
from schemas.nothing import is_nothing

CLOSING = ("STATUS", "DATA_PAGAMENTO")


async def once_told(pages: AsyncGenerator[Told, None], table: Table, resource: Resource) -> AsyncGenerator[Told, None]:
    """The pages of one reading, in their order; those before the first that tells wait for it, packed.

    Raises StopWorker as `check_told` does of all that was read.
    """
    waiting: list[tuple[Told, bytes]] = []
    untold = Untold()
    is_told = _is_said(resource)
    async with aclosing(pages) as coming:
        async for told in coming:
            is_told = is_told or any(map(_tells, told.rows))
            if not is_told and told.rows:
                untold = untold.after(told.rows)
                waiting.append((told._replace(rows=()), packed(table, told.rows)))
                continue
            if is_told:
                for one in released(waiting):
                    yield one
            yield told
    if not is_told:
        untold.check(resource, is_whole=True)
    for one in released(waiting):
        yield one


class Untold(NamedTuple):
    """Bills that do not tell: how many, and whether any has one of the columns."""

    rows: int = 0
    is_named: bool = False

    def after(self, rows: Sequence[Row]) -> "Untold":
        """With more of them."""
        return Untold(self.rows + len(rows), self.is_named or any(column in row for row in rows for column in CLOSING))

    def check(self, resource: Resource, *, is_whole: bool) -> None:
        """Raises StopWorker where many leave the columns blank, of a reading that is whole, and where none has one.

        Those of a small provider may all leave them blank.
        """
        if (is_whole and self.rows >= MANY) or (self.rows and not self.is_named):
            raise StopWorker(
                f"{resource.path} answers {self.rows} bills without {' or '.join(CLOSING)}: paid bills would look open. Say"
                ' in erp.resources.bill.fields what they are called there, or "STATUS": "" if it answers none that were paid'
            )


def check_told(resource: Resource, rows: Sequence[Row], *, is_whole: bool) -> None:
    """Raises StopWorker as `Untold.check`. A configuration that says that there is no STATUS knows it."""
    if not _is_said(resource) and not any(map(_tells, rows)):
        Untold().after(rows).check(resource, is_whole=is_whole)


def _is_said(resource: Resource) -> bool:
    return resource.fields.get("STATUS") == ""


def _tells(row: Row) -> bool:
    """Zeros are an ERP's own way to say that nothing was paid."""
    texts = (as_text(row.get(column)) for column in CLOSING)
    return any("0" in text or not is_nothing(text) for text in texts)

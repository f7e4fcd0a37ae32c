"""Calls of an ISP's webhooks: one at a time, all pages of one, or one for each document."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from functools import partial
from itertools import count

from producers.erp.source import Told
from producers.erp.webhooks.answers import judge
from producers.erp.webhooks.clients import Clients
from producers.erp.webhooks.requests import signed
from producers.erp.webhooks.spelled import Spelled
from producers.erp.wire import Answer, Wire
from schemas.erp.altarede_options import AltaredeWebhooks, Resource, Use
from schemas.erp.declaration import Row, Table
from schemas.erp.values import plain_code
from schemas.errors import RetryLater, StopWorker

AT_ONCE = 1_000
LATER_AT_MOST = 2
VAIN_AT_MOST = 2
"""Pages in a row without a new row: one there may be, where rows that came in meanwhile moved the last of them on."""


class Calls:
    """One instance. `secrets`: by the option that holds them."""

    def __init__(self, options: AltaredeWebhooks, wire: Wire, secrets: Mapping[str, str]) -> None:
        self._options = options
        self._wire = wire
        self._secrets = secrets

    def resource(self, use: Use) -> Resource:
        """Raises StopWorker where the instance has none."""
        if (resource := self._options.resources.get(use)) is None:
            raise StopWorker(f"erp.resources has no {use}: say which webhook tells it, or take it out of erp.every")
        return resource

    async def answer(
        self, table: Table, use: Use, words: Mapping[str, str], spelled: Spelled | None = None, *, once: bool = False
    ) -> Answer[list[Row]]:
        """The rows of one answer. `words` are filled in; `once`: without a second attempt; `spelled`: of one reading."""
        resource = self.resource(use)
        request = signed(self._options, resource, {**words, "page_size": str(self._options.page_size)}, self._secrets)
        ask = self._wire.once if once else self._wire.ask
        judged = partial(judge, table, use, resource, self._options.none_text, spelled=spelled)
        return await ask(resource.path, request, judged)

    async def everything(self, table: Table, use: Use, *, once: bool = False) -> AsyncGenerator[Told, None]:
        """All rows of a webhook that is not asked by document, from one answer or page by page until one is empty."""
        if self.resource(use).each == "once":
            asked_at, rows = await self.answer(table, use, {}, once=once)
            for start in range(0, len(rows), AT_ONCE):
                yield Told(asked_at, rows[start : start + AT_ONCE])
            return
        before: list[object] = []
        vain = 0
        spelled = Spelled(self.resource(use).path, table.key)
        for page in count(1):
            known = spelled.keys
            asked_at, rows = await self.answer(table, use, {"page": str(page)}, spelled, once=once)
            keys = [row.get(table.key) for row in rows]
            if not rows:
                return
            vain = vain + 1 if spelled.keys == known else 0
            if keys == before or vain == VAIN_AT_MOST:  # nobody knows whether that was all
                raise StopWorker(f"erp.resources.{use} repeats itself on page {page}: behind the last page it must be empty")
            before = keys
            yield Told(asked_at, rows)

    async def of_documents(
        self, table: Table, use: Use, documents: Sequence[str], clients: Clients, spelled: Spelled
    ) -> Told:
        """What a few documents bring, as old as the oldest of it. `spelled`: of the reading of all of them.

        One that fails is asked for again after the others: of tens of thousands some will.
        """
        found: list[Told] = []
        later: list[str] = []
        for document in documents:
            try:
                found.append(await self._of_document(table, use, document, clients, spelled))
            except RetryLater:
                later.append(document)
                if len(later) > LATER_AT_MOST:
                    raise
        found += [await self._of_document(table, use, document, clients, spelled) for document in later]
        return Told(min(told.asked_at for told in found), [row for told in found for row in told.rows])

    async def _of_document(self, table: Table, use: Use, document: str, clients: Clients, spelled: Spelled) -> Told:
        """Some webhooks leave the client's code out: it is clear where the document is one client's alone.

        So is whose dots were taken out that the client's own table proved to be a part of the code.
        """
        asked_at, rows = await self.answer(table, use, clients.words(document), spelled)
        only = clients.alone().get(document)
        same = {"", None, plain_code(only)} if only else set()
        named = [{**row, table.owner: only} if row.get(table.owner) in same else row for row in rows]
        return Told(asked_at, named)

"""Calls of an ISP's webhooks: one at a time, all pages of one, or one for each document."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from functools import partial
from itertools import count

from producers.erp.webhooks.answers import judge
from producers.erp.webhooks.clients import Clients
from producers.erp.webhooks.requests import signed
from producers.erp.wire import Wire
from schemas.erp.altarede_options import AltaredeWebhooks, Resource, Use
from schemas.erp.declaration import Row, Table
from schemas.errors import RetryLater, StopWorker

AT_ONCE = 1_000
LATER_AT_MOST = 2


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

    async def answer(self, table: Table, use: Use, words: Mapping[str, str], *, once: bool = False) -> list[Row]:
        """The rows of one answer. `words` are filled in; `once`: without a second attempt."""
        resource = self.resource(use)
        request = signed(self._options, resource, {**words, "page_size": str(self._options.page_size)}, self._secrets)
        ask = self._wire.once if once else self._wire.ask
        return await ask(resource.path, request, partial(judge, table, use, resource, self._options.none_text))

    async def everything(self, table: Table, use: Use, *, once: bool = False) -> AsyncGenerator[Sequence[Row], None]:
        """All rows of a webhook that is not asked by document, from one answer or page by page until one is empty."""
        if self.resource(use).each == "once":
            rows = await self.answer(table, use, {}, once=once)
            for start in range(0, len(rows), AT_ONCE):
                yield rows[start : start + AT_ONCE]
            return
        before: list[object] = []
        for page in count(1):
            rows = await self.answer(table, use, {"page": str(page)}, once=once)
            keys = [row.get(table.key) for row in rows]
            if not rows:
                return
            if keys == before:  # nobody knows whether that was all
                raise StopWorker(f"erp.resources.{use} repeats itself on page {page}: behind the last page it must be empty")
            before = keys
            yield rows

    async def of_documents(self, table: Table, use: Use, documents: Sequence[str], clients: Clients) -> list[Row]:
        """What a few documents bring. One that fails is asked for again after the others: of tens of thousands some will."""
        found: list[Row] = []
        later: list[str] = []
        for document in documents:
            try:
                found += await self._of_document(table, use, document, clients)
            except RetryLater:
                later.append(document)
                if len(later) > LATER_AT_MOST:
                    raise
        for document in later:
            found += await self._of_document(table, use, document, clients)
        return found

    async def _of_document(self, table: Table, use: Use, document: str, clients: Clients) -> list[Row]:
        """Some webhooks leave the client's code out: it is clear where the document is one client's alone."""
        rows = await self.answer(table, use, clients.words(document))
        only = clients.alone().get(document)
        return [{**row, table.owner: only} if only and not row.get(table.owner) else row for row in rows]

"""An ISP's own webhooks in front of Altarede as a source: asked once, page by page, or document by document."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime

from producers.erp.exports.folder import ExportSource
from producers.erp.last_told import LastTold, nothing_told
from producers.erp.owners import is_whose
from producers.erp.source import Probe, Told
from producers.erp.webhooks.calls import Calls
from producers.erp.webhooks.clients import Clients
from producers.erp.webhooks.closing import check_told, once_told
from producers.erp.webhooks.ended import has_ended
from producers.erp.webhooks.spelled import Spelled
from producers.erp.wire import Wire
from schemas.erp.altarede import CLIENTS
from schemas.erp.altarede_options import AltaredeExport, AltaredeWebhooks, Use
from schemas.erp.declaration import Row, Table
from schemas.errors import StopWorker
from schemas.rows import Kind
from schemas.runtime.clock import now

DOCUMENTS_AT_ONCE = 50
ELSEWHERE: Mapping[Kind, tuple[Use, ...]] = {"bill": ("paid",)}
"""Webhooks that tell of rows which left the sweep, beside the one that is swept."""


class WebhookSource:
    """One instance. `secrets`: by the option that holds them. `told`: how old its exports were that were read last."""

    def __init__(
        self,
        options: AltaredeWebhooks,
        wire: Wire,
        secrets: Mapping[str, str],
        clock: Callable[[], datetime] = now,
        told: LastTold = nothing_told,
    ) -> None:
        self._options = options
        self._wire = wire
        self._clock = clock
        self._calls = Calls(options, wire, secrets)
        self._export = (
            ExportSource(AltaredeExport(folder=options.folder), lambda: clock().timestamp(), told)
            if options.folder
            else None
        )
        self._clients = Clients()
        self._learning = asyncio.Lock()

    async def has_news(self, kind: Kind) -> bool:
        """See `Source`: of webhooks nobody knows before asking."""
        return self._export is None or not self._from_export(kind) or await self._export.has_news(kind)

    async def pages(self, table: Table) -> AsyncGenerator[Told, None]:
        """See `Source`. Clients are learnt in passing."""
        pages = self._exports().pages(table) if self._from_export(table.kind) else self._asked(table, table.kind)
        if table.kind == "bill":
            pages = once_told(pages, table, self._calls.resource("bill"))
        async with aclosing(pages) as coming:
            async for told in coming:
                if table.kind == "client":
                    self._clients.learn(told.rows)
                yield told
        self._clients.whole = self._clients.whole or table.kind == "client"

    async def reread(self, table: Table, owners: Mapping[str, str]) -> Told:
        """See `Source`. Asked for by their owners; of a row that two webhooks tell, the one that is swept is believed.

        What only the other one tells has left the sweep: a row of it that shows no ending is not found, and never open.
        """
        if self._from_export(table.kind):
            return await self._exports().reread(table, owners)
        uses = [use for use in ELSEWHERE.get(table.kind, ()) if use in self._options.resources]
        begun = self._clock()
        found: dict[str, Row] = {}
        for use in (*uses, table.kind):
            async with aclosing(self._asked(table, use, owners.values())) as coming:
                async for told in coming:
                    known = (row for row in told.rows if row.get(table.key) in owners)
                    here = (row for row in known if is_whose(table, row, owners[row[table.key]]))
                    found |= {row[table.key]: row for row in here if use == table.kind or has_ended(table, row)}
        by_document = self._calls.resource(table.kind).each == "document"
        unasked = {code for code, owner in owners.items() if not self._clients.documents([owner])} if by_document else set()
        return Told(begun, list(found.values()), unasked)

    async def recent(self, table: Table) -> AsyncGenerator[Told, None]:
        """See `Source`: webhooks cannot tell."""
        del table
        nothing: Sequence[Told] = ()
        for told in nothing:
            yield told

    def swept(self, kind: Kind) -> None:
        """See `Source`."""
        if self._export is not None and self._from_export(kind):
            self._export.swept(kind)

    def notes(self, kind: Kind) -> Sequence[str]:
        """See `Source`."""
        del kind
        return ()

    async def probe(self, table: Table) -> Probe:
        """See `Source`: the first page, or what the first document of a client brings."""
        if self._from_export(table.kind):
            return await self._exports().probe(table)
        each = self._calls.resource(table.kind).each
        words: Mapping[str, str] = {"page": "1"} if each == "page" else {}
        if each == "document":
            words = self._clients.words(await self._a_document())
        _, rows = await self._calls.answer(table, table.kind, words, once=True)
        return Probe(rows, len(rows) if each == "once" else None)

    async def survey(self, table: Table) -> Probe:
        """See `Source`: nothing more than that, but of an export all its rows. Raises StopWorker as `check_told` does."""
        if self._from_export(table.kind):
            return await self._exports().survey(table)
        found = await self.probe(table)
        if table.kind == "bill":
            check_told(self._calls.resource("bill"), found.rows, is_whole=found.total is not None)
        return found

    async def close(self) -> None:
        """See `Source`."""
        await self._wire.close()

    async def _asked(self, table: Table, use: Use, owners: Iterable[str] | None = None) -> AsyncGenerator[Told, None]:
        """All rows of a webhook; of one that is asked by document only those of `owners`, where given."""
        if self._calls.resource(use).each != "document":
            async with aclosing(self._calls.everything(table, use)) as coming:
                async for told in coming:
                    yield told
            return
        await self._learn()
        documents = self._clients.documents(owners)
        spelled = Spelled(self._calls.resource(use).path, table.key)
        for start in range(0, len(documents), DOCUMENTS_AT_ONCE):
            some = documents[start : start + DOCUMENTS_AT_ONCE]
            yield await self._calls.of_documents(table, use, some, self._clients, spelled)

    async def _learn(self) -> None:
        """Before the first document is asked for; again where no sweep of clients keeps them up to date."""
        async with self._learning:
            if self._clients.whole and "client" in self._options.every:
                return
            async with aclosing(self._client_rows()) as coming:
                async for told in coming:
                    self._clients.learn(told.rows)
            self._clients.whole = True

    async def _a_document(self) -> str:
        """Raises StopWorker where no client has one."""
        if not self._clients.documents():
            async with aclosing(self._client_rows(once=True)) as coming:
                async for told in coming:
                    self._clients.learn(told.rows)
                    if self._clients.documents():
                        break
        if not self._clients.documents():
            raise StopWorker("no client has a CPF or CNPJ to ask this webhook for")
        return self._clients.documents()[0]

    def _client_rows(self, *, once: bool = False) -> AsyncGenerator[Told, None]:
        resource = self._options.resources.get("client")
        if resource is not None and resource.each != "document":
            return self._calls.everything(CLIENTS, "client", once=once)
        return self._exports().latest(CLIENTS)

    def _from_export(self, kind: Kind) -> bool:
        return kind == "client" and "client" not in self._options.resources

    def _exports(self) -> ExportSource:
        if self._export is None:
            raise StopWorker("nobody to ask for: give erp.resources.client, or erp.folder with an export Clientes")
        return self._export

"""HTTP to one ERP: one request at a time, never faster than the instance allows, repeated where that may help."""

import asyncio
import ssl
from collections.abc import Sequence
from datetime import timedelta

import httpx
import stamina

from schemas.erp.declaration import Erp, Page, Request, Table, Where
from schemas.errors import RetryLater, StopWorker
from schemas.instances import Instance

ATTEMPTS = 4
FIRST_WAIT = timedelta(seconds=0.3)
LONGEST_WAIT = timedelta(seconds=20)


def trust(ca_file: str) -> ssl.SSLContext | bool:
    """The provider's own CA where it has one; certificates are always checked."""
    if not ca_file:
        return True
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError:
        raise StopWorker(f"erp.ca_file {ca_file} cannot be read: give the path of a PEM file") from None


class ErpClient:
    """Reads pages of one instance. Raises RetryLater after the last attempt, StopWorker at once.

    `transport`: another way than TCP, such as `httpx.MockTransport`.
    """

    def __init__(self, instance: Instance, erp: Erp, token: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._erp = erp
        self._size = instance.erp.page_size
        self._gap = instance.erp.gap
        self._turn = asyncio.Lock()
        self._next_at = 0.0
        self._http = httpx.AsyncClient(
            base_url=str(instance.erp.url),
            headers={"authorization": erp.authorization(token)},
            timeout=instance.erp.timeout,
            verify=trust(instance.erp.ca_file),
            transport=transport,
        )

    async def page(self, table: Table, query: tuple[Where, ...], after: int) -> Page:
        """The page after the row `after`."""
        page = await self._ask(table, self._erp.read(table, query, after, self._size))
        if not page.last and page.after <= after:
            raise RetryLater(f"the pages of {table.name} do not advance beyond id {after}")
        return page

    async def rows(self, table: Table, ids: Sequence[str]) -> Page:
        """These rows by their ids, whatever became of them."""
        return await self._ask(table, self._erp.reread(table, ids))

    async def _ask(self, table: Table, request: Request) -> Page:
        waits = stamina.AsyncRetryingCaller(attempts=ATTEMPTS, timeout=None, wait_initial=FIRST_WAIT, wait_max=LONGEST_WAIT)
        return await waits(RetryLater, self._once, table, request)

    async def _once(self, table: Table, request: Request) -> Page:
        loop = asyncio.get_running_loop()
        async with self._turn:
            await asyncio.sleep(max(0.0, self._next_at - loop.time()))
            try:
                answer = await self._http.post(request.path, content=request.body, headers=request.headers)
            except httpx.HTTPError as exc:
                raise RetryLater(f"no answer from the ERP on {table.name}: {type(exc).__name__}") from exc
            finally:
                self._next_at = loop.time() + self._gap
        return self._erp.page(table, answer.status_code, answer.content)

    async def close(self) -> None:
        """Give the connection back."""
        await self._http.aclose()

"""HTTP to one ERP: one request at a time, never faster than the instance allows, repeated where that may help."""

import asyncio
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

import httpx
import stamina

from schemas.erp.declaration import Signed
from schemas.erp.options import Web
from schemas.errors import RetryLater, StopWorker
from schemas.runtime.clock import now

T = TypeVar("T")


class Answer(NamedTuple, Generic[T]):
    """What was said to the question that went out at `asked_at`."""

    asked_at: datetime
    said: T


class NoAnswerError(RetryLater):
    """Nobody answered: no connection, a broken one, or too late."""


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


class Wire:
    """One instance. `transport`: another way than TCP, such as `httpx.MockTransport`; `clock`: aware instants."""

    def __init__(
        self, web: Web, transport: httpx.AsyncBaseTransport | None = None, clock: Callable[[], datetime] = now
    ) -> None:
        self._gap = web.gap
        self._clock = clock
        self._turn = asyncio.Lock()
        self._next_at = 0.0
        self._http = httpx.AsyncClient(
            base_url=str(web.url), timeout=web.timeout, verify=trust(web.ca_file), transport=transport
        )

    async def ask(self, name: str, signed: Signed, judge: Callable[[int, bytes], T]) -> Answer[T]:
        """What `judge` makes of the answer's status and content. `name`: of the resource, for the log.

        Raises RetryLater after the last attempt, StopWorker at once.
        """
        waits = stamina.AsyncRetryingCaller(attempts=ATTEMPTS, timeout=None, wait_initial=FIRST_WAIT, wait_max=LONGEST_WAIT)
        return await waits(RetryLater, self.once, name, signed, judge)

    async def once(self, name: str, signed: Signed, judge: Callable[[int, bytes], T]) -> Answer[T]:
        """The same without a second attempt."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            await asyncio.sleep(max(0.0, self._next_at - loop.time()))
            asked_at = self._clock()
            try:
                answer = await self._http.request(signed.method, signed.path, content=signed.body, headers=signed.headers)
            except httpx.HTTPError as exc:
                raise _failure(name, exc) from exc
            finally:
                self._next_at = loop.time() + self._gap
        return Answer(asked_at, judge(answer.status_code, answer.content))

    async def close(self) -> None:
        """Give the connection back."""
        await self._http.aclose()


def _failure(name: str, exc: httpx.HTTPError) -> RetryLater | StopWorker:
    cause: BaseException | None = exc
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return StopWorker(f"the ERP's certificate is not trusted ({cause.verify_message}): give its CA as erp.ca_file")
        cause = cause.__cause__ or cause.__context__
    return NoAnswerError(f"no answer from the ERP on {name}: {type(exc).__name__}")

"""HTTP to one ERP: one request at a time, never faster than the instance allows, repeated where that may help."""

import asyncio
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

import httpx
import stamina

from producers.erp.limits import ANSWER_BYTES, TIMES_TIMEOUT, AskedToWaitError, TooLongError, in_words, rest
from producers.erp.wire_failures import MOVED, NoAnswerError, failure, moved, speaks_tls
from schemas.erp.declaration import Signed
from schemas.erp.options import Web
from schemas.erp.own_words import quoted
from schemas.errors import RetryLater, StopWorker
from schemas.runtime.clock import now

T = TypeVar("T")


class Answer(NamedTuple, Generic[T]):
    """What was said to the question that went out at `asked_at`."""

    asked_at: datetime
    said: T


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
        self._rest_until = 0.0
        self._patience = TIMES_TIMEOUT * web.timeout
        self._http = httpx.AsyncClient(
            base_url=str(web.url), timeout=web.timeout, verify=trust(web.ca_file), transport=transport
        )

    async def ask(self, name: str, signed: Signed, judge: Callable[[int, bytes], T]) -> Answer[T]:
        """What `judge` makes of the answer's status and content. `name`: of the resource, for the log.

        Raises RetryLater after the last attempt, or at once where the ERP asks for a long rest; StopWorker at once.
        """
        waits = stamina.AsyncRetryingCaller(attempts=ATTEMPTS, timeout=None, wait_initial=FIRST_WAIT, wait_max=LONGEST_WAIT)
        return await waits(_is_again, self.once, name, signed, judge)

    async def once(self, name: str, signed: Signed, judge: Callable[[int, bytes], T]) -> Answer[T]:
        """The same without a second attempt."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            if (left := timedelta(seconds=self._rest_until - loop.time())) > LONGEST_WAIT:
                raise AskedToWaitError(
                    f"the ERP asked to be left alone: {name} is not asked for {in_words(left)}", after=left
                )
            await asyncio.sleep(max(0.0, self._rest_until - loop.time(), self._next_at - loop.time()))
            asked_at = self._clock()
            try:
                status, headers, content = await self._whole(name, signed)
            finally:
                self._next_at = loop.time() + self._gap
            if (pause := rest(status, headers, self._clock())) is not None:
                self._rest_until = loop.time() + pause.total_seconds()
                raise AskedToWaitError(_busy(name, status, content, pause), after=pause)
        if status in MOVED:
            raise moved(name, status, self._http.base_url, headers.get("location", ""))
        if wrong := speaks_tls(self._http.base_url, status, content):
            raise wrong
        return Answer(asked_at, judge(status, content))

    async def close(self) -> None:
        """Give the connection back."""
        await self._http.aclose()

    async def _whole(self, name: str, signed: Signed) -> tuple[int, httpx.Headers, bytes]:
        """An answer with all its content, unless that is too much or takes too long."""
        pieces: list[bytes] = []
        size = 0
        try:
            async with (
                asyncio.timeout(self._patience),
                self._http.stream(signed.method, signed.path, content=signed.body, headers=signed.headers) as answer,
            ):
                if "," in answer.headers.get("content-encoding", ""):
                    raise RetryLater(f"the ERP answers {name} compressed twice: a few bytes of it may fill the memory")
                async for piece in answer.aiter_bytes():
                    pieces.append(piece)
                    size += len(piece)
                    if size > ANSWER_BYTES:
                        raise TooLongError(
                            f"the ERP's answer on {name} has more than {ANSWER_BYTES >> 20} MiB: make erp.page_size smaller"
                        )
        except TimeoutError as exc:
            late = f"its answer did not end within {self._patience:g} s: make erp.page_size smaller, or erp.timeout larger"
            raise NoAnswerError(f"no answer from the ERP on {name}: {late}") from exc
        except httpx.HTTPError as exc:
            raise failure(name, self._http.base_url, exc) from exc
        return answer.status_code, answer.headers, b"".join(pieces)


def _is_again(exc: Exception) -> bool | timedelta:
    """Whether the same is asked again, and after what rest."""
    if not isinstance(exc, RetryLater) or isinstance(exc, TooLongError):
        return False
    if exc.after is None:
        return True
    return exc.after if exc.after <= LONGEST_WAIT else False


def _busy(name: str, status: int, content: bytes, pause: timedelta) -> str:
    return f"the ERP answers HTTP {status} on {name}{quoted(content)} and asks to be left alone for {in_words(pause)}"

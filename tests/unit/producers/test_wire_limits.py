"""What an answer may take of memory and time, and an ERP that asks to be left alone."""

import asyncio
import gzip
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.erp.breaker import Breaker, again
from producers.erp.limits import ANSWER_BYTES, LONGEST_REST, AskedToWaitError, in_words, rest
from producers.erp.wire import ATTEMPTS, Answer, Wire
from producers.erp.wire_failures import NoAnswerError
from schemas.erp.altarede_options import AltaredeWebhooks
from schemas.erp.declaration import Signed
from schemas.erp.ixc import Ixc
from schemas.erp.options import Web
from schemas.erp.rbx import Rbx
from schemas.errors import PipelineError, RetryLater

URL = "https://erp.example/"
WEBS = [
    Ixc(url=URL, token="-", gap=0, timeout=60),  # type: ignore[arg-type]  # pydantic reads the URL
    Rbx(url=URL, token="-", gap=0, timeout=60),  # type: ignore[arg-type]
    AltaredeWebhooks(url=URL, token="-", gap=0, timeout=60),  # type: ignore[arg-type]
]
QUESTION = Signed("x", {}, b"{}")
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


async def asked(web: Web, reply: httpx.Response, *, times: int = 1) -> tuple[list[PipelineError | int], int]:
    """How so many questions ended (the bytes that were judged, or the error), and how often the ERP was asked."""
    seen: list[httpx.Request] = []

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(reply.status_code, headers=reply.headers, stream=reply.stream)

    wire = Wire(web, httpx.MockTransport(serve), lambda: NOW)
    ended: list[PipelineError | int] = []
    for _ in range(times):
        try:
            told: Answer[int] = await wire.ask("bills", QUESTION, lambda _, content: len(content))
            ended.append(told.said)
        except PipelineError as exc:
            ended.append(exc)
    await wire.close()
    return ended, len(seen)


def squeezed(size: int) -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9) as packed:
        for _ in range(size >> 20):
            packed.write(bytes(1 << 20))
    return out.getvalue()


class InPieces(httpx.AsyncByteStream):
    """As a socket gives it. `pause`: seconds before each piece."""

    def __init__(self, content: bytes, size: int = 1 << 16, pause: float = 0) -> None:
        self._content, self._size, self._pause = content, size, pause

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._content), self._size):
            await asyncio.sleep(self._pause)
            yield self._content[start : start + self._size]


async def test_an_answer_that_would_fill_the_memory_is_given_up() -> None:
    """80 MiB of zeros are 80 KiB on the wire."""
    reply = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=InPieces(squeezed(80 << 20), 1 << 12))

    (error,), _ = await asked(WEBS[0], reply)

    assert isinstance(error, RetryLater)
    assert "bills has more than 64 MiB: make erp.page_size smaller" in str(error)


async def test_the_largest_answer_is_read() -> None:
    (size,), _ = await asked(WEBS[0], httpx.Response(200, stream=InPieces(bytes(ANSWER_BYTES), 1 << 20)))

    assert size == ANSWER_BYTES


async def test_what_is_compressed_twice_is_not_unpacked() -> None:
    """A thousand times a thousand: no limit behind the first unpacking would come in time."""
    reply = httpx.Response(
        200, headers={"content-encoding": "gzip, gzip"}, stream=InPieces(gzip.compress(squeezed(1 << 20)))
    )

    (error,), _ = await asked(WEBS[0], reply)

    assert isinstance(error, RetryLater)
    assert "compressed twice" in str(error)


@pytest.mark.parametrize("web", WEBS, ids=lambda web: web.kind)
async def test_an_answer_that_drips_ends_after_three_time_outs(web: Web) -> None:
    """Each piece comes within the time-out, the whole never would."""
    hasty = web.model_copy(update={"timeout": 0.05})
    (error,), times = await asked(hasty, httpx.Response(200, stream=InPieces(bytes(10_000), 1, pause=0.01)))

    assert isinstance(error, NoAnswerError)
    assert "did not end within 0.15 s" in str(error)
    assert times == ATTEMPTS


# --- rest


@pytest.mark.parametrize("web", WEBS, ids=lambda web: web.kind)
@pytest.mark.parametrize(("status", "seconds"), [(429, 120), (503, 600)])
async def test_who_asks_for_a_long_rest_is_asked_once_and_then_not_at_all(web: Web, status: int, seconds: int) -> None:
    reply = httpx.Response(status, headers={"retry-after": str(seconds)}, text="Muitas requisições")

    (first, *others), times = await asked(web, reply, times=3)

    assert times == 1
    assert isinstance(first, AskedToWaitError)
    assert first.after == timedelta(seconds=seconds)
    assert str(first) == (
        f'the ERP answers HTTP {status} on bills ("Muitas requisições") and asks to be left alone for {seconds // 60} min'
    )
    for error in others:
        assert isinstance(error, AskedToWaitError)
        assert timedelta() < error.after <= timedelta(seconds=seconds)  # type: ignore[operator]  # it has one


async def test_a_short_rest_is_waited_for() -> None:
    _, times = await asked(WEBS[0], httpx.Response(429, headers={"retry-after": "0"}))

    assert times == ATTEMPTS


async def test_a_busy_erp_that_names_no_time_is_tried_again_as_any_other() -> None:
    _, times = await asked(WEBS[0], httpx.Response(503))

    assert times == 1  # the judge of this test takes any status


@pytest.mark.parametrize(
    ("status", "said", "expected"),
    [
        (429, "120", 120),
        (503, " 600 ", 600),
        (503, "Tue, 10 Mar 2026 12:05:00 GMT", 300),
        (503, "Tue, 10 Mar 2026 11:00:00 GMT", 0),
        (503, "999999999999999", LONGEST_REST.total_seconds()),
        (429, "soon", None),
        (429, "", None),
        (429, "-5", None),
        (500, "120", None),
        (200, "120", None),
    ],
)
def test_how_long_an_erp_asks_for(status: int, said: str, expected: float | None) -> None:
    found = rest(status, httpx.Headers({"retry-after": said}), NOW)

    assert found == (None if expected is None else timedelta(seconds=expected))


@given(st.integers(0, 100_000))
def test_the_words_never_promise_too_little(seconds: int) -> None:
    size = {"s": 1, "min": 60, "h": 3_600}
    number, unit = in_words(timedelta(seconds=seconds)).split()

    assert seconds <= int(number) * size[unit] < seconds + size[unit]


def test_a_sweep_waits_as_long_as_it_was_asked_to_and_never_at_once() -> None:
    asked_to = AskedToWaitError("busy", after=timedelta(seconds=600))
    assert again(Breaker(), "bill", 180, asked_to, 300).seconds == 600
    soon = again(Breaker(), "bill", 180, AskedToWaitError("busy", after=timedelta()), 300)
    assert soon.seconds > 0
    assert soon.breaker.failures["bill"] == 1

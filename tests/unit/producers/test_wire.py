"""Whatever HTTP does, the poller meets a page, RetryLater or StopWorker."""

import asyncio
import inspect
import ssl
from collections.abc import Callable
from pathlib import Path

import httpx
import orjson
import pytest

from producers.erp.lists.paged import PagedSource
from producers.erp.wire import ATTEMPTS, trust
from producers.erp.wire_failures import NoAnswerError
from schemas.erp.ixc import BILLS
from schemas.errors import PipelineError, RetryLater, StopWorker
from tests.strategies import erp_row, instance
from tests.unit.producers.memory_erp import SECRETS, source

HERE = instance()
HTTP_ERRORS = sorted(
    {
        one
        for one in vars(httpx).values()
        if inspect.isclass(one) and issubclass(one, httpx.HTTPError) and one is not httpx.HTTPStatusError
    },
    key=lambda one: one.__name__,
)


class Answers:
    """Answers with the next of `answers`, the last one for ever, and keeps what was asked."""

    def __init__(self, *answers: httpx.Response | Exception | Callable[[], httpx.Response]) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer()

    async def ids(self) -> list[str]:
        asked = source(HERE, httpx.MockTransport(self))
        try:
            return [row["id"] async for page in asked.pages(BILLS) for row in page.rows]
        finally:
            await asked.close()


def answer(*ids: str, total: int | None = None) -> httpx.Response:
    rows = [erp_row("fn_areceber", id=code) for code in ids]
    return httpx.Response(200, json={"page": "1", "total": str(total or len(rows)), "registros": rows})


def encoded(content: bytes, **headers: str) -> Callable[[], httpx.Response]:
    """A body that only falls apart while it is read."""
    return lambda: httpx.Response(200, headers=headers, stream=httpx.ByteStream(content))


@pytest.mark.parametrize("error", HTTP_ERRORS, ids=lambda one: one.__name__)
async def test_every_error_of_httpx_is_tried_again_and_then_later(error: type[httpx.HTTPError]) -> None:
    wire = Answers(error("the wire broke"))

    with pytest.raises(NoAnswerError, match=rf"no answer from the ERP on fn_areceber: {error.__name__}") as caught:
        await wire.ids()

    assert isinstance(caught.value.__cause__, httpx.HTTPError)
    assert len(wire.asked) == ATTEMPTS


def test_there_are_errors_to_try() -> None:
    assert {httpx.ConnectError, httpx.ReadTimeout, httpx.DecodingError, httpx.RemoteProtocolError} <= set(HTTP_ERRORS)


@pytest.mark.parametrize(
    ("reply", "action"),
    [
        (encoded(b"no gzip", **{"content-encoding": "gzip"}), RetryLater),
        (encoded(b"{", **{"content-type": "application/json; charset=nonsense"}), RetryLater),
        (encoded(b"\xff\xfe"), RetryLater),
        (httpx.Response(302, headers={"location": "http://[bad"}), StopWorker),
        (httpx.Response(301, headers={"location": "/login"}), StopWorker),
        (httpx.Response(204), RetryLater),
        (httpx.Response(500), RetryLater),
        (httpx.Response(504, text="Gateway Timeout"), RetryLater),
        (httpx.Response(401, text="Authorization Requested"), StopWorker),
        (httpx.Response(404), StopWorker),
        (httpx.Response(200, text='<div style="color:red">Ocorreu um erro ao processar.</div>'), RetryLater),
        (httpx.Response(200, json={"type": "error", "message": "Seu IP não está liberado"}), StopWorker),
    ],
)
async def test_whatever_comes_back_names_what_to_do(
    reply: httpx.Response | Callable[[], httpx.Response], action: type[PipelineError]
) -> None:
    wire = Answers(reply)

    with pytest.raises(action):
        await wire.ids()

    assert len(wire.asked) == (ATTEMPTS if action is RetryLater else 1)


async def test_what_may_pass_passes() -> None:
    wire = Answers(httpx.ReadTimeout("slow"), httpx.Response(502), answer("7", "8"), answer())

    assert await wire.ids() == ["7", "8"]
    assert len(wire.asked) == 3 + 1  # the second question for open bills


@pytest.mark.parametrize("ids", [("5", "9"), ("9", "10")])
async def test_pages_that_do_not_advance_are_no_pages(ids: tuple[str, ...]) -> None:
    """An ERP that ignores the filter on the id would be read for ever."""
    with pytest.raises(RetryLater, match="do not advance beyond id 10"):
        await Answers(answer("7", "10", total=99), answer(*ids, total=99)).ids()


async def test_every_request_is_a_list_with_the_instances_token() -> None:
    wire = Answers(answer())
    client = source(HERE, httpx.MockTransport(wire))
    await drain(client)
    await client.reread(BILLS, {"7": "1042"})
    await client.probe(BILLS)
    await drain(client, recent=True)
    await client.close()

    assert len(wire.asked) >= 4
    for request in wire.asked:
        assert request.method == "POST"
        assert str(request.url) == "http://erp.example/webservice/v1/fn_areceber"
        assert request.headers["ixcsoft"] == "listar"
        assert request.headers["authorization"].startswith("Basic ")
        assert SECRETS["token"] not in str(request.headers)
        assert orjson.loads(request.content)["sortorder"] == "asc"


async def drain(client: PagedSource, *, recent: bool = False) -> None:
    async for _ in client.recent(BILLS) if recent else client.pages(BILLS):
        pass


async def test_a_certificate_that_is_not_trusted_is_the_operators_to_mend() -> None:
    """A self-signed one is common (`schemas/erp/IXC.md`): the line names the option; trying again would not help."""
    refused = ssl.SSLCertVerificationError("self-signed certificate")
    refused.verify_message = "self-signed certificate"
    error = httpx.ConnectError("tls")
    error.__cause__ = refused
    wire = Answers(error)

    with pytest.raises(StopWorker, match=r"self-signed certificate.*erp\.ca_file"):
        await wire.ids()

    assert len(wire.asked) == 1


async def test_one_request_at_a_time() -> None:
    """However many sweeps of an instance run: a small provider's server is overloaded by two (`schemas/erp/IXC.md`)."""
    at_once = most = 0

    async def slow(_: httpx.Request) -> httpx.Response:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        at_once -= 1
        return answer("7")

    client = source(HERE, httpx.MockTransport(slow))
    await asyncio.gather(*(client.reread(BILLS, {"7": "1042"}) for _ in range(5)))
    await client.close()

    assert most == 1


async def test_no_faster_than_the_instance_allows() -> None:
    """Counted from the end of the last request, also of one that failed; the gap is 5 ms here."""
    loop = asyncio.get_running_loop()
    begun: list[float] = []

    def answered(_: httpx.Request) -> httpx.Response:
        begun.append(loop.time())
        return answer("7") if len(begun) == 2 else httpx.Response(500)

    slow = instance(erp={**HERE.erp.model_dump(), "gap": 0.005})
    client = source(slow, httpx.MockTransport(answered))
    await client.reread(BILLS, {"7": "1042"})
    await client.close()

    first, second = begun
    assert second - first >= 0.005


def test_certificates_are_always_checked(tmp_path: Path) -> None:
    assert trust("") is True
    for file in (tmp_path / "missing.pem", tmp_path):
        with pytest.raises(StopWorker, match=r"erp\.ca_file .* cannot be read"):
            trust(str(file))
    empty = tmp_path / "empty.pem"
    empty.touch()
    with pytest.raises(StopWorker, match=r"erp\.ca_file"):
        trust(str(empty))


def test_a_client_of_an_unreadable_authority_stops_at_once() -> None:
    lost = instance(erp={**HERE.erp.model_dump(), "ca_file": "/nonexistent.pem"})

    with pytest.raises(StopWorker, match="PEM"):
        source(lost, httpx.MockTransport(Answers(answer())))

"""What an operator reads where nothing came back: the place, the cause, the next step; over real sockets."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import httpx
import pytest

from producers.erp.sources import open_source
from producers.erp.wire import Wire
from producers.erp.wire_failures import NoAnswerError
from schemas.erp import ERPS
from schemas.erp.declaration import Signed
from schemas.erp.in_the_clear import is_private
from schemas.erp.ixc import Ixc
from schemas.errors import PipelineError, StopWorker
from tests.certificates import certified as made_certificate
from tests.strategies import instance

SECRET = "17:not-to-be-told"  # noqa: S105 - so that it would be found
ASKED = Signed("cliente", {"authorization": SECRET, "token": SECRET, "appkey": SECRET}, b"{}")
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


async def failed(url: str, ca: Path | None = None, transport: httpx.AsyncBaseTransport | None = None) -> PipelineError:
    wire = Wire(Ixc(url=url, token="-", gap=0, timeout=5, ca_file=str(ca or "")), transport)  # type: ignore[arg-type]
    try:
        with pytest.raises(PipelineError) as caught:
            await wire.once("cliente", ASKED, lambda *_: None)
    finally:
        await wire.close()
    assert SECRET not in str(caught.value)
    return caught.value


@asynccontextmanager
async def listening(context: ssl.SSLContext | None, reply: bytes = OK) -> AsyncIterator[int]:
    """A server that answers `reply` to anything."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1 << 16)
        writer.write(reply)
        writer.close()

    asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # broken handshakes are what is tested
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture
def certified(tmp_path: Path) -> Callable[..., tuple[ssl.SSLContext, Path]]:
    """A server's TLS and the certificate to trust."""
    return partial(made_certificate, tmp_path)


Certified = Callable[..., tuple[ssl.SSLContext, Path]]


async def test_a_certificate_of_another_name_says_which_was_expected(certified: Certified) -> None:
    context, cert = certified("erp.example.com.br")
    async with listening(context) as port:
        error = await failed(f"https://127.0.0.1:{port}/", cert)

    assert isinstance(error, StopWorker)
    assert "the certificate at 127.0.0.1 is of another name" in str(error)
    assert "--url" in str(error)


async def test_a_certificate_that_ran_out_says_so(certified: Certified) -> None:
    context, cert = certified("127.0.0.1", days=-1)
    async with listening(context) as port:
        error = await failed(f"https://127.0.0.1:{port}/", cert)

    assert isinstance(error, StopWorker)
    assert "is not valid today (certificate has expired): let the provider renew it" in str(error)


async def test_an_unknown_authority_is_the_operators_to_name(certified: Certified) -> None:
    context, _ = certified("127.0.0.1")
    async with listening(context) as port:
        error = await failed(f"https://127.0.0.1:{port}/")

    assert isinstance(error, StopWorker)
    assert "give its CA as erp.ca_file" in str(error)


def old_server(context: ssl.SSLContext, listener: socket.socket) -> None:
    """One handshake; written on blocking sockets, as asyncio's own closes before its alert has gone out."""
    taken, _ = listener.accept()
    with taken, suppress(ssl.SSLError):
        context.wrap_socket(taken, server_side=True)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the server is as old as that
async def test_old_tls_names_the_host_and_what_to_switch_on(certified: Certified) -> None:
    context, cert = certified("127.0.0.1")
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        served = asyncio.create_task(asyncio.to_thread(old_server, context, listener))
        error = await failed(f"https://127.0.0.1:{port}/", cert)
        await served

    assert isinstance(error, StopWorker)
    assert str(error).startswith("127.0.0.1 has only TLS or ciphers that are no longer safe")
    assert str(error).endswith("let its keeper switch TLS 1.2 on")


async def test_https_asked_of_a_port_without_tls() -> None:
    async with listening(None) as port:
        error = await failed(f"https://127.0.0.1:{port}/")

    assert isinstance(error, StopWorker)
    assert f"127.0.0.1:{port} does not speak TLS" in str(error)
    assert "is it http://" in str(error)


async def test_http_asked_of_a_port_with_tls(certified: Certified) -> None:
    context, _ = certified("127.0.0.1")
    async with listening(context) as port:
        error = await failed(f"http://127.0.0.1:{port}/")

    assert isinstance(error, NoAnswerError)


@pytest.mark.parametrize(
    "page",
    [
        b"<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>",
        b"Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />",
    ],
    ids=["nginx", "apache"],
)
async def test_http_asked_of_a_web_server_that_wants_tls(page: bytes) -> None:
    reply = b"HTTP/1.1 400 Bad Request\r\ncontent-length: %d\r\n\r\n%s" % (len(page), page)
    async with listening(None, reply) as port:
        error = await failed(f"http://127.0.0.1:{port}/")

    assert isinstance(error, StopWorker)
    assert "wants https: `collector instance set NAME --url` with https://" in str(error)


async def test_nobody_at_the_port_and_no_such_name() -> None:
    async with listening(None) as port:
        pass
    refused = await failed(f"http://127.0.0.1:{port}/")
    assert str(refused).endswith(f"ConnectError, 127.0.0.1:{port} refuses the connection")

    unknown = await failed("http://erp.invalid/")
    assert str(unknown).endswith("the name erp.invalid is not known")


# --- redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("https://erp.example.com.br/webservice/v1/cliente", "https://erp.example.com.br/webservice/v1/cliente"),
        ("https://user:word@new.example/x?token=1", "https://new.example/x"),
        ("/login", "https://old.example/login"),
        ("//other.example/y", "https://other.example/y"),
    ],
)
async def test_nobody_follows_a_redirect_but_its_place_is_told(status: int, location: str, place: str) -> None:
    asked: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(status, headers={"location": location})

    error = await failed("https://old.example/webservice/v1/", transport=httpx.MockTransport(serve))

    assert isinstance(error, StopWorker)
    assert f"HTTP {status} on cliente and sends us to {place}; no token was sent there." in str(error)
    assert asked == ["old.example"]


# --- in the clear


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("http://192.168.0.10/", True),
        ("http://10.1.2.3:8080/", True),
        ("http://[fd00::1]/", True),
        ("http://127.0.0.1/", True),
        ("http://ixc/", True),
        ("http://ixc.lan/", True),
        ("http://erp.provedor.com.br/", False),
        ("http://45.4.0.10/", False),
        ("http://[2804::1]/", False),
    ],
)
def test_a_token_leaves_the_private_network_only_encrypted(url: str, private: bool) -> None:
    for kind in ("ixc", "rbx", "altarede-webhooks"):
        erp = {"kind": kind, "url": url, "token": "-"}
        here = instance(erp=erp)
        assert is_private(here.erp.url) is private  # type: ignore[union-attr]  # all three have one
        if private:
            open_source(here, {"token": "1:2"})
            continue
        with pytest.raises(StopWorker, match=r"erp\.url is http:// .*--insecure"):
            open_source(here, {"token": "1:2"})
        open_source(instance(erp={**erp, "insecure": True}), {"token": "1:2"})
        open_source(instance(erp={**erp, "url": url.replace("http:", "https:")}), {"token": "1:2"})


def test_every_erp_over_http_is_asked_about_it() -> None:
    assert {kind for kind in ERPS if kind != "altarede-export"} == {"ixc", "rbx", "altarede-webhooks"}

"""Why nothing came back from an ERP, in words that name the place, the cause and the next step. Pure."""

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

from schemas.errors import RetryLater, StopWorker

OTHER_NAME = frozenset({62, 64})
"""OpenSSL's numbers for a certificate of another host name or address."""
NOT_NOW = frozenset({9, 10})
OLD = ("PROTOCOL", "HANDSHAKE_FAILURE", "TOO_SMALL", "TOO_WEAK", "LEGACY", "NO_SHARED_CIPHER", "WRONG_SSL_VERSION")
"""What OpenSSL's reasons hold where the two sides have no safe way of speaking in common."""
NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL", "PACKET_LENGTH")
MOVED = range(300, 400)
URL = "`collector instance set NAME --url`"
SPEAKS_TLS = (b"plain http request was sent to https", b"speaking plain http to an ssl")


class NoAnswerError(RetryLater):
    """Nobody answered: no connection, a broken one, or too late."""


class ElsewhereError(StopWorker):
    """Somebody answered, but the ERP is not there, or not so."""


def failure(name: str, url: httpx.URL, exc: httpx.HTTPError) -> RetryLater | StopWorker:
    """`url`: what was asked; of it only the scheme and the host are shown."""
    for cause in _causes(exc):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate(url, cause)
        if isinstance(cause, ssl.SSLError) and (found := _tls(url, str(cause.reason or ""))):
            return found
    return NoAnswerError(f"no answer from the ERP on {name}: {type(exc).__name__}{_why(url, exc)}")


def moved(name: str, status: int, base: httpx.URL, location: str) -> ElsewhereError:
    """An answer that sends us elsewhere: nobody goes there by himself, as the token would go too."""
    return ElsewhereError(
        f"the ERP answers HTTP {status} on {name} and sends us to {_place(base, location)}; no token was sent there."
        f" If it has moved, {URL} says where to; else ask whoever keeps it"
    )


def speaks_tls(base: httpx.URL, status: int, content: bytes) -> ElsewhereError | None:
    """What a server answers on a port for https that was asked without."""
    said = content[:2_000].lower()
    if base.scheme == "http" and status >= MOVED.start and any(mark in said for mark in SPEAKS_TLS):
        return ElsewhereError(f"erp.url is http://, but {base.host}:{base.port or 80} wants https: {URL} with https://")
    return None


def _place(base: httpx.URL, location: str) -> str:
    """Without what a URL may hold beside its place: a login, a query with a token."""
    try:
        to = urlsplit(urljoin(str(base), location))
    except ValueError:
        return "no place that there is"
    return urlunsplit((to.scheme, to.netloc.rpartition("@")[2], to.path, "", ""))


def _certificate(url: httpx.URL, cause: ssl.SSLCertVerificationError) -> StopWorker:
    said = cause.verify_message
    code = getattr(cause, "verify_code", 0)
    if code in OTHER_NAME:
        return StopWorker(
            f"the certificate at {url.host} is of another name ({said}): give erp.url the name that is in it, {URL}"
        )
    if code in NOT_NOW:
        return StopWorker(f"the certificate at {url.host} is not valid today ({said}): let the provider renew it")
    return StopWorker(f"the ERP's certificate is not trusted ({said}): give its CA as erp.ca_file")


def _tls(url: httpx.URL, reason: str) -> StopWorker | None:
    if any(mark in reason for mark in NO_TLS):
        return StopWorker(
            f"{url.host}:{url.port or 443} does not speak TLS ({reason}): is it http://, or another port? {URL}"
        )
    if any(mark in reason for mark in OLD):
        return StopWorker(
            f"{url.host} has only TLS or ciphers that are no longer safe ({reason}): let its keeper switch TLS 1.2 on"
        )
    return None


def _why(url: httpx.URL, exc: httpx.HTTPError) -> str:
    for cause in _causes(exc):
        if isinstance(cause, socket.gaierror):
            return f", the name {url.host} is not known"
        if isinstance(cause, ssl.SSLEOFError):
            return f", {url.host} ends the connection while TLS is agreed on: has it TLS 1.2, and is it a port for https?"
        if isinstance(cause, ConnectionRefusedError):
            return f", {url.host}:{url.port or (443 if url.scheme == 'https' else 80)} refuses the connection"
    if isinstance(exc, httpx.RemoteProtocolError) and url.scheme == "http":
        return f", {url.host} does not speak plain HTTP: is it https://?"
    return ""


def _causes(exc: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = exc
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__

"""ARI's events over its websocket: all of a PABX's channels, with nothing configured there. What is missed is lost."""

import logging
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode, urlsplit, urlunsplit

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from schemas.errors import RetryLater, StopWorker
from schemas.runtime.settings import own_name

APP = f"collector-{own_name()}"
"""Asterisk makes any name for as long as somebody listens. Of this process alone: two under one push each other out."""
OPEN_WITHIN_S = 10.0
PING_EVERY_S = 10.0
PONG_WITHIN_S = 10.0
EVENT_BYTES = 1024 * 1024
FORBIDDEN = {401: "user or password", 403: "the user's rights"}
"""404 is not among them: a PABX that is starting answers it too."""
SILENT = logging.getLogger("collector.ari_events")
"""The library would log every header, the password's too, at DEBUG."""
SILENT.setLevel(logging.WARNING)


class UnansweredError(RetryLater):
    """It took the connection and said nothing: try it again seldom.

    Asterisk's applications can lock up while a websocket closes (its issue 2170; seen on 22.10.1): it still rings, and
    keeps every further connection of this kind for ever.
    """


def address(url: str, app: str) -> str:
    """Of the websocket: `url` is ARI's own, such as `http://127.0.0.1:8088/ari`."""
    parts = urlsplit(url)
    scheme = "wss" if parts.scheme == "https" else "ws"
    query = urlencode({"app": app, "subscribeAll": "true"})
    return urlunsplit((scheme, parts.netloc, f"{parts.path.rstrip('/')}/events", query, ""))


class Events:
    """One connection."""

    def __init__(self, coming: AsyncIterator[str | bytes]) -> None:
        self._coming = coming

    async def each(self) -> AsyncIterator[bytes]:
        """Every event as it came, until the connection breaks: then RetryLater."""
        try:
            async for one in self._coming:
                yield one.encode() if isinstance(one, str) else one
        except (ConnectionClosed, OSError) as exc:
            raise RetryLater(f"the PABX's events have stopped: {type(exc).__name__}") from exc
        raise RetryLater("the PABX has ended its events")


@asynccontextmanager
async def listening(url: str, user: str, password: str, app: str = APP) -> AsyncIterator[Events]:
    """A connection on which events come.

    Raises RetryLater where nobody answers, UnansweredError where the connection is taken and no more; StopWorker where an
    operator must mend something.
    """
    basic = b64encode(f"{user}:{password}".encode()).decode()
    opening = connect(
        address(url, app),
        additional_headers={"Authorization": f"Basic {basic}"},
        open_timeout=OPEN_WITHIN_S,
        ping_interval=PING_EVERY_S,
        ping_timeout=PONG_WITHIN_S,
        close_timeout=2,
        max_size=EVENT_BYTES,
        compression=None,
        proxy=None,
        logger=SILENT,
    )
    try:
        there = await opening
    except InvalidStatus as exc:
        code = exc.response.status_code
        if code in FORBIDDEN:
            raise StopWorker(f"the PABX answers {code} to its events: mend {FORBIDDEN[code]}") from None
        raise RetryLater(f"the PABX answers {code} to its events") from None
    except TimeoutError:
        raise UnansweredError("the PABX takes connections and does not answer: if it stays so, restart Asterisk") from None
    except (InvalidHandshake, InvalidURI, OSError) as exc:
        raise RetryLater(f"the PABX does not let us listen: {type(exc).__name__}") from None
    try:
        yield Events(aiter(there))
    finally:
        await there.close()

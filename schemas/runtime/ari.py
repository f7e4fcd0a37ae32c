"""Asterisk's REST interface over HTTP: each question once, on a connection of its own.

A connection that was kept may be dead without anybody having noticed; a call asked for over such a one would be in doubt
though it never left. What the answers mean is not decided here.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx

from schemas.said import Said

CONNECT_S = 5.0
READ_S = 10.0
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""No connection was made, so nothing was asked."""
CONNECTED = "send_request_headers.started"
"""How the last thing that is told before a request leaves ends (httpcore's extension `trace`)."""


class _TooLateError(Exception):
    """There is a connection, and nothing may be asked any more."""


class AriClient:
    """`url` ends before `/channels`. Give it back with `close`."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._http = httpx.AsyncClient(
            base_url=f"{url.rstrip('/')}/",
            auth=(user, password),
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            trust_env=False,  # a proxy of the environment may answer for a PABX that it never asked
        )

    async def originate(self, fields: dict[str, Any], in_time: Callable[[], bool] = lambda: True) -> Said:
        """`POST /channels` with a JSON body: numbers stay out of the logs of whoever is in between.

        `in_time`: whether it may still be asked; this is looked at when there is a connection, which may take its time.
        """

        async def told(what: str, _: object) -> None:
            if what.endswith(CONNECTED) and not in_time():
                raise _TooLateError

        try:
            return await self._ask("POST", "channels", fields, {"trace": told})
        except _TooLateError:
            return Said(0, failure="it took too long", sent=False)

    async def channel(self, channel: str) -> Said:
        """One channel by its id; 404 with JSON where it does not live."""
        return await self._ask("GET", f"channels/{channel}")

    async def channels(self) -> Said:
        """All that live."""
        return await self._ask("GET", "channels")

    async def info(self) -> Said:
        """Whether Asterisk is there and knows the user."""
        return await self._ask("GET", "asterisk/info")

    async def endpoint(self, technology: str, resource: str) -> Said:
        """One trunk or telephone, such as `PJSIP` and `trunk`; 404 with JSON where it is not configured."""
        return await self._ask("GET", f"endpoints/{quote(technology, safe='')}/{quote(resource, safe='')}")

    async def epoch(self) -> Said:
        """Its own clock: the global variable EPOCH, in whole seconds."""
        return await self._ask("GET", "asterisk/variable?variable=EPOCH")

    async def may_write(self, nobody: str) -> Said:
        """Signal ringing to a channel that does not live: 403 where the user may only read, else 404 with JSON.

        A POST, as a call is one: what stands before the PABX may let everything else through.
        """
        return await self._ask("POST", f"channels/{nobody}/ring")

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def _ask(
        self, method: str, path: str, fields: dict[str, Any] | None = None, extensions: dict[str, Any] | None = None
    ) -> Said:
        try:
            answer = await self._http.request(method, path, json=fields, extensions=extensions)
        except NEVER_SENT as exc:
            return Said(0, failure=type(exc).__name__, sent=False)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as exc:
            return Said(0, failure=type(exc).__name__)
        return Said(answer.status_code, answer.headers.get("content-type", ""), answer.content)

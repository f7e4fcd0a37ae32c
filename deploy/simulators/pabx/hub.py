"""Who listens at `/ari/events`: one connection an application, every event in order."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import orjson

ASTERISK: Final = "02:00:00:00:00:01"

Sent = asyncio.Queue[bytes | None]
"""What a listener is still to be sent; None ends its connection."""


class Listener:
    """`everything`: whether it hears of channels that are not its own application's."""

    def __init__(self, apps: frozenset[str], *, everything: bool) -> None:
        self.apps = apps
        self.everything = everything
        self.sent: Sent = asyncio.Queue()


class Hub:
    """Of one PABX. `changed` is called with the names of the applications that are listened to."""

    def __init__(self, changed: Callable[[set[str]], None]) -> None:
        self._changed = changed
        self._listeners: dict[str, Listener] = {}

    def join(self, listener: Listener, stamp: str) -> None:
        """Whoever had one of its names is told, keeps its connection, and hears nothing under that name any more."""
        for app in listener.apps:
            if before := self._listeners.get(app):
                before.sent.put_nowait(_printed({"type": "ApplicationReplaced", "timestamp": stamp}, app))
            self._listeners[app] = listener
        self._changed(set(self._listeners))

    def leave(self, listener: Listener) -> None:
        """It hears nothing more."""
        self._listeners = {app: one for app, one in self._listeners.items() if one is not listener}
        self._changed(set(self._listeners))

    def tell(self, body: dict[str, Any], app: str) -> None:
        """`app`: the event's own application, "" for none."""
        for name, listener in self._listeners.items():
            if listener.everything or name == app:
                listener.sent.put_nowait(_printed(body, name))

    def close(self) -> None:
        """End every connection."""
        for listener in self._listeners.values():
            listener.sent.put_nowait(None)


def _printed(body: dict[str, Any], app: str) -> bytes:
    return orjson.dumps({**body, "asterisk_id": ASTERISK, "application": app})

"""The simulated PABX by its manager interface, as one without ARI: as much of AMI as calls and an operator's test ask for.

What it says of a call is what the simulator tells ARI's listeners, in the manager's words. Real bytes on a real connection.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import orjson
from ulid import ULID

from deploy.simulators.pabx.core import Refused
from deploy.simulators.pabx.hub import Listener
from deploy.simulators.pabx.moments import Goal
from deploy.simulators.pabx.pabx import Pabx
from deploy.simulators.pabx.serving import USERS
from deploy.simulators.serving import HOST, Runs, announced
from schemas.runtime.ami import ACTION_ID, END, Fields, Message, parsed

GREETING = b"Asterisk Call Manager/9.0.0\r\n"
BEGINNING = {"", "RINGING", "PROGRESS"}
"""What ARI tells of a dialling that has not ended."""


class Line:
    """One connection. `write` is its user's right to ring."""

    def __init__(self, pabx: Pabx, writer: asyncio.StreamWriter) -> None:
        self._pabx = pabx
        self._writer = writer
        self._write = False
        self._listener = Listener(frozenset({f"manager-{ULID()}"}), everything=True)
        self._telling: asyncio.Task[None] | None = None

    def answer(self, asked: Message) -> None:
        mine = (ACTION_ID, asked.get(ACTION_ID, ""))
        if self._telling is None and asked["Action"] != "Login":
            self._say(("Response", "Error"), mine, ("Message", "Permission denied"))
            return
        response, listed = getattr(self, f"_{asked['Action'].lower()}")(asked)
        self._say(*response, mine)
        if listed is not None:
            for event in (*listed, [("Event", f"{asked['Action']}Complete"), ("EventList", "Complete")]):
                self._say(*event, mine)

    def close(self) -> None:
        if self._telling:
            self._telling.cancel()
            self._pabx.hub.leave(self._listener)
        self._writer.close()

    def _say(self, *pairs: tuple[str, str]) -> None:
        self._writer.write("".join(f"{name}: {value}\r\n" for name, value in pairs).encode() + b"\r\n")

    def _login(self, asked: Message) -> tuple[Fields, None]:
        password, right = USERS.get(asked["Username"], ("", "read"))
        if not password or asked["Secret"] != password:
            return [("Response", "Error"), ("Message", "Authentication failed")], None
        self._write = right == "write"
        self._telling = asyncio.create_task(self._tell(wanted=asked["Events"] != "off"))
        return [("Response", "Success"), ("Message", "Authentication accepted")], None

    def _getvar(self, asked: Message) -> tuple[Fields, None]:
        epoch = int((self._pabx.clock() + self._pabx.core.offset).timestamp())
        return [("Response", "Success"), ("Variable", asked["Variable"]), ("Value", str(epoch))], None

    def _pjsipshowendpoints(self, _: Message) -> tuple[Fields, list[list[tuple[str, str]]]]:
        names = [trunk.partition("/")[2] for trunk in self._pabx.core.trunks]
        there = [[("Event", "EndpointList"), ("ObjectName", name), ("DeviceState", "Not in use")] for name in names]
        return [("Response", "Success"), ("EventList", "start")], there

    def _originate(self, asked: Message) -> tuple[Fields, None]:
        if not self._write:
            return [("Response", "Error"), ("Message", "Permission denied")], None
        if not asked["Channel"]:
            return [("Response", "Error"), ("Message", "Channel not specified")], None
        goal = Goal(asked["Context"], asked["Exten"])
        done = self._pabx.originate(asked["ChannelId"], asked["Channel"], float(asked["Timeout"]) / 1000, goal=goal)
        if isinstance(done, Refused):
            return [("Response", "Error"), ("Message", done.message)], None
        return [("Response", "Success"), ("Message", "Originate successfully queued")], None

    async def _tell(self, *, wanted: bool) -> None:
        self._pabx.hub.join(self._listener, "")
        while (text := await self._listener.sent.get()) is not None:
            said = in_its_words(orjson.loads(text))
            if wanted and said:
                self._say(*said)


def in_its_words(event: Mapping[str, Any]) -> list[tuple[str, str]]:
    """One of ARI's events as the manager tells it; nothing where it tells none of those that are read."""
    channel = event.get("channel") or event.get("peer") or {}
    of = [("Channel", channel.get("name", "")), ("Uniqueid", channel.get("id", "")), ("Linkedid", channel.get("id", ""))]
    match event["type"]:
        case "ChannelVarset":
            return [("Event", "VarSet"), *of, ("Variable", event["variable"]), ("Value", event["value"])]
        case "ChannelStateChange":
            return [("Event", "Newstate"), *of, ("ChannelStateDesc", channel["state"])]
        case "Dial" if event["dialstatus"] not in BEGINNING:
            whose = [(f"Dest{name}", value) for name, value in of]
            return [("Event", "DialEnd"), *whose, ("DialStatus", event["dialstatus"])]
        case "ChannelDestroyed":
            return [("Event", "Hangup"), *of, ("Cause", str(event["cause"])), ("Cause-txt", event["cause_txt"])]
        case _:
            return []


async def _serve(pabx: Pabx, ready: Callable[[str], None], stopped: asyncio.Event) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(pabx, writer)
        writer.write(GREETING)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                while True:
                    line.answer(parsed(await reader.readuntil(END)))
                    await writer.drain()
        finally:
            line.close()

    server = await asyncio.start_server(connected, HOST, 0)
    pabx.begin()
    running = asyncio.create_task(pabx.run())
    ready(str(server.sockets[0].getsockname()[1]))
    await stopped.wait()
    running.cancel()
    server.close()


@contextmanager
def in_thread(pabx: Pabx) -> Iterator[int]:
    """The port at which it answers; its calls go on in a thread of this process until the block ends."""
    ending: list[Callable[[], object]] = []

    def made(ready: Callable[[str], None]) -> Runs:
        async def live() -> None:
            stopped, loop = asyncio.Event(), asyncio.get_running_loop()
            ending.append(lambda: loop.call_soon_threadsafe(stopped.set))
            await _serve(pabx, ready, stopped)

        return lambda: asyncio.run(live()), lambda: ending[0]() and None

    with announced(made) as port:
        yield int(port)

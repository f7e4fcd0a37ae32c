"""Asterisk's manager interface (AMI): a login, actions with their answers, events. What is said is parsed by pure functions.

A name of a header that is said more than once in a message (`Output`) has its values on lines of their own.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import count

from schemas.errors import RetryLater, StopWorker

Message = Mapping[str, str]
Fields = Iterable[tuple[str, str]]
Heard = Callable[[Message], None]

END = b"\r\n\r\n"
MESSAGE_BYTES = 1024 * 1024
ANSWER_WITHIN_S = 10.0
ACTION_ID = "ActionID"
REFUSED = "Error"


class NotSentError(RetryLater):
    """There was no connection: the action never left."""


class UnansweredError(RetryLater):
    """It was sent and nobody answered, or the connection broke: it may have been carried out."""


def parsed(block: bytes) -> dict[str, str]:
    """The headers of one message. A line that is none, such as the greeting, is passed over."""
    found: dict[str, str] = {}
    for line in block.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon and name.strip():
            value = value.removeprefix(" ")
            found[name] = f"{found[name]}\n{value}" if name in found else value
    return found


def written(action: str, number: str, fields: Fields) -> bytes:
    """One action. Raises ValueError where a field would begin a line of its own, and so another header."""
    lines = [("Action", action), (ACTION_ID, number), *fields]
    if any(mark in text for pair in lines for text in pair for mark in "\r\n\0"):
        raise ValueError(f"a field of the action {action} has a line break in it")
    return "".join(f"{name}: {value}\r\n" for name, value in lines).encode() + b"\r\n"


class Manager:
    """One connection. `heard` gets every event, in the order in which they came; it must not block."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: Heard | None) -> None:
        self._reader = reader
        self._writer = writer
        self._heard = heard
        self._numbers = count(1)
        self._waiting: dict[str, asyncio.Future[Message]] = {}
        self._lists: dict[str, tuple[list[Message], asyncio.Future[Message]]] = {}
        self._reading = asyncio.create_task(self._read())

    async def action(self, name: str, fields: Fields = (), within: float = ANSWER_WITHIN_S) -> Message:
        """Its answer, good or bad: `Response` says which. Raises NotSentError or UnansweredError.

        `within`: seconds. `Async: true` makes Originate answer at once.
        """
        return await self._asked(name, str(next(self._numbers)), fields, within)

    async def listed(self, name: str, fields: Fields = (), within: float = ANSWER_WITHIN_S) -> list[Message]:
        """The events that an action such as CoreShowChannels answers with, without the last one. Raises as `action`.

        UnansweredError also where it is refused.
        """
        number = str(next(self._numbers))
        found: list[Message] = []
        complete: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._lists[number] = found, complete
        try:
            answer = await self._asked(name, number, fields, within)
            if answer.get("Response") == REFUSED:
                raise UnansweredError(f"the PABX refuses {name}: {answer.get('Message', '')}")
            async with asyncio.timeout(within):
                await complete
        except TimeoutError as exc:
            raise UnansweredError(f"the PABX did not end its list of {name} within {within:.0f} s") from exc
        finally:
            del self._lists[number]
            complete.cancel()
        return found

    async def ended(self) -> None:
        """Returns when the connection has broken or was closed."""
        await asyncio.wait([self._reading])

    async def close(self) -> None:
        """Give the connection back."""
        self._reading.cancel()
        await asyncio.wait([self._reading])
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _asked(self, name: str, number: str, fields: Fields, within: float) -> Message:
        request = written(name, number, fields)
        if self._reading.done() or self._writer.is_closing():
            raise NotSentError(f"no connection to the PABX's manager for {name}")
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(within):
                self._writer.write(request)
                await self._writer.drain()
                return await answer
        except (TimeoutError, OSError) as exc:
            raise UnansweredError(f"the PABX's manager did not answer {name} within {within:.0f} s") from exc
        finally:
            self._waiting.pop(number, None)
            answer.cancel()

    async def _read(self) -> None:
        """Until the connection breaks. Whoever waits then waits no longer."""
        try:
            while True:
                self._take(parsed(await self._reader.readuntil(END)))
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            for future in (*self._waiting.values(), *(complete for _, complete in self._lists.values())):
                if not future.done():
                    future.set_exception(UnansweredError("the connection to the PABX's manager broke"))

    def _take(self, message: Message) -> None:
        number = message.get(ACTION_ID, "")
        if "Response" in message and "Event" not in message:
            if (answer := self._waiting.get(number)) and not answer.done():
                answer.set_result(message)
        elif number in self._lists:
            found, complete = self._lists[number]
            if message.get("EventList") == "Complete" and not complete.done():
                complete.set_result(message)
            else:
                found.append(message)
        elif self._heard and "Event" in message:
            self._heard(message)


@asynccontextmanager
async def connected(
    host: str,
    port: int,
    user: str,
    password: str,
    *,
    heard: Heard | None = None,
    events: str = "on",
    within: float = ANSWER_WITHIN_S,
) -> AsyncIterator[Manager]:
    """A connection that is logged in. `events`: all, or the classes wanted (`call,cdr`); none without `heard`.

    Raises RetryLater where nobody answers, StopWorker where the login is refused.
    """
    try:
        async with asyncio.timeout(within):
            reader, writer = await asyncio.open_connection(host, port, limit=MESSAGE_BYTES)
    except (OSError, TimeoutError) as exc:
        raise NotSentError(f"no connection to the PABX's manager at {host}:{port}: {type(exc).__name__}") from exc
    manager = Manager(reader, writer, heard)
    try:
        login = [("Username", user), ("Secret", password), ("Events", events if heard else "off")]
        answer = await manager.action("Login", login, within)
        if answer.get("Response") != "Success":
            raise StopWorker(f"the PABX's manager at {host}:{port} refuses the user {user}: {answer.get('Message', '')}")
        yield manager
    finally:
        await manager.close()

"""Listening to a PABX over a real websocket and a real manager's connection: heard, missed, heard again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus

import pytest

from producers.cdr import events
from producers.cdr.events import Queue, listen_ami, listen_ari
from producers.cdr.pieces import Said, Unread
from producers.cdr.shared import pabxes, turn_of
from producers.cdr.witness import Witness
from schemas.errors import RetryLater, StopWorker
from schemas.pabx import Ami, Ari, CsvRecords, Pabx
from schemas.runtime.ari_events import UnansweredError, address, listening
from schemas.runtime.progress import Progress
from tests.strategies import instance
from tests.unit.producers_cdr.lab_files import attempt
from tests.unit.producers_cdr.pabx_events import PASSWORD, USER, destroyed, pabx
from tests.unit.schemas.runtime.manager_server import answering

ID = attempt(1)


class Desk:
    """Keeps what it is given. `away`: MongoDB does not answer so many times."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self.unread: list[Unread] = []
        self.away = 0
        self.took = asyncio.Event()

    async def take(self, said: Sequence[Said], unread: Sequence[Unread], zone: str) -> int:
        assert zone == "UTC"
        if self.away:
            self.away -= 1
            raise RetryLater("MongoDB is away")
        self.said += said
        self.unread += unread
        self.took.set()
        return len(said)

    async def has(self, look: Callable[[], bool]) -> None:
        while not look():
            await self.took.wait()
            self.took.clear()


@asynccontextmanager
async def listened(ari: Ari, desk: Desk, progress: Progress) -> AsyncIterator[None]:
    queue = Queue(desk, "UTC")  # type: ignore[arg-type]  # one that keeps what it is given
    witness = Witness("there", "events", progress)
    tasks = [
        asyncio.create_task(queue.publish()),
        asyncio.create_task(listen_ari(ari, lambda: PASSWORD, queue, witness)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert all(task.cancelled() for task in tasks)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "GATHER_S", 0.0)
    monkeypatch.setattr(events, "TRY_AGAIN_S", 0.01)


def way(url: str, user: str = USER) -> Ari:
    return Ari.model_validate({"url": url, "user": user})


@pytest.mark.usefixtures("quick")
async def test_a_listener_hears_ours_and_goes_on_after_a_cut() -> None:
    desk, progress = Desk(), Progress()
    async with pabx() as there, listened(way(there.url), desk, progress):
        await there.listened()
        await there.say(destroyed("1795354813.0"), destroyed(ID, 17), b'{"cut": "' + ID.encode())
        await desk.has(lambda: len(desk.said) == 1 and len(desk.unread) == 1)
        assert not progress.without
        there.cut()
        await there.listened()
        await there.say(destroyed(ID, 16))
        await desk.has(lambda: len(desk.said) == 2)
        assert not progress.without
        path = there.paths[0]
    assert [one.fields["cause"] for one in desk.said] == ["17", "16"]
    assert path.startswith("/ari/events?app=collector-")
    assert "subscribeAll=true" in path
    assert PASSWORD not in path


@pytest.mark.usefixtures("quick")
async def test_a_pabx_that_is_away_is_told_in_the_heartbeat_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("producers.cdr.witness.back_off", lambda failures, _: 0.01 * failures)
    desk, progress = Desk(), Progress()
    async with pabx() as there:
        there.status = HTTPStatus.SERVICE_UNAVAILABLE
        async with listened(way(there.url), desk, progress):
            while not progress.without:
                await asyncio.sleep(0.01)
            assert progress.without == {"PABX there events"}
            there.status = None
            await there.listened()
            await there.say(destroyed(ID))
            await desk.has(lambda: len(desk.said) == 1)
            assert not progress.without


@pytest.mark.usefixtures("quick")
async def test_what_was_heard_while_mongodb_was_away_is_published_when_it_is_back() -> None:
    desk, progress = Desk(), Progress()
    desk.away = 3
    async with pabx() as there, listened(way(there.url), desk, progress):
        await there.listened()
        await there.say(destroyed(ID))
        await desk.has(lambda: len(desk.said) == 1)


@pytest.mark.parametrize(
    ("status", "user", "error"),
    [
        (None, "somebody", StopWorker),
        (HTTPStatus.FORBIDDEN, USER, StopWorker),
        (HTTPStatus.NOT_FOUND, USER, RetryLater),
        (HTTPStatus.SERVICE_UNAVAILABLE, USER, RetryLater),
    ],
)
async def test_a_refusal_says_who_must_do_something(status: HTTPStatus | None, user: str, error: type[Exception]) -> None:
    """A PABX that is starting answers 404 and 503 for a while; a wrong password stays wrong."""
    async with pabx() as there:
        there.status = status
        with pytest.raises(error) as caught:
            async with listening(there.url, user, PASSWORD):
                pass
    assert PASSWORD not in str(caught.value)


async def test_nobody_there_is_waited_for() -> None:
    async with pabx() as there:
        url = there.url
    with pytest.raises(RetryLater):
        async with listening(url, USER, PASSWORD):
            pass


async def test_a_pabx_that_takes_a_connection_and_says_nothing_is_asked_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each such connection may stay with it for ever: a hundred of them, and it would ring nobody any more."""
    monkeypatch.setattr("schemas.runtime.ari_events.OPEN_WITHIN_S", 0.05)
    taken: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, writer: taken.append(writer), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    with pytest.raises(UnansweredError) as caught:
        async with listening(f"http://127.0.0.1:{port}/ari", USER, PASSWORD):
            pass
    for writer in taken:
        writer.transport.abort()
    silent.close()
    await silent.wait_closed()
    witness = Witness("there", "events", Progress())
    waits = [witness.gone(caught.value) for _ in range(60)]

    assert sum(waits) > 86_400
    assert [witness.gone(RetryLater("away")) for _ in range(3)] == [30.0] * 3


def test_the_address_of_the_events() -> None:
    assert address("https://pabx.local:8089/asterisk/ari/", "a b") == (
        "wss://pabx.local:8089/asterisk/ari/events?app=a+b&subscribeAll=true"
    )


@pytest.mark.usefixtures("quick")
async def test_a_manager_is_heard_and_pinged_and_left_when_it_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PING_EVERY_S", 0.01)
    monkeypatch.setattr("producers.cdr.witness.back_off", lambda failures, _: 0.01 * failures)
    desk, progress = Desk(), Progress()
    async with answering() as server:
        ami = Ami(host="127.0.0.1", port=server.port, user="lab")
        queue = Queue(desk, "UTC")  # type: ignore[arg-type]  # as above
        work = [
            asyncio.create_task(queue.publish()),
            asyncio.create_task(listen_ami(ami, lambda: "secret", queue, Witness("there", "manager", progress))),
        ]
        while sum(asked["Action"] == "Ping" for asked in server.asked) < 2:
            await asyncio.sleep(0.01)
        await server.say(("Event", "Hangup"), ("Uniqueid", ID), ("Cause", "17"))
        await server.say(("Event", "Hangup"), ("Uniqueid", "1795354813.0"), ("Cause", "17"))
        await desk.has(lambda: len(desk.said) == 1)
        server.cut()
        while sum(asked["Action"] == "Login" for asked in server.asked) < 2:
            await asyncio.sleep(0.01)
        for task in work:
            task.cancel()
        await asyncio.wait(work)
    assert (desk.said[0].witness, desk.said[0].fields["cause"]) == ("ami", "17")
    assert server.asked[0]["Events"] == "call,dialplan,cdr"


def test_instances_that_share_a_pabx_share_one_listener() -> None:
    csv = CsvRecords(path="/var/log/asterisk/cdr-csv/Master.csv", zone="America/Maceio")
    base = Pabx(control=way("http://pabx.local:8088/ari"), context="collection", records=csv)
    other = base.model_copy(update={"control": way("http://PABX.local:8088/ari", "sul")})
    alone = base.model_copy(update={"control": way("http://10.0.0.2:8088/ari"), "records": None})
    found = pabxes(
        [
            instance(name="norte", pabx=base),
            instance(name="sul", pabx=other),
            instance(name="leste", pabx=alone),
            instance(name="oeste", pabx=alone, paused=True),
            instance(name="nenhum", pabx=None),
        ]
    )

    assert {address: set(one.names) for address, one in found.items()} == {
        "pabx.local:8088": {"norte", "sul"},
        "10.0.0.2:8088": {"leste"},
    }
    assert found["pabx.local:8088"].records == (csv,)
    assert found["pabx.local:8088"].control.user == USER
    assert found["10.0.0.2:8088"].records == ()
    assert {turn_of(f"10.0.0.{n}:8088") for n in range(100)} == set(range(6))

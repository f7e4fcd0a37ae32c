"""Many instances in one poller: each at its own pace, and none of them the others' concern."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import stamina
import structlog.testing
from cryptography.fernet import Fernet
from pydantic import SecretStr

from deploy import clients
from deploy.local.ports import free
from producers.erp.breaker import TRIPS_AT, Breaker
from producers.erp.poller import follow
from producers.erp.schedule import Schedule
from producers.erp.settings import PollerSettings
from producers.erp.wire import ATTEMPTS
from producers.held.turns import Turns
from schemas.rows import Kind
from schemas.runtime.progress import PROCESS
from schemas.runtime.secrets import seal
from schemas.sweeps import Phase
from tests.integration.pipeline import SECRETS, eventually, running
from tests.integration.simulated import OPENED, served
from tests.integration.watching import Listed, Watch

pytestmark = pytest.mark.integration

KEY = SecretStr(SECRETS["COLLECTOR_SECRET_KEY"])
ENDS: tuple[Phase, ...] = ("completed", "failed")
KINDS: tuple[Kind, ...] = ("client", "contract", "bill", "reference")


@asynccontextmanager
async def polling(settings: PollerSettings, first: float = 0.2) -> AsyncIterator[None]:
    """`first`: seconds after a first failure."""
    schedule = partial(Schedule, breaker=Breaker(first=first))
    turns = Turns(settings.kafka_bootstrap_servers, group=f"erp-poller-{settings.mongo_database}")
    async with clients.database(settings) as database:
        life = asyncio.create_task(follow(settings, database, turns, schedule))
        try:
            yield
            assert not life.done(), life
        finally:
            life.cancel()
            await asyncio.wait([life])
            await turns.stop()


async def test_every_erp_is_swept_side_by_side_and_the_log_keeps_their_secrets(
    env: Mapping[str, str], listed: Listed, watch: Watch, prefix: str, tmp_path: Path
) -> None:
    """The stage as a process of its own."""
    exports = tmp_path / "exports"
    exports.mkdir()
    with ExitStack() as running_erps:
        erps = {"ixc": None, "rbx": None, "altarede-webhooks": None, "altarede-export": exports}
        several = {f"{prefix}-{erp[-4:]}": running_erps.enter_context(served(erp, folder)) for erp, folder in erps.items()}
        listed.put(*(one.instance(name, KEY) for name, one in several.items()))
        with running("erp-poller", env, tmp_path) as worker:
            for name in several:
                for kind in KINDS:
                    done = await watch.until(name, "completed", kind)
                    assert done.rows > 0, f"{name}: {kind}"
                assert watch.of(name, "completed", "client")[0].rows == 40
        said = worker.log.read_text()
    assert not [one for one in OPENED if one in said]
    assert not [one for one in watch.events if one.phase == "failed" and one.instance in several]


async def test_a_slow_a_silent_and_a_refusing_erp_delay_nobody(
    settings: PollerSettings, listed: Listed, watch: Watch, prefix: str
) -> None:
    """The slow one answers only when all has been seen of the others."""
    answers = Event()
    well, slow, down, wrong = (f"{prefix}-{name}" for name in ("well", "slow", "down", "wrong"))
    pace = {"every": {"bill": 0.5}, "recent": {}}
    with served("ixc") as good, served("ixc", gate=answers) as late, served("ixc") as strict:
        listed.put(
            good.instance(well, KEY, **pace),
            late.instance(slow, KEY, **pace, page_size=40),
            good.instance(down, KEY, **pace, url=f"http://127.0.0.1:{free(1)[0]}/"),
            strict.instance(wrong, KEY, **pace, token=seal("1:wrong", KEY)),
        )
        async with polling(settings):
            await watch.until(slow, "started")
            assert "no answer from the ERP" in (await watch.until(down, "failed")).error
            assert "HTTP 401" in (await watch.until(wrong, "failed")).error
            await watch.more(well, 5)
            assert not [one for phase in ENDS for one in watch.of(slow, phase)]
            answers.set()
            assert (await watch.until(slow, "completed")).pages >= 2
        assert strict.requests == 1  # nobody insists on a wrong token


async def test_what_is_added_changed_and_removed_takes_effect_while_others_are_swept(
    settings: PollerSettings, listed: Listed, watch: Watch, prefix: str
) -> None:
    """And nobody else notices: the bystander's clients, swept once an hour, are swept once."""
    still, changed, added, mended = (f"{prefix}-{name}" for name in ("still", "changed", "added", "mended"))
    every = {"recent": {}, "every": {"bill": 0.5, "client": 3_600}}
    with served("ixc") as erp, served("ixc") as other, served("ixc") as third:
        bystander = erp.instance(still, KEY, **every)
        listed.put(
            bystander,
            erp.instance(changed, KEY, recent={}, every={"bill": 3_600}),
            erp.instance(mended, KEY, recent={}, every={"bill": 3_600}, token=seal("1:wrong", KEY)),
        )
        async with polling(settings):
            await watch.until(changed, "completed")
            await watch.until(mended, "failed")

            listed.put(
                erp.instance(changed, KEY, recent={}, every={"bill": 0.5}),  # its pace
                erp.instance(mended, KEY, recent={}, every={"bill": 3_600}),  # its token
                other.instance(added, KEY, recent={}, every={"bill": 0.5}),
                bystander.model_copy(update={"title": "Outro nome", "reverse": {"bairro": {"Centro": ("CTR",)}}}),
            )
            for name, count in ((changed, 3), (mended, 1), (added, 1)):
                await watch.until(name, "completed", count=count)

            listed.remove(added)
            listed.put(third.instance(changed, KEY, recent={}, every={"bill": 0.5}))  # its address

            async def moved() -> bool:
                return third.requests > 0

            await eventually(moved, "a request to the new address")
            await watch.more(changed, 1)
            ended, asked = len(watch.of(added, "started")), other.requests
            await watch.more(changed, 4)  # as often as the one that was removed would be
            await watch.more(still, 1)
            assert (len(watch.of(added, "started")), other.requests) == (ended, asked)
        assert len(watch.of(still, "started", "client")) == 1
        assert not watch.of(still, "failed")


async def test_a_secret_that_does_not_open_is_told_as_a_failed_sweep_of_every_kind(
    settings: PollerSettings, listed: Listed, watch: Watch, prefix: str
) -> None:
    """Else an operator would see an instance of which nothing ever comes. Once it is mended it is read."""
    with served("ixc") as erp:
        listed.put(erp.instance(prefix, SecretStr(Fernet.generate_key().decode())))
        async with polling(settings):
            for kind in KINDS:
                assert "COLLECTOR_SECRET_KEY" in (await watch.until(prefix, "failed", kind)).error
            assert erp.requests == 0
            listed.put(erp.instance(prefix, KEY))
            await watch.until(prefix, "completed")


INVALID: Mapping[str, Mapping[str, Any]] = {
    "empty": {},
    "text": {"erp": "ixc"},
    "kind": {"erp": {"kind": "mk-auth", "url": "https://erp.example"}},
    "zone": {"erp": {"kind": "ixc", "url": "https://erp.example", "token": "-"}, "zone": "Brasil"},
}
PLACE = {"zone": "America/Maceio", "state": "AL", "ddd": "82"}
FIELDS = {"empty": "name", "text": "erp", "kind": "erp.kind", "zone": "zone"}


async def test_an_invalid_instance_is_named_once_and_disturbs_nobody(
    settings: PollerSettings, listed: Listed, watch: Watch, prefix: str
) -> None:
    """As does a database that is away: it is looked for every few seconds, and said once."""
    nowhere = settings.model_copy(update={"mongo_uri": f"mongodb://127.0.0.1:{free(1)[0]}/?serverSelectionTimeoutMS=300"})
    with served("ixc") as erp, structlog.testing.capture_logs() as lines:
        for name, fields in INVALID.items():
            listed.store.insert_one({"_id": name, **({"name": name, **PLACE} if fields else {}), **fields})
        listed.put(erp.instance(prefix, KEY, recent={}, every={"bill": 0.5}))
        async with polling(settings), polling(nowhere):

            def said() -> list[tuple[str, str]]:
                return [(line["instance"], line["field"]) for line in lines if line["event"] == "instance_invalid"]

            async def all_named() -> bool:
                return sorted(said()) == sorted(FIELDS.items())

            async def swept_again() -> bool:
                return len(watch.of(prefix, "completed")) >= swept + 10  # more than two looks at the instances

            def unread() -> list[str]:
                return [line["reason"] for line in lines if line["event"] == "instances_unread"]

            async def one_unread() -> bool:
                return bool(unread())

            await eventually(all_named, "the names of what is wrong")
            await eventually(one_unread, "the database that is away")
            swept = len(watch.of(prefix, "completed"))
            await eventually(swept_again, "ten sweeps of the one that is right")
            assert sorted(said()) == sorted(FIELDS.items())
            assert unread() == ["ServerSelectionTimeoutError"]
            assert PROCESS.invalid == {("empty", "name"), ("text", "erp"), ("kind", "erp"), ("zone", "zone")}

            listed.remove("zone")
            listed.store.update_one({"_id": "kind"}, {"$set": {"erp.kind": "ixc"}})

            async def named_anew() -> bool:
                return said()[len(FIELDS) :] == [("kind", "erp.token")]

            await eventually(named_anew, "the next field that is wrong")
            assert PROCESS.invalid == {("empty", "name"), ("text", "erp"), ("kind", "erp")}
            for name in INVALID:
                listed.remove(name)

            async def nothing_told() -> bool:
                return not PROCESS.invalid

            await eventually(nothing_told, "no metric of what is there no more")


@pytest.fixture
def at_once() -> Iterator[None]:
    """Requests are repeated as often as ever, without the waits."""
    with stamina.set_testing(True, attempts=ATTEMPTS):
        yield


@pytest.mark.usefixtures("at_once")
async def test_an_erp_that_is_down_is_only_probed_and_swept_as_soon_as_it_is_back(
    settings: PollerSettings, listed: Listed, watch: Watch, prefix: str
) -> None:
    with served("ixc") as erp:
        erp.misbehave({"kind": "status500"})
        listed.put(erp.instance(prefix, KEY, recent={"bill": 0.1}, every={"bill": 1.0}))
        async with polling(settings, first=0.2):
            for probes in (1, 2):
                await watch.until(prefix, "failed", count=TRIPS_AT + probes)
                begun = len(watch.of(prefix, "failed")) - TRIPS_AT + 1  # the next one may be on its way
                assert ATTEMPTS * TRIPS_AT + probes <= erp.requests <= ATTEMPTS * TRIPS_AT + begun
            erp.misbehave()
            assert (await watch.until(prefix, "completed")).rows > 0
            await watch.more(prefix, 2)

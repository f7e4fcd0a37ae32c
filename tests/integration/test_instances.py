"""Many instances in one poller: each at its own pace, and none of them the others' concern."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
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
from schemas.runtime.secrets import seal
from tests.integration.pipeline import SECRETS, eventually, running
from tests.integration.simulated import OPENED, served
from tests.integration.watching import Listed, Watch

pytestmark = pytest.mark.integration

KEY = SecretStr(SECRETS["COLLECTOR_SECRET_KEY"])
KINDS: tuple[Kind, ...] = ("client", "contract", "bill", "reference")
TAKES_EFFECT_S = 5.0
SLOW_S = 3.0


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
    well, slow, down, wrong = (f"{prefix}-{name}" for name in ("well", "slow", "down", "wrong"))
    pace = {"every": {"bill": 0.5}, "recent": {}}
    with served("ixc") as good, served("ixc") as late, served("ixc") as strict:
        late.misbehave({"kind": "slow", "seconds": SLOW_S})
        listed.put(
            good.instance(well, KEY, **pace),
            late.instance(slow, KEY, **pace, page_size=40),
            good.instance(down, KEY, **pace, url=f"http://127.0.0.1:{free(1)[0]}/"),
            strict.instance(wrong, KEY, **pace, token=seal("1:wrong", KEY)),
        )
        async with polling(settings):
            read = await watch.until(slow, "completed")
            await watch.until(down, "failed")
        assert read.pages >= 2
        assert (read.at - watch.of(slow, "started")[0].at).total_seconds() > 2 * SLOW_S
        assert "no answer from the ERP" in watch.of(down, "failed")[0].error
        assert "HTTP 401" in watch.of(wrong, "failed")[0].error
        assert strict.requests == 1  # nobody insists on a wrong token
        assert len(watch.of(well, "completed")) >= 2 * SLOW_S
        assert watch.longest_gap(well) < SLOW_S - 1


async def test_what_is_added_changed_and_removed_takes_effect_within_five_seconds(
    settings: PollerSettings, listed: Listed, watch: Watch, prefix: str
) -> None:
    """And nobody else notices: the bystander's clients, swept once an hour, are swept once."""
    still, changed, added, mended = (f"{prefix}-{name}" for name in ("still", "changed", "added", "mended"))
    every = {"recent": {}, "every": {"bill": 0.5, "client": 3_600}}
    with served("ixc") as erp, served("ixc") as other:
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
                await watch.until(name, "completed", count=count, within=TAKES_EFFECT_S)

            before = other.requests
            listed.put(other.instance(changed, KEY, recent={}, every={"bill": 0.5}))  # its address
            listed.remove(added)
            removed = asyncio.get_running_loop().time()
            await asyncio.sleep(TAKES_EFFECT_S)
            assert other.requests > before
            ended = len(watch.of(added, "started"))
            await asyncio.sleep(1.5)
            assert len(watch.of(added, "started")) == ended
            assert asyncio.get_running_loop().time() - removed < TAKES_EFFECT_S + 3
        assert len(watch.of(still, "started", "client")) == 1
        assert watch.longest_gap(still) < 2
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
            await watch.until(prefix, "completed", within=TAKES_EFFECT_S)


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

            await eventually(all_named, "the names of what is wrong")
            swept = len(watch.of(prefix, "completed"))
            await eventually(swept_again, "ten sweeps of the one that is right")
            assert sorted(said()) == sorted(FIELDS.items())
            assert [line["reason"] for line in lines if line["event"] == "instances_unread"] == [
                "ServerSelectionTimeoutError"
            ]

            listed.remove("zone")
            listed.store.update_one({"_id": "kind"}, {"$set": {"erp.kind": "ixc"}})

            async def named_anew() -> bool:
                return said()[len(FIELDS) :] == [("kind", "erp.token")]

            await eventually(named_anew, "the next field that is wrong")


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
            for probes in (1, 2):  # with seconds in between
                await watch.until(prefix, "failed", count=TRIPS_AT + probes)
                assert erp.requests == ATTEMPTS * TRIPS_AT + probes
            erp.misbehave()
            assert (await watch.until(prefix, "completed", within=6)).rows > 0
            await watch.until(prefix, "completed", count=3, within=6)

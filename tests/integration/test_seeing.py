"""Debian's own Prometheus over real stages: rules, board, and what no label may hold."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from aiokafka import AIOKafkaProducer
from pydantic import SecretStr
from pymongo import AsyncMongoClient
from ulid import ULID

import deploy
from deploy.local.ports import free
from deploy.topics import ensure
from deploy.trace import parsed
from deploy.trace_seen import TraceSettings, trace
from schemas import views
from schemas.runtime.oldest import Oldest
from schemas.runtime.secrets import seal
from schemas.sweeps import Sweep
from schemas.topics import Topic
from schemas.views import DEAD_LETTERS, EPOCHS, INSTANCES, REPLAYS, SNAPSHOTS
from sinks.snapshots.seeing import Seeing, SeeingSettings
from tests.integration.pipeline import SECRETS, eventually, put_rows, row, running

pytestmark = pytest.mark.integration

SEEING = Path(deploy.__file__).parent / "seeing"
STAGES = ("snapshots", "hydrate", "classify", "cdr-poller")
"""Not `views`: it would take what is planted for what is nobody's."""
HERE = "127.0.0.1"
PLANTED = {
    "name": "Quitéria Plantada",
    "phone": "(82) 98877-6655",
    "document": "52998224725",
    "secret": "17:planted-token",
    "token": seal("17:planted-token", SecretStr(SECRETS["COLLECTOR_SECRET_KEY"])),
    "reason": "o cliente Quitéria Plantada, CPF 52998224725, não fecha",
}
SETTINGS = {**SECRETS, "DASHBOARD_COOKIE_SECRET": "planted-cookie-secret-of-32-chars-or-more"}
TOOK = timedelta(seconds=42)


def program(name: str) -> str:
    """Its path; the test fails without it, as nothing else tells whether Prometheus takes our rules."""
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"no {name}: install Debian's package prometheus (make prometheus, as root)", pytrace=False)
    return found


@pytest.mark.parametrize("arguments", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")], ids=" ".join)
def test_promtool_takes_the_rules_and_each_alert_fires_only_where_it_must(arguments: tuple[str, ...]) -> None:
    done = subprocess.run([program("promtool"), *arguments], cwd=SEEING, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


class Prometheus:
    """One that runs, asked over HTTP."""

    def __init__(self, port: int) -> None:
        self.client = httpx.AsyncClient(base_url=f"http://{HERE}:{port}/api/v1", timeout=60)

    async def found(self, expression: str) -> list[dict[str, Any]]:
        """The series of an expression just now. Fails where it is none."""
        answer = (await self.client.get("/query", params={"query": expression})).raise_for_status().json()
        assert answer["status"] == "success", f"{expression}: {answer}"
        result: list[dict[str, Any]] = answer["data"]["result"]
        return result

    async def value(self, expression: str) -> float:
        """Of the only series."""
        (one,) = await eventually(partial(self.found, expression), expression)
        return float(one["value"][1])

    async def labels(self, expression: str, *names: str) -> set[tuple[str, ...]]:
        """The values of these labels, of every series."""
        found = await eventually(partial(self.found, expression), expression)
        return {tuple(one["metric"][name] for name in names) for one in found}


@contextmanager
def prometheus(folder: Path, ports: Mapping[str, int]) -> Iterator[int]:
    """With the configuration that we ship, but for where stages are and how often they are asked; its port."""
    config = yaml.safe_load((SEEING / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "5s", "evaluation_interval": "1s"}  # an answer may take as long as the interval
    config["rule_files"] = [str(SEEING / "alerts.yml")]
    del config["alerting"]
    (job,) = config["scrape_configs"]
    del job["dns_sd_configs"], job["relabel_configs"]
    job["static_configs"] = [{"targets": [f"{HERE}:{port}"], "labels": {"stage": stage}} for stage, port in ports.items()]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    port = free(1)[0]
    places = (f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'tsdb'}")
    command = [program("prometheus"), *places, f"--web.listen-address={HERE}:{port}", "--log.level=warn"]
    with (folder / "prometheus.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            yield port
        finally:
            process.terminate()


@asynccontextmanager
async def planted(uri: str, name: str, now: datetime) -> AsyncIterator[None]:
    """What a system of a year holds, people and secrets in everything that may hold some."""
    erp = {"kind": "ixc", "url": "http://127.0.0.1:1/", "token": PLANTED["token"]}
    vale = {
        "_id": "vale",
        "name": "vale",
        "zone": "America/Maceio",
        "state": "AL",
        "ddd": "82",
        "erp": erp,
        "title": PLANTED["name"],
    }
    letter = {"key": b"vale:1042", "value": PLANTED["document"].encode(), "reason": PLANTED["reason"], "at": now}
    done = Sweep(
        instance="vale",
        erp="ixc",
        kind="bill",
        sweep=str(ULID.from_datetime(now - TOOK)),
        phase="completed",
        at=now,
        rows=1_200,
    )
    async with AsyncMongoClient[dict[str, Any]](uri) as client:
        store = client[name]
        rules = {"retry_minutes": {PLANTED["phone"]: PLANTED["document"]}}
        wrong = [{"_id": "sul", "name": "sul", "rules": rules}, {"_id": PLANTED["name"], "zone": PLANTED["token"]}]
        await store[INSTANCES].insert_many([vale, *({**vale, **one} for one in wrong)])
        await store["sweeps"].insert_one(views.sweep(done))
        await store[DEAD_LETTERS].insert_many(
            [
                {"_id": "1", "stage": "hydrate", "place": "erp.bill.v1[2]@77", "field": "valor_aberto", **letter},
                {"_id": "2", "stage": "hydrate", "place": "erp.bill.v1[2]@78", "field": "valor_aberto", **letter},
                {"_id": "3", "stage": "views", "place": "x[0]@1", "field": f"row.{PLANTED['name']}", **letter},
                {"_id": "4", "stage": PLANTED["name"], "place": "x[0]@2", "field": PLANTED["document"], **letter},
                {"_id": "5", "stage": "views", "place": "x[0]@3", "field": "key", "discarded": {"at": now}, **letter},
            ]
        )
        await store[EPOCHS].insert_one({"_id": "an_old_view:0", "view": "an_old_view", "next": 3, "until": 10})
        await store[REPLAYS].insert_one({"_id": "mended", "what": "debtors", "state": "begun", "filled": {"0": 7, "1": 5}})
        rows = [(now - timedelta(minutes=20), ["calls"]), (now + timedelta(hours=1), [])]
        await store[SNAPSHOTS].insert_many(
            [{"_id": f"vale@{at}", "instance": "vale", "at": at, "known": known} for at, known in rows]
        )
        yield


async def test_every_expression_of_board_and_alerts_is_answered_by_stages_that_run(
    env: Mapping[str, str], sender: AIOKafkaProducer, tmp_path: Path, prefix: str
) -> None:
    """Not by made-up series: the numbers are those of MongoDB, Kafka and the disks. And no label tells of a person."""
    now = datetime.now(UTC)
    made = now - timedelta(hours=5)
    (tmp_path / "backups" / f"collector-{made:%Y%m%dT%H%M%SZ}").mkdir(parents=True)
    ports = dict(zip(STAGES, free(len(STAGES)), strict=True))
    board = json.loads((SEEING / "board.json").read_text())
    async with AsyncExitStack() as stack:
        async with planted(env["MONGO_URI"], env["MONGO_DATABASE"], now):
            for stage, port in ports.items():
                place = {"METRICS_PORT": str(port), "BACKUP_FOLDER": str(tmp_path / "backups")}
                stack.enter_context(running(stage, {**env, **SETTINGS, **place}, tmp_path, prefix))
            seen = Prometheus(stack.enter_context(prometheus(tmp_path, ports)))
            stack.push_async_callback(seen.client.aclose)
        await put_rows(sender, [row(prefix, "client", "1", "1", razao=PLANTED["name"], telefone_celular=PLANTED["phone"])])

        async def at_work() -> bool:
            try:
                return len(await seen.found("collector_ready == 1")) == len(STAGES)
            except httpx.HTTPError:  # it does not listen yet, or says that it is not ready
                return False

        await eventually(at_work, "all stages ready, seen by Prometheus")
        for panel in board["panels"]:
            for target in panel["targets"]:

                async def answered(expression: str = target["expr"]) -> object:
                    return await seen.found(expression)

                await eventually(answered, f"a series for the panel {panel['title']!r}: {target['expr']}")
        groups = (await seen.client.get("/rules")).json()["data"]["groups"]
        rules = yaml.safe_load((SEEING / "alerts.yml").read_text())["groups"][0]["rules"]
        assert {one["name"]: (one["health"], one.get("lastError")) for group in groups for one in group["rules"]} == {
            rule["alert"]: ("ok", None) for rule in rules
        }
        for rule in rules:
            await seen.found(rule["expr"])

        of = 'instance="vale", kind="bill"'
        assert await seen.value(f"collector_sweep_completed_timestamp_seconds{{{of}}}") == pytest.approx(
            now.timestamp(), abs=0.01
        )
        assert await seen.value(f"collector_sweep_duration_seconds{{{of}}}") == pytest.approx(TOOK.total_seconds(), abs=0.01)
        assert [await seen.value(f"collector_sweep_{one}{{{of}}}") for one in ("rows", "late_after_seconds")] == [
            1_200,
            3_600,
        ]
        assert await seen.labels("collector_instance_invalid == 1", "stage", "instance", "field") == {
            ("cdr-poller", "sul", "rules"),
            ("cdr-poller", "other", "zone"),
        }
        assert await seen.value('collector_dead_letters{stage="hydrate", field="valor_aberto"}') == 2
        assert await seen.value('collector_dead_letters{stage="views", field="row"}') == 1
        assert await seen.value('collector_refill_left_records{view="an_old_view"}') == 7
        assert await seen.value('collector_replay_filled_records{replay="mended", view="debtors", state="begun"}') == 12
        newest = await seen.value('collector_snapshot_timestamp_seconds{instance="vale"}')
        assert now.timestamp() - 1_201 < newest < now.timestamp() + 3_600, "that of the stage itself, or what is planted"
        assert await seen.value("collector_backup_timestamp_seconds") == int(made.timestamp())
        disks = {disk.split(" ")[0] for (disk,) in await seen.labels("collector_disk_free_bytes > 0", "disk")}
        assert disks == {"MongoDB", "Kafka", "this", "backups"}
        assert len(await seen.found("collector_disk_size_bytes > collector_disk_free_bytes")) >= len(disks)
        assert await seen.labels("collector_facts_read", "stage") == {("snapshots",)}
        settings = TraceSettings(
            **{name.lower(): env[name] for name in ("KAFKA_BOOTSTRAP_SERVERS", "MONGO_URI", "MONGO_DATABASE")}
        )

        async def traced() -> list[object]:
            rows = await trace(settings, parsed(f"{prefix}:1"))
            return [row["what"] for row in rows] if any(row["what"] == "state" for row in rows) else []

        assert await eventually(traced, "a state in the trace") == ["client 1", "state", "not there", "not there"]
        letters = [row["detail"] for row in await trace(settings, parsed("vale:1042")) if row["what"] == "dead letter"]
        assert sorted(letters)[-2:] == ["views: key; discarded", "views: row; waits"]
        shown = [(await seen.client.get(f"http://{HERE}:{port}/metrics")).text for port in ports.values()]
    told = "".join(shown)
    assert 'collector_dead_letters{field="other",stage="other"} 1.0' in told
    hidden = {*PLANTED.values(), *SETTINGS.values(), "Quit", "52998", "98877", env["MONGO_URI"]}
    assert [value for value in hidden if value in told] == []


async def test_of_a_database_that_is_away_nothing_is_told(env: Mapping[str, str]) -> None:
    """Neither the last number nor a zero; the disks go on being told."""
    away = SeeingSettings(kafka_bootstrap_servers=env["KAFKA_BOOTSTRAP_SERVERS"], mongo_uri="mongodb://127.0.0.1:1/")
    with closing(Seeing(away)) as seeing:
        found = {family.name: family.samples for family in await asyncio.to_thread(lambda: list(seeing.collect()))}
    assert found.keys() == {"collector_facts_read", "collector_disk_free_bytes", "collector_disk_size_bytes"}
    assert [one.value for one in found["collector_facts_read"]] == [0]


async def test_the_age_of_what_waits_is_that_of_its_record(sender: AIOKafkaProducer, servers: str, prefix: str) -> None:
    """Of several partitions the oldest; asked again over the same connection; unknown where nothing stands there."""
    old, new = 1_700_000_000_000, 1_700_000_500_000
    place = f"{prefix}.v1"
    await ensure(servers, 1, topics=[Topic(place, None, "any", 2, (), (), replay=timedelta(days=1))])
    send = partial(sender.send_and_wait, place, b"{}", b"key")
    sent = [await send(partition=number, timestamp_ms=at) for number, at in ((0, new), (1, old))]
    oldest = Oldest(servers)
    try:
        waiting = {(place, one.partition): one.offset for one in sent}
        assert await oldest.written(waiting) == old / 1_000
        assert await oldest.written({(place, 0): sent[0].offset}) == new / 1_000
        assert await oldest.written({(place, 1): sent[1].offset + 1_000}) is None
        assert await oldest.written(waiting) == old / 1_000
    finally:
        await oldest.close()

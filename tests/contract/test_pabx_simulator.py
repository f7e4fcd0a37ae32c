"""What the PABX simulator does wrong on command, and what its own log keeps of it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import orjson
import pytest
from typer.testing import CliRunner
from ulid import ULID
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from deploy.simulators.pabx.core import Core
from deploy.simulators.pabx.pabx import Pabx
from deploy.simulators.pabx.server import cli
from deploy.simulators.pabx.serving import PASSWORD, READER, USER, in_thread
from deploy.simulators.pabx.writers import Places, writers
from tests.contract.pabx_conformance import SPOKEN, call, fate
from tests.contract.pabx_reached import LIMIT_S, Reached, endpoint, eventually

ROOT = Path(__file__).parents[2]
ZONE = ZoneInfo("America/Maceio")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def pabx(folder: Path) -> Iterator[Reached]:
    places = Places(ZONE, folder / "Master.csv", folder / "cdr.json", f"sqlite:///{folder / 'cdr.db'}")
    simulated = Pabx(Core(speed=20), lambda: datetime.now(UTC), folder / "log.jsonl", writers(places))
    with in_thread(simulated) as url:

        async def restart() -> None:
            await command(url, "restart", down=0.2, missing=0.1, booting=0.1)

        yield Reached(f"{url}/ari", USER, READER, PASSWORD, folder / "Master.csv", places.sql, restart)


async def command(url: str, name: str, **said: Any) -> Mapping[str, Any]:  # noqa: ANN401 - of the command
    async with httpx.AsyncClient(timeout=LIMIT_S) as client:
        answer = await client.post(f"{url.removesuffix('/ari')}/_sim/{name}", json=said)
        assert answer.status_code == 200, answer.text
        return dict(answer.json()) if isinstance(answer.json(), dict) else {}


def log(folder: Path, what: str) -> list[dict[str, Any]]:
    file = folder / "log.jsonl"
    found = [orjson.loads(line) for line in file.read_bytes().splitlines()] if file.exists() else []
    return [line for line in found if line["what"] == what]


def asked(digit: str = "4") -> dict[str, str]:
    return {**SPOKEN, "endpoint": endpoint(digit), "channelId": str(ULID())}


@pytest.mark.parametrize(("kind", "status"), [("bad_gateway", 502), ("cut", None), ("late", 200)])
async def test_a_call_was_placed_whatever_was_answered(pabx: Reached, folder: Path, kind: str, status: int | None) -> None:
    await command(pabx.url, "fail", kind=kind, seconds=0.1)
    params = asked()
    async with pabx.client() as client:
        try:
            answered = (await client.post("/channels", params=params)).status_code
        except httpx.RemoteProtocolError:
            answered = None
        alive = await client.get(f"/channels/{params['channelId']}")
    assert answered == status
    assert alive.status_code == 200
    assert [line["id"] for line in log(folder, "rang")] == [params["channelId"]]


@pytest.mark.parametrize(("kind", "status"), [("no_gateway", 502), ("drop", None)])
async def test_no_call_was_placed_and_the_answer_does_not_tell(
    pabx: Reached, folder: Path, kind: str, status: int | None
) -> None:
    await command(pabx.url, "fail", kind=kind, count=1)
    params = asked()
    async with pabx.client() as client:
        try:
            answered = (await client.post("/channels", params=params)).status_code
        except httpx.RemoteProtocolError:
            answered = None
        assert answered == status
        assert (await client.get("/channels")).json() == []
        assert not log(folder, "rang")
        assert (await client.post("/channels", params=params)).status_code == 200  # the fault has done its part


async def test_a_paused_pabx_rings_after_its_caller_has_gone(pabx: Reached, folder: Path) -> None:
    await command(pabx.url, "fail", kind="hang", seconds=3)
    params = asked("3")
    async with pabx.client() as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.post("/channels", params=params, timeout=0.2)
    assert not log(folder, "rang")
    (rang,) = await eventually(lambda: log(folder, "rang"), "the call of a caller who has gone")
    assert rang["id"] == params["channelId"]


async def test_faults_are_forgotten_on_command(pabx: Reached) -> None:
    await command(pabx.url, "fail", kind="no_gateway")
    await command(pabx.url, "fail", kind="clear")
    async with pabx.client() as client:
        assert (await client.post("/channels", params=asked())).status_code == 200


@pytest.mark.parametrize("stage", ["missing", "booting"])
async def test_nobody_rings_while_it_boots(folder: Path, stage: str) -> None:
    """And nobody listens."""
    booting = Pabx(Core(), lambda: datetime.now(UTC), folder / "log.jsonl")
    booting.boot(600 * (stage == "missing"), 600)
    with in_thread(booting) as url:
        async with httpx.AsyncClient(base_url=f"{url}/ari", auth=(USER, PASSWORD)) as client:
            answer = await client.post("/channels", params=asked())
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"{url.replace('http', 'ws')}/ari/events?app=a&api_key={USER}:{PASSWORD}"):
                pass
    assert answer.status_code == refused.value.response.status_code == (404 if stage == "missing" else 503)
    assert not log(folder, "rang")


async def test_a_restart_loses_the_call_its_record_and_the_counters(pabx: Reached, folder: Path) -> None:
    params = asked()
    async with pabx.client() as client:
        await client.post("/channels", params=params)
    await pabx.restart()

    async def served() -> httpx.Response | None:
        try:
            async with pabx.client() as client:
                answer = await client.get("/channels")
        except httpx.HTTPError:
            return None
        return answer if answer.status_code == 200 else None

    async with asyncio.timeout(LIMIT_S):
        while (again := await served()) is None:
            await asyncio.sleep(0.02)
    assert again.json() == []
    (ended,) = log(folder, "ended")
    assert (ended["id"], ended["outcome"], ended["recorded"]) == (params["channelId"], "lost", False)
    assert log(folder, "restarted")
    async with pabx.listening() as heard, pabx.client() as client:
        told = await call(pabx, client, heard, {**SPOKEN, "endpoint": endpoint("3")})
    assert told.csv[0]["sequence"] == "0"
    assert not pabx.csv_rows(params["channelId"])
    assert not pabx.sql_rows(params["channelId"])


async def test_a_clock_that_is_wrong(pabx: Reached, folder: Path) -> None:
    await command(pabx.url, "clock", seconds=7200)
    before = datetime.now(UTC)
    async with pabx.listening() as heard, pabx.client() as client:
        told = await call(pabx, client, heard, {**SPOKEN, "endpoint": endpoint("3")})
        epoch = int((await client.get("/asterisk/variable", params={"variable": "EPOCH"})).json()["value"])
    written = datetime.fromisoformat(told.csv[0]["start"]).replace(tzinfo=ZONE)
    ahead = [
        epoch - before.timestamp(),
        (written - before).total_seconds(),
        (datetime.fromisoformat(told.events[0]["timestamp"]) - before).total_seconds(),
    ]
    assert all(7199 <= seconds <= 7200 + LIMIT_S for seconds in ahead)
    (rang,) = log(folder, "rang")
    assert 0 <= (datetime.fromisoformat(rang["at"]) - before).total_seconds() <= LIMIT_S


async def test_records_that_are_not_kept(pabx: Reached, folder: Path) -> None:
    await command(pabx.url, "records", lost=1)
    async with pabx.listening() as heard, pabx.client() as client:
        params = asked("1")
        await client.post("/channels", params=params)
        await heard.until(params["channelId"], "ChannelDestroyed")
        await command(pabx.url, "records", lost=0, unanswered=False)
        await client.post("/channels", params=(busy := asked("3")))
        await heard.until(busy["channelId"], "ChannelDestroyed")
        kept = await call(pabx, client, heard, {**SPOKEN, "endpoint": endpoint("1")})
    assert fate(kept).disposition == "ANSWERED"
    assert not pabx.csv_rows(params["channelId"]) + pabx.csv_rows(busy["channelId"])
    assert [line["recorded"] for line in log(folder, "ended")] == [False, False, True]


async def test_every_place_has_the_record(pabx: Reached, folder: Path) -> None:
    async with pabx.listening() as heard, pabx.client() as client:
        told = await call(pabx, client, heard, {**SPOKEN, "endpoint": endpoint("2")})
    (line,) = (folder / "cdr.json").read_bytes().splitlines()
    written = orjson.loads(line)
    assert {name: str(value) for name, value in written.items() if name in told.csv[0]} == {
        name: value for name, value in told.csv[0].items() if name in written
    }
    assert (written["amdstatus"], written["amdcause"]) == ("MACHINE", "LONGGREETING-1500-1500")


async def test_a_wrong_command_is_answered_with_what_is_wrong(pabx: Reached) -> None:
    async with httpx.AsyncClient() as client:
        refused = await client.post(f"{pabx.url.removesuffix('/ari')}/_sim/fail", json={"kind": "explode"})
    assert refused.status_code == 400
    assert "kind" in refused.json()["error"]


async def test_its_health_and_counts(pabx: Reached) -> None:
    async with pabx.client() as client:
        await client.post("/channels", params=asked())
        await client.post("/channels", params={})
        base = pabx.url.removesuffix("/ari")
        health, stats = await client.get(f"{base}/_sim/health"), await client.get(f"{base}/_sim/stats")
    assert (health.json()["stage"], health.json()["channels"]) == ("booted", 1)
    assert {name: stats.json()[name] for name in ("requests", "rang", "refused")} == {
        "requests": 2,
        "rang": 1,
        "refused": 1,
    }


def test_the_command_line_explains_itself() -> None:
    said = CliRunner().invoke(cli, ["--help"]).output
    assert "python -m deploy.simulators.pabx --log" in " ".join(said.split())


@pytest.mark.parametrize(
    ("argument", "value", "said"), [("--zone", "Maceio", "IANA time zone"), ("--sql", "nothing://", "cannot be written")]
)
def test_the_command_line_refuses(argument: str, value: str, said: str) -> None:
    refused = CliRunner().invoke(cli, [argument, value])
    assert refused.exit_code == 2
    assert said in refused.output


@pytest.fixture
def process(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    arguments = ["--port", "0", "--log", folder / "log.jsonl", "--csv", folder / "Master.csv", "--boot", "0.5", "0.5"]
    program = [sys.executable, "-m", "deploy.simulators.pabx", *arguments]
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(program, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        announced = running.stdout.readline()
        try:
            yield running, announced.split("ready: ")[1].strip()
        finally:
            running.kill()


def test_a_process_that_is_killed_has_told_its_log_who_rang(
    process: tuple[subprocess.Popen[str], str], folder: Path
) -> None:
    running, url = process
    seen = []
    with httpx.Client(auth=(USER, PASSWORD), timeout=LIMIT_S) as client:
        while (answer := client.get(f"{url}/asterisk/info")).status_code != 200:
            seen.append(answer.status_code)
        params = asked()
        assert client.post(f"{url}/channels", params=params).status_code == 200
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert set(seen) == {404, 503}
    assert [line["id"] for line in log(folder, "rang")] == [params["channelId"]]
    assert not log(folder, "ended")


def test_a_process_ends_when_it_is_told(process: tuple[subprocess.Popen[str], str]) -> None:
    running, _ = process
    running.send_signal(signal.SIGTERM)
    assert running.wait(LIMIT_S) in {0, -signal.SIGTERM}

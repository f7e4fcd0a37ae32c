"""The stage `cdr-poller` on the real broker and database: what is ours once, whoever is killed, paused or woken."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.collection import Collection
from ulid import ULID

from producers.cdr.master_csv import names
from schemas.attempts import ATTEMPTS
from schemas.codec import decode
from schemas.evidence import Evidence
from schemas.instances import Instance
from schemas.pabx import Ari, CsvRecords, Pabx
from schemas.runtime.secrets import seal
from schemas.topics import DEAD, EVIDENCE
from tests.integration.installed import ERP, KEY
from tests.integration.pipeline import Worker, contents, eventually, running
from tests.integration.watching import Listed
from tests.strategies import instance
from tests.unit.producers_cdr.lab_files import csv_line
from tests.unit.producers_cdr.pabx_events import PASSWORD, USER, destroyed, pabx

pytestmark = pytest.mark.integration

COLUMNS = names(21, "uniqueid")


@pytest.fixture
def attempts(mongo_uri: str, database: str) -> Iterator[Collection[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        yield client[database][ATTEMPTS]


def provider(name: str, url: str, csv: Path) -> Instance:
    control = Ari.model_validate({"url": url, "user": USER, "password": seal(PASSWORD, KEY)})
    records = CsvRecords(path=str(csv), zone="America/Maceio")
    return instance(name=name, erp=ERP, pabx=Pabx(control=control, context="collection", records=records))


class Calls:
    """Attempts of one instance, and the rows that its PABX writes of them, beside other people's."""

    def __init__(self, attempts: Collection[dict[str, Any]], name: str, csv: Path) -> None:
        self._attempts = attempts
        self._name = name
        self._csv = csv
        self.placed: list[str] = []
        csv.touch()

    def place(self) -> str:
        """An attempt that rings."""
        attempt = str(ULID())
        self.placed.append(attempt)
        self._attempts.insert_one({"_id": attempt, "instance": self._name, "code": str(len(self.placed))})
        return attempt

    def end(self, *attempts: str) -> None:
        """Their rows, each beside one of a stranger."""
        times = {"start": "2026-11-22 13:40:14", "end": "2026-11-22 13:40:15"}
        counts = {"duration": "1", "billsec": "0", "sequence": "0", "disposition": "BUSY", "src": "5582999990001"}
        with self._csv.open("a") as file:
            for attempt in attempts:
                for own in (attempt, str(ULID())):
                    file.write(csv_line({**times, **counts, "uniqueid": own, "linkedid": own}, COLUMNS))

    def call(self, number: int) -> None:
        self.end(*(self.place() for _ in range(number)))


async def told(servers: str, name: str) -> list[Evidence]:
    return [decode(Evidence, value) for _, value in await contents(servers, EVIDENCE, name)]


async def all_told(servers: str, name: str, calls: Calls, witness: str = "csv") -> None:
    async def look() -> bool:
        found = {one.attempt for one in await told(servers, name) if one.witness == witness}
        return found == set(calls.placed)

    await eventually(look, f"{len(calls.placed)} records of {name}")


async def said(worker: Worker, event: str, times: int = 1) -> None:
    async def look() -> bool:
        return worker.log.read_text().count(event) >= times

    await eventually(look, f"{worker.log.name} says {event}")


async def test_ours_is_published_once_and_nobody_elses_ever(
    env: Mapping[str, str], servers: str, listed: Listed, attempts: Collection[dict[str, Any]], prefix: str, tmp_path: Path
) -> None:
    """Over a restart by force, an unreadable line and a change of where the records lie."""
    calls = Calls(attempts, prefix, tmp_path / "Master.csv")
    async with pabx() as there:
        listed.put(provider(prefix, there.url, tmp_path / "Master.csv"))
        calls.call(5)
        with running("cdr-poller", env, tmp_path) as worker:
            await there.listened()
            live = calls.place()
            await there.say(destroyed(str(ULID()), 17), destroyed(live, 1))
            calls.end(live)
            with (tmp_path / "Master.csv").open("a") as file:
                file.write(f'"cut",{live}\n"cut",{ULID()}\n')
            await all_told(servers, prefix, calls)
            await eventually(lambda: heard(servers, prefix, live), "the event")
            worker.kill()
            calls.call(3)
            worker.start()
            await there.listened()
            await all_told(servers, prefix, calls)
            other = Calls(attempts, prefix, tmp_path / "other.csv")
            listed.put(provider(prefix, there.url, tmp_path / "other.csv"))
            other.call(2)
            calls.placed += other.placed
            await all_told(servers, prefix, calls)
            log = worker.log.read_text()
    evidence = await told(servers, prefix)
    letters = [value for _, value in await letters_about(servers, live)]

    assert max(Counter(one.key for one in evidence).values()) == 1
    assert Counter(one.witness for one in evidence) == {"csv": len(calls.placed), "ari": 1}
    assert {one.attempt for one in evidence} == set(calls.placed)
    assert not any("5582999990001" in str(one.fields) for one in evidence)
    assert letters == [f'"cut",{live}'.encode()]
    assert "5582999990001" not in log
    assert "Traceback" not in log


async def heard(servers: str, name: str, attempt: str) -> bool:
    found = [one for one in await told(servers, name) if one.witness == "ari"]
    return [(one.attempt, one.fields["cause"]) for one in found] == [(attempt, "1")]


async def letters_about(servers: str, attempt: str) -> list[tuple[bytes, bytes | None]]:
    everything = await contents_of_dead(servers)
    return [(key, value) for key, value in everything if attempt.encode() in (value or b"")]


async def contents_of_dead(servers: str) -> list[tuple[bytes, bytes | None]]:
    from aiokafka import TopicPartition  # noqa: PLC0415 - of this one look

    from schemas.runtime.kafka import reader  # noqa: PLC0415 - see above

    reading = reader(servers)
    await reading.start()
    found: list[tuple[bytes, bytes | None]] = []
    try:
        tp = TopicPartition(DEAD.name, 0)
        reading.assign([tp])
        end = (await reading.end_offsets([tp]))[tp]
        await reading.seek_to_beginning(tp)
        while await reading.position(tp) < end:
            for records in (await reading.getmany(timeout_ms=200)).values():
                found += [(one.key or b"", one.value) for one in records]
    finally:
        await reading.stop()
    return found


async def test_who_sleeps_is_replaced_and_who_wakes_writes_nothing_twice(
    env: Mapping[str, str], servers: str, listed: Listed, attempts: Collection[dict[str, Any]], prefix: str, tmp_path: Path
) -> None:
    """And who is killed is replaced by the one that slept."""
    calls = Calls(attempts, prefix, tmp_path / "Master.csv")
    async with pabx() as there:
        listed.put(provider(prefix, there.url, tmp_path / "Master.csv"))
        with running("cdr-poller", env, tmp_path, "one") as one:
            await said(one, "pabx_taken")
            with running("cdr-poller", env, tmp_path, "two") as two:
                calls.call(10)
                await all_told(servers, prefix, calls)
                holder, other = await holding(one, two)
                holder.process.send_signal(SIGSTOP)
                asleep = datetime.now(UTC)
                calls.call(10)
                await said(other, "pabx_taken", 1 + other.log.read_text().count("pabx_taken"))
                await all_told(servers, prefix, calls)
                awake = datetime.now(UTC)
                calls.call(10)
                holder.process.send_signal(SIGCONT)
                await all_told(servers, prefix, calls)
                await settled(one, two)
                holder, other = await holding(one, two)
                before = other.log.read_text().count("pabx_taken")
                holder.kill()
                calls.call(10)
                await said(other, "pabx_taken", before + 1)
                await all_told(servers, prefix, calls)
                holder.start()
    evidence = await told(servers, prefix)

    assert Counter(one.attempt for one in evidence if one.witness == "csv") == dict.fromkeys(calls.placed, 1)
    assert max(Counter(one.key for one in evidence).values()) == 1
    assert awake - asleep < timedelta(seconds=60)
    assert "Traceback" not in one.log.read_text() + two.log.read_text()


def has(worker: Worker) -> bool:
    """Whether it holds the PABX, as its own log tells."""
    found = [line for line in worker.log.read_text().splitlines() if "pabx_" in line]
    ours = [line for line in found if any(word in line for word in ("pabx_taken", "pabx_released", "pabx_let_go"))]
    return bool(ours) and "pabx_taken" in ours[-1]


async def holding(one: Worker, two: Worker) -> tuple[Worker, Worker]:
    """Who has it, and the other."""

    async def look() -> bool:
        return has(one) != has(two)

    await eventually(look, "one of the two has the PABX")
    return (one, two) if has(one) else (two, one)


async def settled(one: Worker, two: Worker) -> None:
    """Returns once the woken one has learnt that it was replaced."""

    async def look() -> bool:
        return any(word in one.log.read_text() + two.log.read_text() for word in ("pabx_let_go", "pabx_released"))

    await eventually(look, "the woken one lets go")

"""The way of a bill through stages that run: `collector trace` names the sweep of a view's document, and a collector of
OpenTelemetry is told of the same way as one trace.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from ulid import ULID

from deploy.clients import database
from deploy.local.ports import free
from deploy.trace import parsed
from deploy.trace_seen import TraceSettings, trace
from schemas.codec import encode
from schemas.keys import debtor_key, partition_of, row_key
from schemas.rows import ErpRow
from schemas.runtime.kafka import Message
from schemas.runtime.spans import exporting
from schemas.runtime.transactions import Writer
from schemas.stages import Heartbeat
from schemas.topics import BILLS, DEBTORS, QUEUE
from schemas.views import DEAD_LETTERS
from schemas.ways import Way
from tests.integration.otlp_collector import Collector, Span, collector
from tests.integration.pipeline import eventually, put_rows, row, running

pytestmark = pytest.mark.integration

PLANTED = {
    "razao": "Quitéria Plantada",
    "telefone_celular": "(82) 98877-6655",
    "document": "***982247**",
    "person": "q" * 32,
}
SAID = {"stage", "worker", "topic", "partition", "offset", "instance", "kind", "sweep"}
"""All that a span says, and no more."""


async def test_a_document_names_the_sweep_of_its_newest_row_and_one_trace_has_its_way(
    sender: AIOKafkaProducer, env: Mapping[str, str], prefix: str, tmp_path: Path
) -> None:
    settings = TraceSettings(**{name.lower(): value for name, value in env.items()})  # type: ignore[arg-type]  # by their names
    first, second, third = str(ULID()), str(ULID()), str(ULID())

    async def details(key: str) -> dict[str, str]:
        """By place and view."""
        return {str(one["where"]): str(one["detail"]) for one in await trace(settings, parsed(key))}

    async def has(view: str, sweep: str, key: str = f"{prefix}:1") -> bool:
        return f"newest row of sweep {sweep}" in (await details(key))[view]

    rows = [row(prefix, "client", "1", "1", **PLANTED), row(prefix, "bill", "1", "77")]
    await put_rows(sender, [one.model_copy(update={"sweep": first}) for one in rows])
    with collector() as told:
        exports = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": told.endpoint,
            "OTEL_EXPORTER_OTLP_HEADERS": "x-tenant=one",
            "TRACE_ONE_IN": "1",
        }
        nobody = {**exports, "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{free(1)[0]}"}
        with (
            running("hydrate", {**env, **exports}, tmp_path),
            running("dialer", {**env, **nobody}, tmp_path) as dialer,
            running("views", {**env, **exports}, tmp_path),
        ):
            await eventually(lambda: has("debtors", first), "the first sweep in the view")
            paid = row(prefix, "bill", "1", "77", valor_aberto="10.00")
            way = await _published({**env, **exports}, paid.model_copy(update={"sweep": second}), told)
            await eventually(lambda: has("debtors", second), "the second sweep in the view")
            await eventually(lambda: has("queue", second), "the second sweep in the queue")
            await eventually(lambda: has("closed_bills", second, f"{prefix}:1:bill:77"), "the second sweep in the bill's")
            assert await has("debtors", first, f"{prefix}:1:client:1"), "no row of this client's is of the second sweep"
            await eventually(lambda: _whole(told, way), "every step of the bill's way")
            await eventually(lambda: asyncio.to_thread(_lost, dialer.log), "a collector that is not there, told of once")
            again = row(prefix, "bill", "1", "77", valor_aberto="11.00")
            await put_rows(sender, [again.model_copy(update={"sweep": third})])
            await eventually(lambda: has("queue", third), "a stage that goes on without its collector")
        _check(told, way, prefix)
    said = dialer.log.read_text()
    assert said.count("spans_lost") == 1
    (last,) = (found for line in said.splitlines() if (found := orjson.loads(line))["event"] == "spans")
    assert last["told"] == last["lost"] > 0, "each that was dropped is counted"


async def test_letters_of_one_row_and_of_all_of_a_debtor_are_told_those_of_the_poller_too(
    env: Mapping[str, str], prefix: str
) -> None:
    """MongoDB orders bytes by their length first: what begins like a key is no range of it."""
    settings = TraceSettings(**{name.lower(): value for name, value in env.items()})  # type: ignore[arg-type]  # by their names
    long, other = "2026/00012345-parcela-07", f"{prefix}2"
    letters = {
        "of the bill": (f"{prefix}:1:bill:{long}".encode(), "erp.bill.v1[2]@5", b"?"),
        "of the state": (f"{prefix}:1".encode(), "debtor.v1[2]@7", b"?"),
        "of the poller": (None, f"ixc/fn_areceber[{prefix}]@{long}", b'{"id_cliente":"1"}'),
        "of a contract": (None, f"ixc/cliente_contrato[{prefix}]@3", b'{"id_cliente":"1"}'),
        "of somebody else": (f"{prefix}:12:bill:{long}".encode(), "erp.bill.v1[2]@6", b"?"),
        "of another instance": (None, f"ixc/fn_areceber[{other}]@{long}", b'{"id_cliente":"1"}'),
    }
    async with database(settings) as store:
        why = {"stage": "hydrate", "field": "row", "reason": "?", "at": datetime.now(UTC)}
        await store[DEAD_LETTERS].insert_many(
            {"_id": f"{prefix} {name}", "key": key, "place": place, "value": value, **why}
            for name, (key, place, value) in letters.items()
        )

    async def told(key: str) -> set[object]:
        return {one["where"] for one in await trace(settings, parsed(key)) if one["what"] == "dead letter"}

    places = {name: place for name, (_, place, _) in letters.items()}
    of_bill = {places["of the bill"], places["of the state"], places["of the poller"]}
    assert await told(f"{prefix}:1:bill:{long}") == of_bill
    assert await told(f"{prefix}:1") == {*of_bill, places["of a contract"]}


async def _published(env: Mapping[str, str], event: ErpRow, told: Collector) -> Way:
    """As the poller publishes it, by its writer in this process; the way that it begins."""
    settings = TraceSettings(**{name.lower(): value for name, value in env.items()})  # type: ignore[arg-type]  # by their names
    partition = partition_of(debtor_key(event.instance, event.client), BILLS.partitions)
    message = Message(row_key(event.instance, event.client, event.kind, event.id), encode(event), [])
    at = datetime.now(UTC)
    with exporting(settings, Heartbeat(stage="erp-poller", worker="here", at=at, since=at, release="0")):
        writer = Writer(settings.kafka_bootstrap_servers, event.instance)
        try:
            await writer.open()
            await writer.write({(BILLS.name, partition): [message]})
        finally:
            await writer.close()
        first = await eventually(lambda: _first(told), "the poller's step")
    return Way(event.sweep, BILLS.name, partition, int(first.attributes["offset"]))


STEPS = {"erp-poller", "hydrate", "views debtors", "views closed_bills", "views queue"}


async def _first(told: Collector) -> Span | None:
    return next((one for one in list(told.spans) if one.service == "erp-poller"), None)


async def _whole(told: Collector, way: Way) -> bool:
    return told.trace(way.trace).keys() >= STEPS


def _lost(log: Path) -> bool:
    return "spans_lost" in log.read_text()


def _check(told: Collector, way: Way, instance: str) -> None:
    found = told.trace(way.trace)
    assert found.keys() == STEPS
    parents = {
        name: next((one.name for one in found.values() if one.span == span.parent), "") for name, span in found.items()
    }
    assert parents == {
        "erp-poller": "",
        "hydrate": "erp-poller",
        "views debtors": "hydrate",
        "views closed_bills": "erp-poller",
        "views queue": "",  # the dialer's collector is not there, and its step is missing; the way went on through it
    }
    assert found["views queue"].parent == f"{way.span('dialer'):016x}"
    row = (BILLS.name, way.partition, way.offset)
    assert {name for name, span in found.items() if _place(span) == row} == {"erp-poller", "hydrate", "views closed_bills"}
    assert (_place(found["views debtors"])[0], _place(found["views queue"])[0]) == (DEBTORS.name, QUEUE.name)
    assert found["erp-poller"].began < found["hydrate"].done < found["views debtors"].done
    for span in told.spans:
        assert span.attributes.keys() == SAID
        assert span.began <= span.done
    assert {(one.attributes["instance"], one.attributes["kind"], one.attributes["sweep"]) for one in found.values()} == {
        (instance, "bill", way.sweep)
    }
    assert told.headers["x-tenant"] == "one"
    assert len(told.raw) > 1
    for body in told.raw:
        for word in (*PLANTED.values(), f"{instance}:1", "99999", "FULANA", "Plantada", "99.90"):
            assert word.encode() not in body


def _place(span: Span) -> tuple[str, int, int]:
    return span.attributes["topic"], span.attributes["partition"], span.attributes["offset"]

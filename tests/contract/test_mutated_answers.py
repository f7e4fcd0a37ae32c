"""One answer of an ERP is spoiled, in any way that does not look like a failure: no completed sweep closes an open bill.

From the answer's bytes to the debtor, through the real source, sweeper and fold. An export is the answer of its ERP.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
import stamina
import stamina.instrumentation
from hypothesis import given, settings
from hypothesis import strategies as st

from producers.erp.wire import ATTEMPTS
from schemas.debtor import Debtor
from schemas.errors import PipelineError, RejectRecord
from schemas.hydration.fold import empty, step
from schemas.rows import ErpRow
from tests.unit.producers import memory_isp, rbx_shop, sheets, shop, webhook_shop
from tests.unit.producers.export_shop import ExportShop
from tests.unit.producers.rbx_shop import OPEN, SETTLED, RbxShop, document, settled
from tests.unit.producers.shop import Swept, bill


@pytest.fixture(scope="module", autouse=True)
def _no_waiting() -> Iterator[None]:
    stamina.instrumentation.set_on_retry_hooks([])
    with stamina.set_testing(True, attempts=ATTEMPTS):
        yield
    stamina.instrumentation.set_on_retry_hooks(None)


BILLS = range(1, 8)
PAID, GONE = 3, 6
NOTHING = [
    "",
    " ",
    "0",
    "00",
    "-",
    "--",
    "NULL",
    "null",
    "None",
    "undefined",
    "NaN",
    "0000-00-00",
    "00/00/0000",
    "1899-12-30",
]
NOTHING += ["  /  /    ", "não informado", "S/N", "0.00", None]  # type: ignore[list-item]  # JSON's own nothing too
ENCODINGS = ("latin-1", "cp1252", "utf-16", "utf-8-sig")
BLANK = (b"", b"null", b"{}", b"[{}]")
Spoil = Callable[[int, bytes], bytes]


def rows_in(body: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    """A webhook's answer is its rows."""
    if isinstance(body, list):
        return body
    return next((rows for name in ("registros", "result") if isinstance(rows := body.get(name), list)), [])


def without_a_column(chance: Random, body: Any) -> bytes:  # noqa: ANN401 - JSON
    """From all rows, or from one."""
    rows = rows_in(body)
    if rows:
        column = chance.choice(sorted(rows[0]))
        for row in rows if chance.random() < 1 / 2 else [chance.choice(rows)]:
            row.pop(column, None)
    return orjson.dumps(body)


def with_a_nothing(chance: Random, body: Any) -> bytes:  # noqa: ANN401 - JSON
    """In a cell of a row, or of the envelope, where there is one; mostly where something stood."""
    rows = rows_in(body)
    cells = chance.choice(rows) if rows and chance.random() < 9 / 10 else body  # mostly rows
    if isinstance(cells, dict):
        held = sorted(column for column, value in cells.items() if value) if chance.random() < 1 / 2 else sorted(cells)
        cells[chance.choice(held or sorted(cells))] = chance.choice(NOTHING)
    return orjson.dumps(body)


def with_a_blank_column(chance: Random, body: Any) -> bytes:  # noqa: ANN401 - JSON
    """All rows say nothing there."""
    rows = rows_in(body)
    if rows:
        column, nothing = chance.choice(sorted(rows[0])), chance.choice(NOTHING)
        for row in rows:
            row[column] = nothing
    return orjson.dumps(body)


def in_another_encoding(chance: Random, body: Any) -> bytes:  # noqa: ANN401 - JSON
    for row in rows_in(body):
        row["NOME" if "NOME" in row else "razao"] = "JOSÉ CONCEIÇÃO"
    return orjson.dumps(body).decode().encode(chance.choice(ENCODINGS), errors="replace")


def blank(chance: Random, body: Any) -> bytes:  # noqa: ANN401 - JSON
    """As a program that broke answers, and a workflow that found nothing."""
    del body
    return chance.choice(BLANK)


MUTATIONS = (
    *(without_a_column, with_a_nothing, with_a_nothing, with_a_nothing),
    *(with_a_blank_column, with_a_blank_column, in_another_encoding, blank),
)


def once(number: int, seed: int) -> Spoil:
    """The answer to the request of this number is spoiled, all others are as they were."""

    def spoil(asked: int, body: bytes) -> bytes:
        if asked != number:
            return body
        chance = Random(seed)
        if not body.startswith((b"[", b"{")):  # a sentence
            return body.decode().encode(chance.choice(ENCODINGS))
        return chance.choice(MUTATIONS)(chance, orjson.loads(body))

    return spoil


def folded(events: Iterable[ErpRow]) -> Mapping[str, Debtor]:
    """By client; what the fold rejects is a dead letter, and changes nothing."""
    states: dict[str, Debtor] = {}
    for event in events:
        state = states.get(event.client) or empty(event.instance, event.client, event.seen_at)
        try:
            states[event.client] = step(state, event)
        except RejectRecord:
            states[event.client] = state
    return states


STILL_OPEN = [code for code in BILLS if code not in {PAID, GONE}]


async def closes_none(spoiled: Swept | RbxShop) -> None:
    """A sweep that completes closes or loses none of client 5's open bills; one that fails concludes nothing."""
    try:
        done = await spoiled.sweep()
    except PipelineError:
        return
    bills = folded(spoiled.news())["5"].bills

    assert done.phase == "completed"
    for code in map(str, STILL_OPEN):
        assert code in bills, f"{code} was closed"
        assert not bills[code].lost, f"{code} was lost"


@settings(max_examples=250)
@given(request=st.integers(0, 9), seed=st.integers(0, 2**32))
async def test_no_single_spoiled_answer_of_an_ixc_closes_an_open_bill(request: int, seed: int) -> None:
    async with shop.opened() as ixc:
        ixc.erp.put("fn_areceber", *(bill(str(code), id_cliente="5", status="AP"[code % 2]) for code in BILLS))
        await ixc.sweep()
        ixc.erp.put("fn_areceber", bill(str(PAID), id_cliente="5", status="R"))
        del ixc.erp.rows["fn_areceber"][str(GONE)]
        ixc.erp.spoil = once(ixc.erp.asked + request, seed)
        await closes_none(ixc)


@settings(max_examples=250)
@given(request=st.integers(0, 12), seed=st.integers(0, 2**32))
async def test_no_single_spoiled_answer_of_an_rbx_closes_an_open_bill(request: int, seed: int) -> None:
    async with rbx_shop.opened() as rbx:
        rbx.erp.rows[OPEN] = [document(code) for code in BILLS]
        await rbx.sweep()
        rbx.erp.rows[OPEN] = [document(code) for code in STILL_OPEN]
        rbx.erp.rows[SETTLED] = [settled(PAID)]
        rbx.erp.spoil = once(len(rbx.erp.asked) + request, seed)
        await closes_none(rbx)


@settings(max_examples=400)
@given(request=st.integers(0, 6), seed=st.integers(0, 2**32), restarted=st.booleans())
async def test_no_single_spoiled_answer_of_a_webhook_closes_an_open_bill(
    request: int, seed: int, *, restarted: bool
) -> None:
    """Clients are read first, as webhooks are asked for their documents."""
    async with webhook_shop.opened() as shop:
        isp, mine, neighbour = shop.isp, memory_isp.document(5), memory_isp.document(8)
        isp.clients = [memory_isp.client(code) for code in (5, 8)]
        isp.by_document["bills"] = {
            mine: [memory_isp.bill(code, 5, STATUS="VENCIDO") for code in BILLS],
            neighbour: [memory_isp.bill(80, 8), memory_isp.bill(81, 8)],
        }
        await shop.sweep("client")
        await shop.sweep()
        isp.by_document["bills"][mine] = [memory_isp.bill(code, 5, STATUS="VENCIDO") for code in STILL_OPEN]
        isp.by_document["paid"][mine] = [memory_isp.bill(PAID, 5, STATUS="PAGO", DATA_PAGAMENTO="2026-01-07")]
        if restarted:
            await shop.restarted()
        isp.respell = once(len(isp.asked) + request, seed)
        with suppress(PipelineError):
            await shop.sweep("client")
        await closes_none(shop)


def spoiled_export(content: bytes, chance: Random) -> bytes:
    """A column left out of all lines or of one, a cell that says nothing, or another encoding."""
    lines = list(csv.reader(io.StringIO(content.decode("latin-1")), delimiter=";"))
    column = chance.randrange(len(lines[0]))
    how = chance.randrange(4)
    if how == 0:
        for line in lines:
            del line[column]
    elif how == 1:
        del chance.choice(lines)[column]
    elif how == 2:
        chance.choice(lines)[column] = str(chance.choice(NOTHING) or "")
    return sheets.delimited(lines, chance.choice(ENCODINGS) if how == 3 else "latin-1")


@settings(max_examples=250)
@given(seed=st.integers(0, 2**32), spoiled=st.sampled_from(["Financeiro.csv", "Clientes.csv"]))
async def test_no_single_spoiled_export_closes_an_open_bill(seed: int, spoiled: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        exports = ExportShop(Path(folder))
        people = sheets.export("Clientes", sheets.person("5", "JOSÉ CONCEIÇÃO"))
        exports.put("Clientes.csv", people)
        exports.put("Financeiro.csv", sheets.export("Financeiro", *(sheets.bill(str(code), "5") for code in BILLS)))
        await exports.sweep()
        left = [sheets.bill(str(code), "5", paid_on="2026-01-20" if code == PAID else "0000-00-00") for code in BILLS]
        files = {"Clientes.csv": people, "Financeiro.csv": sheets.export("Financeiro", *left[: GONE - 1], *left[GONE:])}
        for name, content in files.items():
            exports.put(name, spoiled_export(content, Random(seed)) if name == spoiled else content)
        await closes_none(exports)

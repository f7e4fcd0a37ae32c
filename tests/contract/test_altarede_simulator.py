"""The Altarede simulator from outside: webhooks over real HTTP with each trap and fault, exports in a real folder."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zoneinfo import ZoneInfo

import httpx
import orjson
import pytest

from deploy.simulators.altarede import truth
from deploy.simulators.altarede.folder import Plan
from deploy.simulators.altarede.server import APP_KEY, TOKEN, application
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.serving import in_thread
from tests.unit.simulators_altarede import reading

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 30, tzinfo=ZoneInfo("America/Maceio"))
NO_BILL = "Nenhum boleto encontrado"
BILLS = "consulta_boleto"
CONTRACTS = "consultar/cliente/infoscontrato"


@contextmanager
def served(*, rate: float = 0, exports: Plan | None = None) -> Iterator[httpx.Client]:
    simulator = Simulator(Size(60, 2.7), 1, TODAY, truth.of_export if exports else truth.of_webhooks)
    app = application(simulator, lambda: NOW, rate=rate, exports=exports, app_key_in="header:X-App")
    shown = {"X-Token": TOKEN, "X-App": APP_KEY}
    with in_thread(app) as url, httpx.Client(base_url=url, headers=shown) as client:
        yield client


@pytest.fixture
def erp() -> Iterator[httpx.Client]:
    with served() as client:
        yield client


@pytest.fixture(scope="module")
def still() -> Iterator[httpx.Client]:
    """One server for all tests that change nothing."""
    with served() as client:
        yield client


def clients(erp: httpx.Client, **params: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = erp.get("/webhook/listar-clientes", params={"por_pagina": "1000", **params}).json()
    return found


def documents(erp: httpx.Client) -> list[str]:
    return [row["CPF"] or row["CNPJ"] for row in clients(erp) if row["CPF"] or row["CNPJ"]]


def ask(erp: httpx.Client, flow: str, **fields: str) -> httpx.Response:
    return erp.post(f"/webhook/{flow}", json=fields)


def rows(answer: httpx.Response) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [] if answer.text == NO_BILL else answer.json()
    return found


def debtor(erp: httpx.Client) -> str:
    """A document with at least two open bills."""
    return next(document for document in documents(erp) if len(rows(ask(erp, BILLS, documento=document))) > 1)


def told(erp: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = erp.get("/_sim/truth").raise_for_status().json()
    return found


def fail(erp: httpx.Client, kind: str, **order: float | str) -> None:
    erp.post("/_sim/fail", json={"kind": kind, **order}).raise_for_status()


def stats(erp: httpx.Client) -> dict[str, int]:
    found: dict[str, int] = erp.get("/_sim/stats").json()
    return found


def wait_until(happened: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


# --- webhooks


def test_a_sweep_over_all_documents_agrees_with_the_truth(still: httpx.Client) -> None:
    found = reading.people(clients(still))
    for document in documents(still):
        for row in rows(ask(still, BILLS, documento=document)):
            bill = (row["DATA_VENCIMENTO"], reading.cents(row["VALOR_TOTAL"]), "A")
            found[reading.bare(row["COD_CLIENTE"])].bills[reading.bare(row["COD_ARECEBER"])] = bill
        for row in rows(ask(still, "check_pppoe_status", documento=document)):
            access = (row["statusIP"], "N", False, False)
            found[reading.bare(row["COD_CLIENTE"])].contracts[reading.bare(row["CODIGO"])] = access

    expected = told(still)["clients"]
    assert {code: each.name for code, each in found.items()} == {code: each["name"] for code, each in expected.items()}
    for code, each in found.items():
        assert {bill: list(value) for bill, value in each.bills.items()} == expected[code]["bills"]
        assert {contract: list(value) for contract, value in each.contracts.items()} == expected[code]["contracts"]


def test_no_bill_is_a_sentence_under_200(still: httpx.Client) -> None:
    answer = ask(still, BILLS, documento="111.444.777-35")

    assert (answer.status_code, answer.text) == (200, NO_BILL)
    assert answer.headers["content-type"].startswith("text/plain")


def test_no_contract_is_an_empty_body_under_200(still: httpx.Client) -> None:
    answer = still.get(f"/webhook/{CONTRACTS}", params={"documento": "111.444.777-35"})

    assert (answer.status_code, answer.content) == (200, b"")


def test_a_masked_and_a_bare_document_are_the_same(still: httpx.Client) -> None:
    document = debtor(still)

    assert ask(still, BILLS, documento=document).json() == ask(still, BILLS, documento=reading.digits(document)).json()


def test_a_query_finds_contracts_and_plans_without_a_body(still: httpx.Client) -> None:
    found = [still.get(f"/webhook/{CONTRACTS}", params={"documento": each}) for each in documents(still)]
    plans = still.get("/webhook/listar-planos-altarede").json()["planos"]

    assert {type(each.json()) for each in found if each.content} == {dict, list}
    assert len(plans) == 6


def test_clients_are_paged_until_an_empty_array(still: httpx.Client) -> None:
    sizes = [len(clients(still, pagina=str(page), por_pagina="25")) for page in range(1, 5)]

    assert sizes == [25, 25, 10, 0]
    assert still.get("/webhook/listar-clientes", params={"pagina": "0"}).status_code == 422


@pytest.mark.parametrize(
    ("method", "flow"), [("GET", BILLS), ("POST", CONTRACTS), ("POST", "clientes"), ("GET", "listar-planos-altarede/1")]
)
def test_what_is_not_registered_is_not_found(still: httpx.Client, method: str, flow: str) -> None:
    answer = still.request(method, f"/webhook/{flow}")

    assert answer.status_code == 404
    assert "not registered" in answer.json()["message"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"documento=1"])
def test_a_body_that_is_no_object_is_refused(still: httpx.Client, body: bytes) -> None:
    assert still.post(f"/webhook/{BILLS}", content=body).status_code == 422


# --- token and app key


def request(place: str, value: str, asked: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a request with `value` put into its place."""
    where, _, name = place.partition(":")
    part = {"header": "headers", "query": "params", "body": "json"}[where]
    return {**asked, part: {**asked.get(part, {}), name: value}}


@pytest.mark.parametrize("app_key_in", ["header:X-App", "query:appkey", "body:appkey"])
@pytest.mark.parametrize("token_in", ["header:Authorization", "query:token", "body:token"])
def test_token_and_app_key_go_wherever_they_are_wanted_and_nowhere_else(token_in: str, app_key_in: str) -> None:
    simulator = Simulator(Size(5), 1, TODAY, truth.of_webhooks)
    app = application(simulator, lambda: NOW, token="tok", app_key="key", token_in=token_in, app_key_in=app_key_in)
    nothing: dict[str, Any] = {"json": {"documento": "1"}}
    right = request(app_key_in, "key", request(token_in, "tok", nothing))
    wrong = [
        nothing,
        request(token_in, "tok", nothing),
        request(app_key_in, "key", nothing),
        request(app_key_in, "no", right),
        request(token_in, "no", right),
        request(app_key_in, "tok", request(token_in, "key", nothing)),
    ]
    with in_thread(app) as url:
        refused = [httpx.post(f"{url}/webhook/{BILLS}", **each).status_code for each in wrong]
        answer = httpx.post(f"{url}/webhook/{BILLS}", **right)

    assert refused == [401] * len(wrong)
    assert (answer.status_code, answer.text) == (200, NO_BILL)
    assert (simulator.counts["refused"], simulator.counts["pages"]) == (len(wrong), 1)


# --- faults


@pytest.mark.parametrize(
    ("kind", "status", "part"),
    [
        ("html", 200, "<html>"),
        ("status500", 500, "500"),
        ("permission", 403, "permission"),
        ("ip", 403, "IP address"),
    ],
)
def test_an_ordered_error_comes_as_often_as_ordered(erp: httpx.Client, kind: str, status: int, part: str) -> None:
    fail(erp, kind, count=1, table="listar-clientes")

    other = erp.get("/webhook/listar-planos-altarede")
    first, second = (erp.get("/webhook/listar-clientes") for _ in range(2))

    assert other.json()["planos"]
    assert first.status_code == status
    assert part in first.text
    assert second.json()
    assert (stats(erp)[f"fault_{kind}"], stats(erp)["requests"], stats(erp)["pages"]) == (1, 3, 2)


def test_a_fault_is_ordered_by_the_last_part_of_the_path(erp: httpx.Client) -> None:
    fail(erp, "status500", table="infoscontrato")

    assert erp.get(f"/webhook/{CONTRACTS}").status_code == 500


def test_a_cut_body_ends_in_the_middle(erp: httpx.Client) -> None:
    fail(erp, "cut", count=1)

    answer = erp.get("/webhook/listar-clientes")

    assert answer.status_code == 200
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(answer.content)


def test_a_dropped_connection_gives_no_answer_and_the_next_one_works(erp: httpx.Client) -> None:
    fail(erp, "drop", count=1)

    with pytest.raises(httpx.RemoteProtocolError):
        erp.get("/webhook/listar-clientes")

    assert clients(erp)


def test_a_slow_answer_is_late_right_and_noticed(erp: httpx.Client) -> None:
    fail(erp, "slow", count=2, seconds=2)
    start = time.monotonic()

    with pytest.raises(httpx.ReadTimeout):
        erp.get("/webhook/listar-clientes", timeout=0.1)
    assert clients(erp)

    assert time.monotonic() - start >= 2
    assert stats(erp)["most_in_flight"] == 2


def test_a_shift_makes_page_numbers_skip_a_client(erp: httpx.Client) -> None:
    active = [row["COD_CLIENTE"] for row in clients(erp, ativo="S")]
    first = [row["COD_CLIENTE"] for row in clients(erp, ativo="S", por_pagina="10")]
    fail(erp, "shift", table="listar-clientes", count=1)

    second = [row["COD_CLIENTE"] for row in clients(erp, ativo="S", por_pagina="10", pagina="2")]

    assert first + second == active[:10] + active[11:21]


def test_a_shift_takes_a_bill_away_from_who_is_asked_for(erp: httpx.Client) -> None:
    document = debtor(erp)
    before = rows(ask(erp, BILLS, documento=document))
    fail(erp, "shift", table=BILLS, count=1)

    assert rows(ask(erp, BILLS, documento=document)) == before[1:]
    assert told(erp)["totals"]["open_bills"] > 0


# --- commands


def test_a_paid_bill_moves_to_the_paid_ones(erp: httpx.Client) -> None:
    document = debtor(erp)
    first, *others = rows(ask(erp, BILLS, documento=document))
    bill = reading.bare(first["COD_ARECEBER"])

    erp.post("/_sim/pay", json={"bill": int(bill)}).raise_for_status()

    paid = {reading.bare(row["COD_ARECEBER"]): row for row in rows(ask(erp, "consulta-boletos-pagos", documento=document))}
    assert rows(ask(erp, BILLS, documento=document)) == others
    assert (paid[bill]["STATUS"], paid[bill]["DATA_PAGAMENTO"]) == ("PAGO", "2026-11-23")


def test_the_commands_are_those_of_every_simulator(erp: httpx.Client) -> None:
    done = erp.post("/_sim/change", json={"count": 20}).json()

    assert sum(done["counts"].values()) == 20
    assert erp.post("/_sim/pause").json() == {"paused": True}
    assert erp.get("/_sim/health").json()["rows"]["cliente"] == 60
    assert erp.post("/_sim/fail", json={"kind": "fire"}).status_code == 400
    assert erp.post("/_sim/export").status_code == 404


# --- exports


def stamps(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


@pytest.mark.parametrize("form", ["xls", "csv"])
def test_exports_follow_the_changes_and_nothing_else(tmp_path: Path, form: str) -> None:
    with served(exports=Plan(tmp_path, form="csv" if form == "csv" else "xls", every=0.1)) as erp:
        first = stamps(tmp_path)
        assert reading.facts(tmp_path, form).keys() == told(erp)["clients"].keys()

        time.sleep(0.4)
        assert (stamps(tmp_path), stats(erp)["exports"]) == (first, 1)

        erp.post("/_sim/change", json={"count": 25}).raise_for_status()
        wait_until(lambda: stats(erp)["exports"] == 2)

        expected = told(erp)["clients"]
        for code, each in reading.facts(tmp_path, form).items():
            assert {bill: list(value) for bill, value in each.bills.items()} == expected[code]["bills"]
            assert {bill: list(value) for bill, value in each.contracts.items()} == expected[code]["contracts"]


def test_an_export_comes_on_command_changed_or_not(tmp_path: Path) -> None:
    with served(exports=Plan(tmp_path, every=600)) as erp:
        first = stamps(tmp_path)
        files = erp.post("/_sim/export").json()["files"]

        assert files == {path.name: path.stat().st_size for path in tmp_path.iterdir()}
        assert all(later > first[name] for name, later in stamps(tmp_path).items())
        assert stats(erp)["exports"] == 2


def test_a_slow_export_can_be_met_incomplete_and_holds_nobody_up(tmp_path: Path) -> None:
    with served(exports=Plan(tmp_path, every=600, slowly=0.015)) as erp:
        wait_until((tmp_path / "Clientes.xls").exists)
        with pytest.raises(ParseError):
            reading.spreadsheet(tmp_path / "Clientes.xls")
        assert clients(erp)
        wait_until(lambda: stats(erp).get("exports") == 1)

        assert reading.facts(tmp_path, "xls").keys() == told(erp)["clients"].keys()


def test_an_export_that_nobody_waits_for_ends_with_the_server(tmp_path: Path) -> None:
    start = time.monotonic()
    with served(exports=Plan(tmp_path, every=600, slowly=5)):
        wait_until((tmp_path / "Clientes.xls").exists)

    assert time.monotonic() - start < 5 + 3


# --- the processes


def test_the_server_says_where_it_listens_and_serves_both_forms(tmp_path: Path) -> None:
    options = ["--port", "0", "--clients", "5", "--today", "2026-11-23", "--form", "csv", "--folder", str(tmp_path)]
    places = ["--token-in", "body:chave", "--app-key-in", "header:App-Key"]
    command = [sys.executable, "-m", "deploy.simulators.altarede.server", *options, *places]
    environment = os.environ | {"ALTAREDE_SIM_TOKEN": "abc", "ALTAREDE_SIM_APP_KEY": "def"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            url = next(word for word in line.split() if word.startswith("http://127.0.0.1:"))
            answer = httpx.post(f"{url}/webhook/{BILLS}", json={"chave": "abc"}, headers={"App-Key": "def"})
            health = httpx.get(f"{url}/_sim/health").json()
            found = reading.facts(tmp_path, "csv")
        finally:
            process.terminate()

    assert (answer.status_code, answer.text) == (200, NO_BILL)
    assert health["now"].startswith("2026-11-23T")
    assert len(found) == 5


def test_a_place_that_is_none_ends_the_server_with_a_sentence() -> None:
    command = [sys.executable, "-m", "deploy.simulators.altarede.server", "--clients", "1", "--token-in", "cookie"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "header:NAME" in done.stderr


def test_one_export_is_written_from_the_command_line(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "deploy.simulators.altarede.export",
        "--folder",
        str(tmp_path / "out"),
        "--clients",
        "9",
    ]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert len(reading.facts(tmp_path / "out", "xls")) == 9
    assert done.stdout.count("bytes") == 6

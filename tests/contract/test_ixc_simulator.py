"""The IXC simulator over real HTTP: each trap that IXC's documentation or its users tell of, and each fault."""

import json
import os
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import orjson
import pytest

from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.server import TOKEN, application, clock_at
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.serving import in_thread

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 30, tzinfo=ZoneInfo("America/Maceio"))
LIST = {"ixcsoft": "listar"}
HTML = '<div style="color:red">Ocorreu um erro ao processar. Contate o suporte IXC Soft.</div>'
OPEN = '[{"TB":"fn_areceber.liberado","OP":"=","P":"S"},{"TB":"fn_areceber.status","OP":"IN","P":"A,P"}]'
TABLES = ("cliente", "cliente_contrato", "fn_areceber", "tipo_cliente", "cidade", "uf", "filial")


def basic(login: str) -> str:
    return f"Basic {b64encode(login.encode()).decode()}"


@contextmanager
def served(*, rate: float = 0, clients: int = 60) -> Iterator[httpx.Client]:
    app = application(Simulator(Size(clients, 2.7), 1, TODAY), lambda: NOW, rate=rate)
    with in_thread(app) as url, httpx.Client(base_url=url, headers={"Authorization": basic(f"1:{TOKEN}")}) as client:
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


def page(erp: httpx.Client, table: str, **asked: str) -> httpx.Response:
    body = {"qtype": f"{table}.id", "query": "0", "oper": ">", "rp": "1000", **asked}
    return erp.post(f"/webservice/v1/{table}", json=body, headers=LIST)


def rows(erp: httpx.Client, table: str, **asked: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = page(erp, table, **asked).json().get("registros", [])
    return found


def truth(erp: httpx.Client, **params: str | int) -> dict[str, Any]:
    found: dict[str, Any] = erp.get("/_sim/truth", params=params).raise_for_status().json()
    return found


def fail(erp: httpx.Client, kind: str, **order: float | str) -> None:
    erp.post("/_sim/fail", json={"kind": kind, **order}).raise_for_status()


def stats(erp: httpx.Client) -> dict[str, int]:
    found: dict[str, int] = erp.get("/_sim/stats").json()
    return found


# --- the protocol


@pytest.mark.parametrize("table", TABLES)
def test_every_table_lists_its_rows_as_text(still: httpx.Client, table: str) -> None:
    answer = page(still, table).json()

    assert int(answer["total"]) == len(answer["registros"])
    assert all(isinstance(value, str) for row in answer["registros"] for value in row.values())


def test_total_is_text_here_and_a_number_there(still: httpx.Client) -> None:
    assert isinstance(page(still, "cliente").json()["total"], str)
    assert isinstance(page(still, "fn_areceber").json()["total"], int)


def test_an_empty_answer_has_no_rows_at_all(still: httpx.Client) -> None:
    assert page(still, "cliente", query="999999").json() == {"page": "1", "total": "0"}


def test_a_get_with_a_body_lists_as_well(still: httpx.Client) -> None:
    body = {"qtype": "uf.id", "query": "27", "oper": "=", "page": "1", "rp": "5"}

    answer = still.request("GET", "/webservice/v1/uf", json=body, headers=LIST).json()

    assert answer["registros"] == [{"id": "27", "nome": "Alagoas", "sigla": "AL"}]


@pytest.mark.parametrize("login", ["1:wrong", f"2:{TOKEN}", ":"])
def test_wrong_credentials_are_refused_in_text(still: httpx.Client, login: str) -> None:
    answer = still.post("/webservice/v1/cliente", json={}, headers={**LIST, "Authorization": basic(login)})

    assert (answer.status_code, answer.text) == (401, "Authorization Requested")


@pytest.mark.parametrize(("header", "status"), [("Basic ???", 401), ("Basic", 401), ("", 401), (f"Bearer {TOKEN}", 400)])
def test_only_basic_authorization_is_understood(still: httpx.Client, header: str, status: int) -> None:
    answer = still.post("/webservice/v1/cliente", json={}, headers={**LIST, "Authorization": header})

    assert answer.status_code == status


def test_without_the_list_header_a_get_is_not_found(still: httpx.Client) -> None:
    assert still.request("GET", "/webservice/v1/cliente", json={}).status_code == 404


def test_without_the_list_header_a_post_writes_and_is_counted(erp: httpx.Client) -> None:
    """The trap: the very request that lists, without one header, creates a row."""
    before = len(rows(erp, "cliente"))

    answer = erp.post("/webservice/v1/cliente", json={"qtype": "cliente.id", "query": "0", "oper": ">", "rp": "600"})

    assert answer.json()["type"] == "success"
    assert answer.json()["id"] in {row["id"] for row in rows(erp, "cliente")}
    assert len(rows(erp, "cliente")) == before + 1
    assert truth(erp)["writes"] == stats(erp)["writes"] == 1


def test_a_write_to_a_table_that_does_not_exist_is_counted_too(erp: httpx.Client) -> None:
    erp.post("/webservice/v1/desbloqueio_confianca", json={"id": "2"})

    assert truth(erp)["writes"] == 1


def test_reading_is_no_write(still: httpx.Client) -> None:
    page(still, "cliente")

    assert truth(still)["writes"] == 0


def test_an_unknown_resource_is_an_error_under_200(still: httpx.Client) -> None:
    answer = page(still, "radgrupos")

    assert answer.status_code == 200
    assert answer.json() == {"type": "error", "message": "Recurso radgrupos não está disponível!"}


def test_another_version_is_an_error_under_200(still: httpx.Client) -> None:
    answer = still.post("/webservice/v7/cliente", json={}, headers=LIST)

    assert (answer.status_code, answer.json()["type"]) == (200, "error")


@pytest.mark.parametrize(
    "asked",
    [
        {"qtype": "fn_areceber.nada"},
        {"oper": "~"},
        {"grid_param": '[{"TB":"fn_areceber.nada","OP":"=","P":"1"}]'},
        {"sortname": "fn_areceber.nada"},
    ],
    ids=str,
)
def test_an_unknown_column_is_html_under_200(still: httpx.Client, asked: dict[str, str]) -> None:
    answer = page(still, "fn_areceber", **asked)

    assert (answer.status_code, answer.text.strip()) == (200, HTML)
    assert answer.headers["content-type"].startswith("text/html")


def test_a_form_body_is_html_under_200(still: httpx.Client) -> None:
    assert still.post("/webservice/v1/cliente", data={"qtype": "cliente.id"}, headers=LIST).text.strip() == HTML


def test_dates_are_understood_in_both_spellings(still: httpx.Client) -> None:
    both = [rows(still, "fn_areceber", qtype="fn_areceber.data_vencimento", oper="<", query=day)
            for day in ("23/11/2026", "2026-11-23")]  # fmt: skip

    assert both[0] == both[1] != []
    assert all(row["data_vencimento"] < "2026-11-23" for row in both[0])


def test_keyset_pages_hold_every_open_bill_once_and_agree_with_the_truth(still: httpx.Client) -> None:
    last, found = "0", dict[str, str]()
    while some := rows(still, "fn_areceber", query=last, rp="7", sortname="fn_areceber.id", grid_param=OPEN):
        assert not found.keys() & {row["id"] for row in some}
        found |= {row["id"]: row["valor_aberto"] for row in some}
        last = some[-1]["id"]
    expected = {bill: cents for each in truth(still)["clients"].values() for bill, (_, cents, _) in each["bills"].items()}

    assert {bill: round(float(amount) * 100) for bill, amount in found.items()} == expected


def test_the_token_may_come_from_the_caller() -> None:
    app = application(Simulator(Size(1), 1, TODAY), lambda: NOW, user="9", token="f" * 64)
    with in_thread(app) as url:
        answer = httpx.post(f"{url}/webservice/v1/uf", headers={**LIST, "Authorization": basic("9:" + "f" * 64)})

    assert answer.json()["page"] == "1"


# --- faults


@pytest.mark.parametrize(
    ("kind", "status", "part"),
    [
        ("html", 200, "Ocorreu um erro ao processar"),
        ("status500", 500, "500"),
        ("permission", 200, "Você não tem permissão listar dados do recurso cliente"),
        ("ip", 200, "Seu IP não está liberado"),
    ],
)
def test_an_ordered_error_comes_as_often_as_ordered(erp: httpx.Client, kind: str, status: int, part: str) -> None:
    fail(erp, kind, count=1)

    first, second = page(erp, "cliente"), page(erp, "cliente")

    assert first.status_code == status
    assert part in first.text
    assert second.json()["registros"]
    assert (stats(erp)[f"fault_{kind}"], stats(erp)["pages"]) == (1, 1)


def test_a_cut_body_ends_in_the_middle(erp: httpx.Client) -> None:
    fail(erp, "cut", count=1)

    answer = page(erp, "cliente")

    assert answer.status_code == 200
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(answer.content)


def test_a_dropped_connection_gives_no_answer_and_the_next_one_works(erp: httpx.Client) -> None:
    fail(erp, "drop", count=1)

    with pytest.raises(httpx.RemoteProtocolError):
        page(erp, "cliente")

    assert page(erp, "cliente").json()["registros"]


def test_a_slow_answer_is_late_and_right(erp: httpx.Client) -> None:
    fail(erp, "slow", count=1, seconds=0.3)
    start = time.monotonic()

    assert page(erp, "cliente").json()["registros"]
    assert time.monotonic() - start >= 0.3


def test_a_slow_answer_outlasts_an_impatient_reader(erp: httpx.Client) -> None:
    fail(erp, "slow", count=1, seconds=1)

    with pytest.raises(httpx.ReadTimeout):
        erp.post("/webservice/v1/cliente", json={}, headers=LIST, timeout=0.1)


def test_a_shift_makes_page_numbers_skip_a_row_but_not_a_keyset(erp: httpx.Client) -> None:
    bills = [row["id"] for row in rows(erp, "fn_areceber", grid_param=OPEN)]
    first = [row["id"] for row in rows(erp, "fn_areceber", grid_param=OPEN, rp="10")]
    fail(erp, "shift", table="fn_areceber")

    by_number = [row["id"] for row in rows(erp, "fn_areceber", grid_param=OPEN, rp="10", page="2")]
    by_keyset = [row["id"] for row in rows(erp, "fn_areceber", grid_param=OPEN, rp="10", query=first[-1])]

    assert first + by_number == bills[:10] + bills[11:21]
    assert first + by_keyset == bills[:20]


def test_a_fault_may_wait_for_a_later_page_of_one_table_until_it_is_cleared(erp: httpx.Client) -> None:
    fail(erp, "status500", table="cliente", from_page=3)

    asked = ("cliente", "uf", "cliente", "uf", "cliente", "cliente")
    assert [page(erp, table).status_code for table in asked] == [200, 200, 200, 200, 500, 500]
    fail(erp, "clear")
    assert page(erp, "cliente").status_code == 200


def test_a_share_of_the_requests_fails(erp: httpx.Client) -> None:
    fail(erp, "status500", share=0.5)

    assert {page(erp, "uf").status_code for _ in range(30)} == {200, 500}


# --- commands


def test_a_paid_bill_leaves_the_open_ones_and_is_still_there_to_be_read(erp: httpx.Client) -> None:
    before = truth(erp)
    paid = erp.post("/_sim/pay").json()["id"]

    [row] = rows(erp, "fn_areceber", oper="=", query=paid)
    cents = next(each["bills"][paid][1] for each in before["clients"].values() if paid in each["bills"])

    assert (row["status"], row["valor_aberto"], row["ultima_atualizacao"]) == ("R", "0.00", "2026-11-23 10:30:00")
    assert rows(erp, "fn_areceber", oper="=", query=paid, grid_param=OPEN) == []
    assert before["totals"]["open_cents"] - truth(erp)["totals"]["open_cents"] == cents
    assert erp.post("/_sim/pay", json={"bill": paid}).status_code == 409


def test_changes_come_on_command_and_are_named(erp: httpx.Client) -> None:
    answer = erp.post("/_sim/change", json={"count": 40}).json()
    trusted = erp.post("/_sim/change", json={"count": 1, "kind": "trust_on"}).json()["changes"]

    assert sum(answer["counts"].values()) == len(answer["changes"]) == 40
    [row] = rows(erp, "cliente_contrato", oper="=", query=trusted[0]["id"])
    assert (row["status_internet"], row["desbloqueio_confianca_ativo"]) == ("A", "S")


def test_a_deleted_bill_is_really_gone(erp: httpx.Client) -> None:
    [change] = erp.post("/_sim/change", json={"kind": "delete"}).json()["changes"]

    assert page(erp, "fn_areceber", oper="=", query=change["id"]).json() == {"page": "1", "total": 0}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("fail", {"kind": "fire"}),
        ("fail", {"kind": "html", "share": 2}),
        ("change", {"count": 0}),
        ("change", {"kind": "x"}),
    ],
)
def test_a_wrong_command_is_refused_with_a_reason(still: httpx.Client, path: str, body: dict[str, object]) -> None:
    answer = still.post(f"/_sim/{path}", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_the_truth_is_judged_on_the_day_asked_for(still: httpx.Client) -> None:
    today, later = truth(still)["debt"], truth(still, today="2027-06-01", min_days=0)["debt"]

    assert (today["today"], today["min_days"]) == ("2026-11-23", 7)
    assert later["bills"] == truth(still)["totals"]["open_bills"] > today["bills"] > 0
    assert later["pre_collection"] == {"cents": 0, "debtors": 0}


def test_it_changes_by_itself_until_paused() -> None:
    with served(rate=200) as erp:
        deadline = time.monotonic() + 60
        while stats(erp).get("change_pay", 0) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        erp.post("/_sim/pause")
        counts = stats(erp)
        time.sleep(0.3)

        assert counts["change_pay"] >= 3
        assert stats(erp) == counts
        assert erp.get("/_sim/health").json()["paused"] is True
        erp.post("/_sim/resume")
        deadline = time.monotonic() + 60
        while stats(erp) == counts and time.monotonic() < deadline:
            time.sleep(0.05)
        assert stats(erp) != counts


def test_requests_at_the_same_time_are_noticed(erp: httpx.Client) -> None:
    fail(erp, "slow", count=1, seconds=5)
    with pytest.raises(httpx.ReadTimeout):
        erp.post("/webservice/v1/uf", json={}, headers=LIST, timeout=0.1)
    page(erp, "uf")

    assert stats(erp)["most_in_flight"] == 2


# --- the process


def test_the_command_line_says_where_it_listens_and_serves_the_token_from_the_environment() -> None:
    command = [
        sys.executable,
        "-m",
        "deploy.simulators.ixc.server",
        "--port",
        "0",
        "--clients",
        "5",
        "--today",
        "2026-11-23",
    ]
    environment = os.environ | {"IXC_SIM_TOKEN": "ab" * 32}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            url = next(word for word in line.split() if word.startswith("http://127.0.0.1:"))
            health = httpx.get(f"{url}/_sim/health").json()
            listed = httpx.post(
                f"{url}/webservice/v1/cliente", headers={**LIST, "Authorization": basic("1:" + "ab" * 32)}, json={}
            )
        finally:
            process.terminate()

    assert health["rows"]["cliente"] == 5
    assert health["now"].startswith("2026-11-23T")
    assert len(json.loads(listed.text)["registros"]) == 5


def test_the_clock_keeps_the_hour_and_moves_the_day() -> None:
    wall = datetime(2026, 3, 1, 1, 30, tzinfo=UTC)

    clock = clock_at(TODAY, "America/Maceio", lambda: wall)

    assert clock() == datetime(2026, 11, 23, 22, 30, tzinfo=ZoneInfo("America/Maceio"))
    assert clock_at(None, "America/Maceio", lambda: wall)() == wall

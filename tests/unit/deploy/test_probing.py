"""What `collector instance test` says of rows and failures, and that it names no person."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.probing import NO, UNKNOWN, YES, Finding, advice, first_problem, judged
from producers.erp.wire_failures import ElsewhereError, NoAnswerError
from schemas.erp import ERPS
from schemas.erp.altarede_options import EXAMPLE
from schemas.erp.declaration import NotUnderstoodError, Row, Table
from schemas.errors import PipelineError, RetryLater, StopWorker
from schemas.instances import Instance
from tests.contract.test_mutated_rows import good_rows
from tests.strategies import instance

WEB = {"url": "https://erp.example/", "token": "-"}
CONNECTIONS: dict[str, dict[str, Any]] = {
    "ixc": WEB,
    "rbx": WEB,
    "altarede-export": {"folder": "exports"},
    "altarede-webhooks": WEB,
}
GOOD = [(erp.name, table, row) for erp in ERPS.values() for table, row in good_rows(erp)]
READABLE = [(erp, table, {**row, "date_form": "ymd"}) for erp, table, row in GOOD]
"""What a sweep has found out about dates before it is read."""


def of(kind: str, **options: Any) -> Instance:  # noqa: ANN401 - of any connection
    return instance(erp={"kind": kind, **CONNECTIONS[kind], **options})


def table_of(kind: str, name: str) -> Table:
    return next(table for table in ERPS[kind].tables if table.name == name)


def problem(kind: str, table: Table, *rows: Row) -> str:
    return first_problem(of(kind), table, rows, lambda bare: bare[:2])


# --- rows


@pytest.mark.parametrize(("kind", "table", "row"), READABLE, ids=lambda value: getattr(value, "name", ""))
def test_a_good_row_has_no_problem(kind: str, table: Table, row: Row) -> None:
    assert problem(kind, table, row) == ""


@given(st.data(), st.text(max_size=30))
def test_no_content_of_a_row_is_told(data: st.DataObject, further: str) -> None:
    """Whatever a column holds that it should not, such as a name where a date belongs."""
    kind, table, row = data.draw(st.sampled_from(READABLE))
    columns = [column for column in (*table.columns, *table.document) if column in row and column != table.key]
    spoiled = dict.fromkeys(data.draw(st.sets(st.sampled_from(columns), min_size=1)), f"ZQX{further}")

    assert "ZQX" not in problem(kind, table, {**row, **spoiled})


def test_the_first_bad_row_is_named_by_its_id_and_column() -> None:
    table = table_of("ixc", "fn_areceber")
    rows = [row for _, each, row in READABLE if each is table]
    bad = [{**rows[0], "id": code, "valor_aberto": "MARIA"} for code in ("77", "78")]
    found = problem("ixc", table, *rows, *bad)

    assert found.startswith("row 77: bill.valor_aberto: ")


@pytest.mark.parametrize("code", ["", "MARIA DE TESTE", "a:b", "9" * 65, None])
def test_an_id_that_cannot_be_one_is_not_shown(code: str | None) -> None:
    """Columns may be mixed up: then a name may stand there."""
    (row,) = [row for _, table, row in READABLE if table.name == "cliente"][:1]
    short = {column: value for column, value in row.items() if column != "ativo"}

    assert problem("ixc", table_of("ixc", "cliente"), row, {**short, "id": code}) == "row ?: cliente has no column ativo"


def test_a_row_that_is_not_swept_may_be_as_it_likes() -> None:
    (row,) = [row for _, table, row in READABLE if table.name == "fn_areceber"][:1]

    assert problem("ixc", table_of("ixc", "fn_areceber"), {**row, "status": "R", "data_vencimento": "nunca"}) == ""


def test_a_column_that_is_not_there_is_named() -> None:
    (row,) = [row for _, table, row in READABLE if table.name == "ConsultaClientes"][:1]
    short = {column: value for column, value in row.items() if column != "Situacao"}

    table = table_of("rbx", "ConsultaClientes")

    assert problem("rbx", table, row, short) == f"row {row['Codigo']}: ConsultaClientes has no column Situacao"
    assert problem("rbx", table, short, short).startswith(
        "no row of ConsultaClientes has the column Situacao, on which debts"
    )
    assert problem("rbx", table, {column: value for column, value in row.items() if column != "Bairro"}) == ""


def test_a_column_that_says_nothing_in_any_row_is_the_first_problem() -> None:
    table = table_of("ixc", "fn_areceber")
    (row,) = [row for erp, one, row in READABLE if (erp, one) == ("ixc", table)][:1]
    rows = [{**row, "id": str(code)} for code in range(1, 11)]
    problems = [
        first_problem(of("ixc"), table, [{**one, column: None} for one in rows], lambda bare: bare)
        for column in ("aguardando_confirmacao_pagamento", "liberado")
    ]

    assert first_problem(of("ixc"), table, rows, lambda bare: bare) == ""
    assert "fills the column aguardando_confirmacao_pagamento" in problems[0]
    assert "fills the column liberado" in problems[1]
    odd = [{**one, "liberado": "X"} for one in rows]
    assert "was asked for, by liberado" in first_problem(of("ixc"), table, odd, lambda bare: bare)


# --- failures


def caused(exc: PipelineError, cause: Exception) -> PipelineError:
    exc.__cause__ = cause
    return exc


@pytest.mark.parametrize(
    ("kind", "failure", "verdict"),
    [
        ("ixc", NoAnswerError("no answer from the ERP on cliente: ReadTimeout"), (NO, UNKNOWN)),
        ("ixc", caused(StopWorker("its certificate is not trusted"), httpx.ConnectError("")), (NO, UNKNOWN)),
        ("ixc", StopWorker("IXC answers HTTP 401 on cliente: check the instance's url"), (YES, NO)),
        ("ixc", RetryLater("IXC answers HTTP 500 on cliente"), (YES, UNKNOWN)),
        ("rbx", ElsewhereError("the ERP answers HTTP 301 on ConsultaClientes and sends us to https://x/"), (NO, UNKNOWN)),
        ("altarede-webhooks", ElsewhereError("the ERP answers HTTP 308 on boletos and sends us to /x"), (NO, UNKNOWN)),
        ("altarede-webhooks", StopWorker('boletos answers 401 ("Não autorizado"): check erp.token'), (YES, NO)),
        ("rbx", StopWorker("RBX refuses ConsultaClientes with error 97"), (YES, NO)),
        ("rbx", NotUnderstoodError("ConsultaDocumentosAbertos has rows, but"), (YES, YES)),
        ("altarede-webhooks", NoAnswerError("no answer"), (NO, UNKNOWN)),
        ("altarede-webhooks", StopWorker("consulta_boleto answers 401: check erp.token"), (YES, NO)),
        ("altarede-webhooks", StopWorker("consulta_boleto answers 403: check erp.token"), (YES, NO)),
        ("altarede-webhooks", StopWorker("consulta_boleto answers 404: check erp.url"), (YES, UNKNOWN)),
        ("altarede-webhooks", StopWorker("consulta_boleto answers rows without VALOR: say in erp"), (YES, YES)),
        ("altarede-webhooks", RetryLater("consulta_boleto answers 502"), (YES, UNKNOWN)),
        ("altarede-webhooks", StopWorker("erp.resources has no bill: say which"), (UNKNOWN, UNKNOWN)),
    ],
)
def test_what_a_failure_tells(kind: str, failure: PipelineError, verdict: tuple[str, str]) -> None:
    (table,) = ERPS[kind].of_kind("bill")

    assert judged(of(kind).erp, table, failure) == verdict


@pytest.mark.parametrize("failure", [StopWorker("no Clientes*"), RetryLater("still being written", after=timedelta(1))])
def test_a_folder_is_reached_if_it_is_there(tmp_path: Path, failure: PipelineError) -> None:
    (clients,) = ERPS["altarede-export"].of_kind("client")
    there, nowhere = str(tmp_path), str(tmp_path / "nowhere")
    asked = {"client": EXAMPLE["reference"].model_dump()}

    assert judged(of("altarede-export", folder=there).erp, clients, failure) == (YES, YES)
    assert judged(of("altarede-export", folder=nowhere).erp, clients, failure) == (NO, UNKNOWN)
    assert judged(of("altarede-webhooks", folder=there).erp, clients, failure) == (YES, YES)
    assert judged(of("altarede-webhooks").erp, clients, failure) == (UNKNOWN, UNKNOWN)
    answered = judged(of("altarede-webhooks", folder=nowhere, resources=asked).erp, clients, StopWorker("x answers 401: y"))
    assert answered == (YES, NO)


# --- what to do next


def finding(**columns: str) -> Finding:
    return {"reachable": YES, "authorised": YES, "first_problem": "", **columns}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (finding(), ["every resource answers"]),
        (finding(reachable=NO, authorised=UNKNOWN, first_problem="no answer"), ["nobody answers at https://erp.example/: "]),
        (finding(authorised=NO, first_problem="IXC refuses cidade"), ["in IXC, let the token's user"]),
        (finding(authorised=UNKNOWN, first_problem="HTML; it may pass"), ["what may pass is tried again"]),
        (finding(first_problem="row 7: bill.Valor: no amount"), ["a row that cannot be read"]),
        (finding(first_problem="erp.resources has no bill: say which webhook"), []),
    ],
)
def test_each_sort_of_problem_has_its_next_step(found: Finding, words: list[str]) -> None:
    said = advice(of("ixc"), [finding(), found])

    assert len(said) == len(words)
    assert all(line.startswith(word) for line, word in zip(said, words, strict=True))


@pytest.mark.parametrize("kind", ERPS)
def test_whoever_is_refused_learns_where_to_allow_it(kind: str) -> None:
    assert advice(of(kind), [finding(authorised=NO, first_problem="refused")])

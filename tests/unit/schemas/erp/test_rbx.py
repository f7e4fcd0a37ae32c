"""RBX's `Filtro` is raw SQL: whatever is asked for, nothing but comparisons of our columns with numbers goes out."""

import re
from datetime import date

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.erp.declaration import Request
from schemas.erp.rbx import BILLS, RBX
from schemas.erp.rbx_protocol import V1, compare, page, read, reread, sign
from schemas.errors import RetryLater, StopWorker
from tests.strategies import NASTY

INJECTIONS = ["1 OR 1=1", "1'; DROP TABLE Clientes; --", "1) OR (1=1", "0 UNION SELECT senha", "1\n", "٣", "1e9", "-1"]
SAFE = re.compile(r"\w+ (<=|<|>|=) -?\d+( (AND|OR) \w+ (<=|<|>|=) -?\d+)*")


def predicate(request: Request) -> str:
    body = orjson.loads(sign(request, {"token": "key"}).body)
    return str(body[request.service]["Filtro"])


@given(st.sampled_from(RBX.tables), st.lists(st.one_of(NASTY, st.sampled_from(INJECTIONS)), min_size=1, max_size=5))
def test_no_text_of_an_id_becomes_a_part_of_the_predicate(table: object, ids: list[str]) -> None:
    for request in reread(table, ids):  # type: ignore[arg-type]  # drawn from a tuple of tables
        assert SAFE.fullmatch(predicate(request))


@pytest.mark.parametrize("injected", INJECTIONS)
def test_an_injection_asks_for_nothing(injected: str) -> None:
    assert [predicate(request) for request in reread(BILLS, [injected])] == ["Sequencia < 0"] * 2


@given(st.integers(0, 10**12), st.integers(0, 10**6), st.integers(1, 5_000))
def test_a_range_is_two_comparisons(after: int, width: int, size: int) -> None:
    assert SAFE.fullmatch(predicate(read(BILLS, (), (after, width), size)))


def test_dates_are_written_by_us_and_columns_are_names() -> None:
    assert compare("DataBaixa", ">", date(2026, 1, 5)) == "DataBaixa > '2026-01-05'"
    with pytest.raises(ValueError, match="letters"):
        compare("Codigo) OR (1", "=", 1)


def test_the_key_goes_into_the_body_of_v1_and_into_the_header_of_v2() -> None:
    (first, _) = reread(BILLS, ["7"])
    v1 = sign(first, {"token": "key"})
    assert orjson.loads(v1.body)["ConsultaDocumentosAbertos"]["Autenticacao"] == {"ChaveIntegracao": "key"}
    assert "key" not in str(v1.headers)
    assert RBX.protocol is not None
    assert RBX.protocol.settle is not None
    v2 = sign(RBX.protocol.settle({"CliFor": "1042", "Conta": "1"}), {"token": "key", "token_v2": "other"})
    assert v2.headers["authentication_key"] == "other"
    assert b"key" not in v2.body


ASKED = Request(V1, b"", "ConsultaClientes", (0, 600), 600)


@pytest.mark.parametrize(
    ("status", "body", "action"),
    [
        (200, b'{"status":0,"erro_code":97,"erro_desc":"Erro","result":""}', StopWorker),
        (200, b'{"status":0,"erro_code":"165","result":""}', StopWorker),
        (403, b"", StopWorker),
        (404, b"", StopWorker),
        (500, b"<h1>500</h1>", RetryLater),
        (200, b"<br /><b>Fatal error</b>", RetryLater),
        (200, b'{"status":1,"result":[{"Codigo"', RetryLater),
        (200, b'{"status":1,"result":"x"}', RetryLater),
        (200, b"[]", RetryLater),
        (200, b'{"status":0,"erro_code":42,"erro_desc":"Ocupado","result":""}', RetryLater),
        (200, b'{"status":1,"result":[{"Codigo":"601"}]}', StopWorker),
    ],
)
def test_whatever_comes_back_names_what_to_do(status: int, body: bytes, action: type[Exception]) -> None:
    with pytest.raises(action):
        page(RBX.tables[0], ASKED, status, body)

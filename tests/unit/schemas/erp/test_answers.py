"""An answer with one wrong byte is read all the same, and an error reaches the operator in the ERP's own words."""

from collections.abc import Sequence

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.erp import ERPS
from schemas.erp.answers import json_object
from schemas.erp.declaration import Erp, Request, Row
from schemas.erp.json_text import DOUBTFUL, decoded, read_json
from schemas.erp.own_words import SHOWN, is_failure, quoted, words
from schemas.errors import PipelineError, RetryLater, StopWorker

PAGED = [erp for erp in ERPS.values() if erp.protocol is not None]
ROWS = {
    "ixc": b'{"page":"1","total":"3","registros":[%b]}',
    "rbx": b'{"status":1,"result":[%b]}',
}


def page(erp: Erp, content: bytes, status: int = 200) -> Sequence[Row]:
    assert erp.protocol is not None
    table = erp.of_kind("client")[0]
    return erp.protocol.page(table, Request(table.name, b"", table.name, size=1), status, content).rows


def three(erp: Erp, middle: bytes) -> bytes:
    """A page of three rows; `middle` is the name in the second."""
    key, name = (erp.of_kind("client")[0].key, erp.of_kind("client")[0].words["name"].columns[0])
    row = b'{"%b":"%b","%b":"%b"}'
    whole = ["SÃO JOSÉ".encode(), middle, "SÃO JOSÉ".encode()]
    rows = b",".join(row % (key.encode(), b"%d" % code, name.encode(), text) for code, text in enumerate(whole, 1))
    return ROWS[erp.name] % rows


def names(erp: Erp, content: bytes) -> list[str]:
    return [str(row[erp.of_kind("client")[0].words["name"].columns[0]]) for row in page(erp, content)]


# --- bytes

WRONG_BYTES = [
    ("JOÃO".encode("windows-1252"), "JOÃO"),
    (b"PRA\xc7A DA S\xc9 X", "PRAÇA DA SÉ X"),
    (b"R\x92S\x80", "R\N{RIGHT SINGLE QUOTATION MARK}S\N{EURO SIGN}"),
    (b"\x81", "\x81"),
    (b"FULANA\tDE TESTE", "FULANA\tDE TESTE"),
    (b"FULANA\nDE\x00TESTE", "FULANA\nDE\x00TESTE"),
    (b"CONCEI\xc3", f"CONCEI{DOUBTFUL}"),
    (b"\xe2\x82", DOUBTFUL),
    (rb"\ud83d FULANA", f"{DOUBTFUL} FULANA"),
    (rb"\ud83d\ude00", "😀"),
]


@pytest.mark.parametrize("erp", PAGED, ids=lambda erp: erp.name)
@pytest.mark.parametrize(("written", "read"), WRONG_BYTES)
def test_one_wrong_byte_is_one_doubtful_cell(erp: Erp, written: bytes, read: str) -> None:
    assert names(erp, three(erp, written)) == ["SÃO JOSÉ", read, "SÃO JOSÉ"]


@pytest.mark.parametrize("erp", PAGED, ids=lambda erp: erp.name)
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_is_no_content(erp: Erp, bom: bytes) -> None:
    assert names(erp, bom + three(erp, b"X")) == ["SÃO JOSÉ", "X", "SÃO JOSÉ"]


@pytest.mark.parametrize("erp", PAGED, ids=lambda erp: erp.name)
def test_a_server_that_writes_windows_1252_is_read_whole(erp: Erp) -> None:
    content = three(erp, "CONCEIÇÃ".encode()).decode().encode("windows-1252")

    assert names(erp, content) == ["SÃO JOSÉ", "CONCEIÇÃ", "SÃO JOSÉ"]


def test_nan_is_no_value() -> None:
    assert read_json(b'{"a": NaN, "b": [-Infinity]}') == {"a": None, "b": [None]}


LETTERS = st.text("ABCÃÇÉÊÍÓÔÕÚÀâãçéêíóôõúà &.'-", min_size=1)


@given(st.lists(LETTERS, min_size=1), st.sampled_from(["utf-8", "windows-1252"]))
def test_portuguese_is_read_in_either_encoding(cells: list[str], encoding: str) -> None:
    assert read_json(orjson.dumps(cells).decode().encode(encoding)) == cells


@given(st.binary())
def test_no_bytes_crash_it(content: bytes) -> None:
    assert isinstance(decoded(content), str)
    try:
        orjson.dumps(read_json(content))  # what was read can be published
    except ValueError:
        pass
    except TypeError as exc:
        assert "64-bit" in str(exc)  # noqa: PT017 - a number that no ERP has
    assert len(words(content)) <= SHOWN


# --- words


@pytest.mark.parametrize("erp", PAGED, ids=lambda erp: erp.name)
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"tipo": "erro", "mensagem": "Token inválido"}, "Token inválido"),
        ({"type": "error", "message": "Recurso X não está disponível!"}, "Recurso X não está disponível!"),
        ({"sucesso": False, "msg": "Usuário <b>inativo</b>"}, "Usuário inativo"),
        ({"success": "false", "erro": "Acesso negado"}, "Acesso negado"),
        ({"error": {"code": 1, "message": "Banco fora do ar"}}, "Banco fora do ar"),
        ({"erro": True}, "it does not say why"),
    ],
)
def test_an_error_in_any_words_is_the_operators_to_read(erp: Erp, answer: object, said: str) -> None:
    with pytest.raises(StopWorker) as caught:
        page(erp, orjson.dumps(answer))
    assert str(caught.value) == f"{erp.label.split()[0]} refuses {erp.of_kind('client')[0].name}: {said}"


@pytest.mark.parametrize("erp", PAGED, ids=lambda erp: erp.name)
@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, '{"mensagem":"Token expirado"}', '("Token expirado")'),
        (403, "<h1>403 Forbidden</h1><p>Seu IP 189.10.20.30 não está liberado</p>", "Seu IP 189.10.20.30 não está"),
        (404, "", "answers HTTP 404 on"),
        (500, "<html><style>p{color:red}</style><body>Fatal error</body></html>", '("Fatal error")'),
        (200, '<div style="color:red">Ocorreu um erro ao processar.</div>', '("Ocorreu um erro ao processar.")'),
        (200, "", "answers an empty body on"),
    ],
)
def test_the_words_of_a_refusal_reach_the_operator(erp: Erp, status: int, body: str, said: str) -> None:
    with pytest.raises(PipelineError) as caught:
        page(erp, body.encode(), status)
    assert said in str(caught.value)


def test_rows_that_were_cut_off_are_not_shown() -> None:
    with pytest.raises(RetryLater) as caught:
        json_object("IXC", "cliente", 200, b'{"registros":[{"razao":"MARIA', check="")
    assert "MARIA" not in str(caught.value)


@pytest.mark.parametrize(
    "said",
    ["CPF 111.444.777-35 não encontrado", "11144477735", "CNPJ 11.222.333/0001-81", "(82) 99999-0001", "82999990001"],
)
def test_a_message_does_not_tell_whom_it_is_about(said: str) -> None:
    assert not any(sign.isdigit() for sign in words(said).replace("…", ""))


@pytest.mark.parametrize("said", ["2026-11-01 12:30:00", "Seu IP 189.10.20.30", "erro 165", "v1.2.345"])
def test_what_an_operator_needs_stays(said: str) -> None:
    assert words(said) == said
    assert quoted(said) == f' ("{said}")'


@pytest.mark.parametrize(
    "row", [{}, {"id": "7"}, {"tipo": "C"}, {"tipo": "F", "error": ""}, {"error": None}, {"success": True}]
)
def test_a_row_is_no_failure(row: Row) -> None:
    assert not is_failure(row)

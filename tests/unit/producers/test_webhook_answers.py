"""What the ISP's flows answer is rows, none, or no answer at all; the difference is never guessed."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.erp.webhooks.answers import judge
from producers.erp.webhooks.none_said import names_failure
from schemas.erp.altarede import BILLS, CLIENTS, CONTRACTS, PLANS
from schemas.erp.altarede_options import EXAMPLE, NONE_TEXT, Resource, Use
from schemas.erp.declaration import Row, Table
from schemas.errors import PipelineError, RetryLater, StopWorker

PERSON = (*CLIENTS.columns, *CLIENTS.document)
BILL = {"COD_ARECEBER": "88.031", "COD_CLIENTE": "1.042", "DATA_VENCIMENTO": "2026-01-05", "VALOR_TOTAL": "99.90"}
READ = {"COD_ARECEBER": "88031", "COD_CLIENTE": "1042", "DATA_VENCIMENTO": "2026-01-05", "VALOR": "99.90"}


def told(
    answer: Any,  # noqa: ANN401 - JSON, or a text as bytes
    *,
    table: Table = BILLS,
    use: Use = "bill",
    resource: Resource = EXAMPLE["bill"],
    status: int = 200,
) -> list[Row]:
    content = answer if isinstance(answer, bytes) else orjson.dumps(answer)
    return judge(table, use, resource, NONE_TEXT, status, content)


def unwrapping(*names: str, **fields: str) -> Resource:
    return Resource(path="bills", each="once", unwrap=names, fields={"VALOR": "VALOR_TOTAL", **fields})


# --- rows


@pytest.mark.parametrize("answer", [[BILL], BILL, [BILL, {}]])
def test_an_array_or_one_object_is_rows_under_our_names(answer: Any) -> None:  # noqa: ANN401 - JSON
    assert told(answer) == [READ]


@pytest.mark.parametrize(
    "answer",
    [
        [{"data": [{"resposta": [BILL]}]}],
        {"data": {"resposta": BILL}},
        {"data": [{"resposta": [BILL]}, {"resposta": None}, {}]},
        [BILL],
    ],
)
def test_rows_are_found_below_the_names_that_lead_to_them(answer: Any) -> None:  # noqa: ANN401 - JSON
    assert told(answer, resource=unwrapping("data", "resposta")) == [READ]


def test_what_a_table_does_not_need_is_left_behind() -> None:
    (row,) = told([{**BILL, "NOME": "FULANO", "PIX_TXT": "000201", "STATUS": "VENCIDO"}])

    assert row == {**READ, "STATUS": "VENCIDO"}


def test_values_stay_as_json_had_them_but_codes_are_texts() -> None:
    numbers = {**BILL, "COD_ARECEBER": 88031, "COD_CLIENTE": None, "VALOR_TOTAL": 99.9, "STATUS": None}

    assert told([numbers]) == [{**READ, "COD_CLIENTE": "", "VALOR": 99.9, "STATUS": None}]


def test_a_column_that_the_answer_has_nowhere_may_be_left_empty_by_configuration() -> None:
    resource = unwrapping(COD_CLIENTE="", DATA_VENCIMENTO="vence")
    answer = {"COD_ARECEBER": "1", "vence": "2026-01-05", "VALOR_TOTAL": "1.00"}

    assert told(answer, resource=resource) == [
        {"COD_ARECEBER": "1", "COD_CLIENTE": "", "DATA_VENCIMENTO": "2026-01-05", "VALOR": "1.00"}
    ]


def test_a_login_stands_for_the_contract_number_that_the_answer_lacks() -> None:
    answer = [{"COD_CLIENTE": "1042", "LOGIN": "fulano.teste", "statusIP": "SEMIBLOQUEIO", "CPF": "111.444.777-35"}]
    found = told(answer, table=CONTRACTS, use="contract", resource=EXAMPLE["contract"])

    assert found == [{"CODIGO": "fulano.teste", "COD_CLIENTE": "1042", "statusIP": "SEMIBLOQUEIO"}]


# --- none


@pytest.mark.parametrize("answer", [b"[]", b"\xef\xbb\xbf[]", b" [ ] "])
def test_an_empty_list_is_no_rows(answer: bytes) -> None:
    assert told(answer) == []


BLANK = [
    (b"", "empty"),
    (b" \n", "empty"),
    (b"\xef\xbb\xbf", "empty"),
    (b"null", "null"),
    (b"{}", "{}"),
    (b"[{}]", "[{}]"),
    (b"[{}, {}]", "[{}]"),
]


@pytest.mark.parametrize("use", EXAMPLE)
@pytest.mark.parametrize(("answer", "how"), BLANK)
def test_a_blank_answer_means_none_only_where_that_is_said_of_this_webhook(answer: bytes, how: str, use: Use) -> None:
    """All of them blank closed every bill of a provider: a workflow that broke says the same as one that found nothing."""
    table = {"contract": CONTRACTS, "reference": PLANS}.get(use, BILLS)
    resource = EXAMPLE[use]
    others = {"empty", "null", "{}", "[{}]"} - {how}

    for wrong in (resource, resource.model_copy(update={"none": tuple(others)})):
        with pytest.raises(RetryLater) as caught:
            told(answer, table=table, use=use, resource=wrong)
        assert f'say so in erp.resources.{use}.none: ["{how}"]' in str(caught.value)
    assert told(answer, table=table, use=use, resource=resource.model_copy(update={"none": (how,)})) == []


@pytest.mark.parametrize("answer", [{"planos": None}, {"planos": {}}, {"planos": [{}]}])
def test_what_is_blank_below_a_name_is_blank(answer: Any) -> None:  # noqa: ANN401 - JSON
    with pytest.raises(RetryLater, match=r"erp\.resources\.reference\.none"):
        told(answer, table=PLANS, use="reference", resource=EXAMPLE["reference"])


@pytest.mark.parametrize(
    "answer",
    [
        {"message": "Nenhum boleto encontrado"},
        {"sucesso": True, "mensagem": "Não há boletos em aberto."},
        {"status": "ok", "boletos": [], "mensagem": "Não há boletos em aberto."},
        [{"msg": "NENHUM REGISTRO"}],
    ],
)
def test_an_object_that_only_says_so_is_no_rows(answer: Any) -> None:  # noqa: ANN401 - JSON
    assert told(answer) == []


# --- bytes


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("JOÃO".encode(), "JOÃO"),
        ("JOÃO".encode("windows-1252"), "JOÃO"),
        (b"FULANA\tDE TESTE", "FULANA\tDE TESTE"),
        (b"FULANA \\ud83d", "FULANA \N{REPLACEMENT CHARACTER}"),
    ],
)
def test_one_wrong_byte_is_one_doubtful_cell(name: bytes, read: str) -> None:
    lines = [{**dict.fromkeys(PERSON, ""), "COD_CLIENTE": code, "NOME": "SÃO JOSÉ"} for code in ("1", "2", "3")]
    marked = orjson.dumps([lines[0], {**lines[1], "NOME": "HERE"}, lines[2]]).replace(b"HERE", name)
    found = told(marked, table=CLIENTS, use="client", resource=Resource(path="c", each="once"))

    assert [row["NOME"] for row in found] == ["SÃO JOSÉ", read, "SÃO JOSÉ"]


@pytest.mark.parametrize(
    "answer",
    [
        "Nenhum boleto encontrado",
        "NENHUM REGISTRO",
        "Não há boletos em aberto.",
        "nao existe boleto",
        "Não foram encontrados débitos",
        "Não há mais nenhuma fatura",
        "Não possui débitos",
        "Nenhum boleto encontrado para o CPF informado.",
        "Nenhum cliente encontrado",
        "Sem boletos.",
        '"Nenhum boleto encontrado"',
    ],
)
def test_a_text_that_says_so_is_no_rows(answer: str) -> None:
    assert told(answer.encode()) == []


ERRORS = [
    "Nenhuma resposta do servidor",
    "Nenhuma conexão com o ERP",
    "Não há conexão com o banco de dados",
    "Não encontrado o webhook",
    "Não existe a tabela areceber",
    "Sem registro de licença: acesso negado",
    "Nenhum cliente informado",
    "Nenhum boleto foi enviado",
    "Nenhum contato com o banco",
    "Nenhum boleto: o servidor não respondeu",
    "Sem resultado (timeout)",
]


@pytest.mark.parametrize("said", ERRORS)
def test_an_error_that_begins_like_an_answer_is_an_error(said: str) -> None:
    """A beginning alone lost all bills of a provider: the text must say of what there is none, and name no failure."""
    for answer in (said.encode(), {"mensagem": said}, [{"message": said}], {"success": True, "message": said}):
        with pytest.raises(RetryLater):
            told(answer)


@given(st.sampled_from(ERRORS), st.sampled_from(NONE_TEXT), st.sampled_from(["", " boleto", " registros de"]))
def test_no_beginning_makes_an_error_an_answer(said: str, phrase: str, thing: str) -> None:
    if names_failure(said):
        with pytest.raises(RetryLater):
            told(f"{phrase}{thing} {said}".encode())


def test_a_phrase_of_the_operators_own_is_believed_with_the_words_in_it() -> None:
    """It names no thing, or what may be a failure elsewhere: who wrote it knows. What stands behind it is nobody's word."""
    mine = ("Você está em dia", "Sem resposta para o documento")
    for said in ("voce esta em dia!", "Sem resposta para o documento 1"):
        assert judge(BILLS, "bill", EXAMPLE["bill"], mine, 200, said.encode()) == []
    for said in ("Você está em dia, mas o servidor falhou", "Sem resposta"):
        with pytest.raises(RetryLater):
            judge(BILLS, "bill", EXAMPLE["bill"], mine, 200, said.encode())


@pytest.mark.parametrize(
    "failed",
    [
        *({name: False} for name in ("success", "sucesso", "Success", "ok", "status")),
        *({name: "error"} for name in ("type", "tipo", "status", "STATUS", "error", "erro")),
        {"success": "false"},
        {"status": "falha"},
    ],
)
@pytest.mark.parametrize("said", ["Nenhum boleto encontrado", ""])
def test_an_object_that_says_that_it_failed_is_never_none(failed: dict[str, Any], said: str) -> None:
    told_so = {**failed, "mensagem": said}
    resource = unwrapping("data")
    for answer in (
        told_so,
        [told_so],
        {**told_so, "data": []},
        {"data": [told_so]},
        [{"data": [BILL]}, told_so],
        [BILL, told_so],
    ):
        with pytest.raises(RetryLater):
            told(answer, resource=resource)


def test_rows_beside_a_message_are_not_lost() -> None:
    said = {"mensagem": "Nenhum boleto em atraso", "total": "3", "boletos": [BILL]}

    with pytest.raises(RetryLater, match=r'"Nenhum boleto em atraso"\) beside rows: say in erp\.resources\.bill\.unwrap'):
        told(said)
    assert told(said, resource=unwrapping("boletos")) == [READ]
    with pytest.raises(RetryLater, match="no rows beside an error"):
        told({"mensagem": "Falha ao ler o ERP", "boletos": []}, resource=unwrapping("boletos"))
    assert told({"mensagem": "Nada consta", "boletos": []}, resource=unwrapping("boletos")) == []


def test_an_empty_list_below_a_name_is_no_rows() -> None:
    assert told({"planos": []}, table=PLANS, use="reference", resource=EXAMPLE["reference"]) == []


# --- no answer


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>502 Bad Gateway</html>",
        b"[{" + orjson.dumps(BILL)[1:-5],
        "Não foi possível conectar ao banco de dados".encode(),
        "Sem conexão com o servidor".encode(),
        "Não autorizado".encode(),
        b"Erro",
        b"17",
        b"true",
        b"[1]",
        b'["Nenhum boleto encontrado"]',
        b"[null]",
        b'{"message": "Workflow was started"}',
        b'{"error": "Nenhum boleto encontrado"}',
        b'[{"erro": true, "mensagem": "Nenhum boleto encontrado"}]',
        b'{"STATUS": "error"}',
        b"\xff\xfe",
    ],
)
def test_anything_else_may_pass(answer: bytes) -> None:
    with pytest.raises(RetryLater, match="consulta_boleto answers"):
        told(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("Você está em dia!", '"Você está em dia!": neither JSON nor one of erp.none_text; if it means "no rows", add'),
        ('"Cliente 111.444.777-35 sem pendência"', '"Cliente … sem pendência"'),
        ('{"tipo":"erro","mensagem":"Token inválido"}', '("Token inválido")'),
        ('{"sucesso":false,"msg":"Banco fora do ar"}', '("Banco fora do ar")'),
        ('[{"error":{"message":"The service refused the connection"}}]', '("The service refused the connection")'),
        ("<html><title>502 Bad Gateway</title></html>", '("502 Bad Gateway")'),
    ],
)
def test_the_workflows_own_words_reach_the_operator(answer: str, words: str) -> None:
    with pytest.raises(RetryLater) as caught:
        told(answer.encode())
    assert words in str(caught.value)


@pytest.mark.parametrize("status", [403, 404, 500])
def test_the_words_of_a_refusal_reach_the_operator(status: int) -> None:
    with pytest.raises(PipelineError) as caught:
        told({"code": status, "message": "Webhook desativado"}, status=status)
    assert f'consulta_boleto answers {status} ("Webhook desativado")' in str(caught.value)


@pytest.mark.parametrize("status", [301, 400, 408, 422, 429, 500, 502, 503, 504, 522])
def test_other_statuses_may_pass_whatever_the_answer_is(status: int) -> None:
    with pytest.raises(RetryLater, match=f"consulta_boleto answers {status}"):
        told([BILL], status=status)


@pytest.mark.parametrize(
    ("status", "said"), [(401, "check erp.token"), (403, "address is allowed"), (404, "erp.resources.bill")]
)
def test_a_refusal_stops_and_says_what_to_check(status: int, said: str) -> None:
    with pytest.raises(StopWorker, match=f"consulta_boleto answers {status}: check .*") as caught:
        told([BILL], status=status)
    assert said in str(caught.value)


def test_created_and_no_content_are_answers_too() -> None:
    assert told([BILL], status=201) == [READ]
    silent = EXAMPLE["bill"].model_copy(update={"none": ("empty",)})
    assert told(b"", status=204, resource=silent) == []


@pytest.mark.parametrize("column", ["DATA_VENCIMENTO", "VALOR_TOTAL"])
def test_rows_without_a_column_say_how_to_name_it(column: str) -> None:
    without = {name: value for name, value in BILL.items() if name != column}

    with pytest.raises(StopWorker, match=r"answers rows without .*: say in erp\.resources\.bill\.fields"):
        told([without, without])


def test_rows_of_which_one_lacks_a_column_are_judged_one_by_one_later() -> None:
    assert len(told([BILL, {"COD_ARECEBER": "1"}])) == 2


def test_several_rows_without_their_id_are_named_otherwise() -> None:
    with pytest.raises(StopWorker, match="without COD_ARECEBER"):
        told([{"codigo": "1"}, {"codigo": "2"}])


def test_a_code_that_became_a_number_with_decimals_is_refused() -> None:
    with pytest.raises(StopWorker, match="answers COD_ARECEBER as a number with decimals"):
        told([{**BILL, "COD_ARECEBER": 88.031}])


def test_what_is_told_of_paid_bills_must_show_that_they_are_paid() -> None:
    with pytest.raises(StopWorker, match="paid bills would look open"):
        told([BILL], use="paid")
    assert told([{**BILL, "DATA_PAGAMENTO": "2026-01-04"}], use="paid") == [{**READ, "DATA_PAGAMENTO": "2026-01-04"}]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*BILL, *READ, "data"]), inner, max_size=6),
)


@given(VALUES | st.binary(max_size=20), st.sampled_from([(), ("data",), ("data", "data")]))
def test_no_answer_crashes_the_poller(answer: Any, names: tuple[str, ...]) -> None:  # noqa: ANN401 - JSON
    try:
        found = told(answer, resource=unwrapping(*names))
    except PipelineError as exc:
        assert "answers" in str(exc)  # noqa: PT017 - any kind of answer is given here
        return
    assert all(isinstance(row, dict) and set(row) <= {*BILLS.columns} for row in found)


@given(st.integers(0, 10**4))
def test_a_cut_answer_is_never_rows(where: int) -> None:
    whole = orjson.dumps([BILL, BILL])
    cut = whole[: 1 + where % (len(whole) - 1)]

    with pytest.raises(RetryLater):
        told(cut)


def test_clients_bring_their_documents() -> None:
    row = dict.fromkeys((*CLIENTS.columns, "CPF", "CNPJ"), "x")
    resource = Resource(path="clients", each="once")

    assert told([{**row, "COD_CLIENTE": "1.042"}], table=CLIENTS, use="client", resource=resource)[0]["CPF"] == "x"

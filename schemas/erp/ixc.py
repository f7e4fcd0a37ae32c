"""IXC Soft: connection, tables, words and list protocol (`schemas/erp/IXC.md`)."""

import base64
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

import orjson

from schemas.erp.answers import check_words, json_object
from schemas.erp.codes import Codes
from schemas.erp.conditions import ORDER, Where
from schemas.erp.days import due_day
from schemas.erp.declaration import POINT, Col, Cursor, Erp, Mark, Page, Protocol, Request, Signed, Table
from schemas.erp.money import cents
from schemas.erp.numbers import reference
from schemas.erp.options import Seconds, Web
from schemas.erp.phones import phone_problems, phones
from schemas.erp.row_codes import with_codes
from schemas.erp.values import first_of, not_no, perhaps, something, text, unmapped, yes
from schemas.errors import RetryLater
from schemas.rows import Kind


class Ixc(Web):
    """`token`: user id:token, sealed. `recent`: seconds between two looks at what changed lately, beside sweeps."""

    kind: Literal["ixc"] = "ixc"
    recent: dict[Kind, Seconds] = {"contract": 60, "bill": 60}


# Without `ixcsoft: listar` a POST creates or executes: a read would become a write. `sign`, which alone gives a request
# its authorization, gives it these headers too: a request without them cannot be made here, and nothing else makes requests.
LISTING = {"ixcsoft": "listar", "content-type": "application/json", "ixc-type-response": "application/json"}

STATUS = Codes(
    {
        "A": ("active", "Ativo"),
        "P": ("draft", "Pré-contrato"),
        "I": ("inactive", "Inativo"),
        "N": ("negative", "Negativado"),
        "D": ("withdrawn", "Desistiu"),
    }
)
ACCESS = Codes(
    {
        "A": ("active", "Ativo"),
        "D": ("disabled", "Desativado"),
        "CM": ("blocked_manual", "Bloqueio Manual"),
        "CA": ("blocked_auto", "Bloqueio Automático"),
        "FA": ("notice", "Financeiro em atraso"),
        "AA": ("awaiting_signature", "Aguardando Assinatura"),
    }
)
SPEED = Codes({"N": ("normal", "Normal"), "R": ("reduced", "Reduzida")})
BILL = Codes(
    {
        "A": ("open", "A receber"),
        "P": ("partial", "Parcial"),
        "R": ("paid", "Recebido"),
        "C": ("cancelled", "Cancelado"),
    }
)
ENDED = frozenset({"inactive", "withdrawn", "negative"})


def suspended(flag: str, status: str) -> bool:
    """The flag of a contract that has ended counts for nothing."""
    return perhaps(flag) and STATUS(status) not in ENDED


EVERY_ROW = (Where("id", ">", "0"),)
ACTIVE = Where("status", "=", STATUS.code_of("active"))
OPEN = tuple(BILL.code_of(word) for word in ("open", "partial"))
CHANGED = "ultima_atualizacao"
STATE = "uf_sigla"
"""Column that the poller adds to a client's row: the two letters of its `uf`, which is an id of the server's own."""
PHONES = ("telefone_celular", "whatsapp", "fone", "telefone_comercial")
CLIENTS = Table(
    name="cliente",
    kind="client",
    owner="id",  # inactive clients too: they may still owe
    document=("cnpj_cpf",),
    changed=CHANGED,
    marks=(Mark(STATE, "uf", "id", "sigla", by="uf", otherwise=""),),
    decorative=frozenset({"fantasia", "whatsapp", "fone", "telefone_comercial", "bairro", "cidade", "id_tipo_cliente"}),
    filled=frozenset({"ativo", "participa_cobranca"}),
    queries=(EVERY_ROW,),
    words={
        "name": Col(("razao", "fantasia"), lambda *names: text(first_of(*names))),
        "active": Col(("ativo",), yes),
        "person": Col(("person",), text),
        "document": Col(("document",), text),
        "document_problem": Col(("document_problem",), text),
        "company": Col(("document_of",), lambda of: of == "company"),
        "phones": Col(PHONES, phones, with_event=True),
        "phone_problems": Col(PHONES, phone_problems, with_event=True),
        "bairro": Col(("bairro",), text),
        "city": Col(("cidade",), reference),
        "uf": Col((STATE, "uf"), reference),
        "client_type": Col(("id_tipo_cliente",), reference),
        "branch": Col(("filial_id",), reference),
        "collect": Col(("participa_cobranca",), not_no),
        "unmapped": Col(("ativo", "participa_cobranca"), unmapped("active", "collect", also=("P",))),
    },
)
CONTRACTS = Table(
    name="cliente_contrato",
    kind="contract",
    owner="id_cliente",
    changed=CHANGED,
    decorative=frozenset({"contrato"}),
    filled=frozenset(
        {"status", "status_internet", "status_velocidade", "desbloqueio_confianca_ativo", "contrato_suspenso"},
    ),
    # Trust unlock and reduced speed hide behind status_internet = A: each needs its own question (`IXC.md`, "Contracts").
    queries=(
        (ACTIVE, Where("status_internet", "!=", ACCESS.code_of("active"))),
        (Where("desbloqueio_confianca_ativo", "=", "S"),),
        (Where("status_velocidade", "=", SPEED.code_of("reduced")),),
        (Where("contrato_suspenso", "=", "S"),),
    ),
    words={
        "plan": Col(("contrato",), text),
        "status": Col(("status",), STATUS),
        "status_raw": Col(("status",), text),
        "access": Col(("status_internet",), ACCESS),
        "access_raw": Col(("status_internet",), text),
        "trust_unlock": Col(("desbloqueio_confianca_ativo",), yes),
        "voluntary_suspension": Col(("contrato_suspenso", "status"), suspended),
        "speed": Col(("status_velocidade",), SPEED),
        "speed_raw": Col(("status_velocidade",), text),
        "unmapped": Col(
            ("desbloqueio_confianca_ativo", "contrato_suspenso"), unmapped("trust_unlock", "voluntary_suspension")
        ),
    },
)
BILLS = Table(
    name="fn_areceber",
    kind="bill",
    owner="id_cliente",
    changed=CHANGED,
    amounts=("valor_aberto",),
    days=("data_vencimento",),
    filled=frozenset({"status", "liberado", "data_vencimento", "valor_aberto", "aguardando_confirmacao_pagamento"}),
    withdrawn=(
        Where("liberado", "=", "N"),
        *(Where("status", "!=", BILL.code_of(word)) for word in ("paid", "cancelled")),
    ),
    # One question each: what a server makes of a list of them is not certain (`IXC.md`, "Lists").
    queries=tuple((Where("liberado", "=", "S"), Where("status", "=", code)) for code in OPEN),
    words={
        "contract": Col(("id_contrato", "id_contrato_avulso", "id_contrato_principal"), reference),
        "due_on": Col(("data_vencimento", ORDER), due_day, with_event=True),
        "open_cents": Col(("valor_aberto", POINT), cents),
        "status": Col(("status",), BILL),
        "status_raw": Col(("status",), text),
        "awaiting_confirmation": Col(("aguardando_confirmacao_pagamento",), perhaps),
        "unmapped": Col(("aguardando_confirmacao_pagamento",), unmapped("awaiting_confirmation")),
        "renegotiated": Col(("id_renegociacao",), something),
        "agreement": Col(("id_renegociacao",), reference),
        "instalment_of": Col(("id_renegociacao_novo",), reference),
    },
)


def _reference(name: str, *columns: str) -> Table:
    return Table(name=name, kind="reference", owner="", queries=(EVERY_ROW,), extra=columns, decorative=frozenset(columns))


TABLES = (
    CLIENTS,
    CONTRACTS,
    BILLS,
    _reference("tipo_cliente", "tipo_cliente"),
    _reference("cidade", "nome", "uf"),
    _reference("uf", "nome", "sigla"),
    _reference("filial", "razao", "fantasia"),
)

WHOLE_LIST = 10_000
"""Rows of a small table that is asked for at once: there are 27 states, and those of other countries."""
OPERATORS = {"=": "=", "!=": "!=", ">": ">", ">=": ">=", "in": "IN"}
LONGEST_NUMBER = 18


def _list(table: str, conditions: Sequence[Where], cursor: Cursor, size: int) -> Request:
    filters = [{"TB": f"{table}.{w.column}", "OP": OPERATORS[w.operator], "P": w.value} for w in conditions]
    first = filters[0]
    body: dict[str, Any] = {
        "qtype": first["TB"],
        "query": first["P"],
        "oper": first["OP"],
        "page": "1",
        "rp": str(size),
        "sortname": f"{table}.id",
        "sortorder": "asc",
        "grid_param": orjson.dumps(filters[1:]).decode(),
    }
    return Request(table, orjson.dumps(body), table, cursor, size)


def _after(cursor: Cursor) -> Where:
    return Where("id", ">", str(cursor[0] if cursor else 0))


def read(table: Table, query: tuple[Where, ...], cursor: Cursor, size: int) -> Request:
    """The page of at most `size` rows whose id is greater than the cursor's: rows that shift between pages cannot hide."""
    return _list(table.name, (_after(cursor), *query), cursor, size)


def reread(table: Table, owners: Mapping[str, str]) -> Sequence[Request]:
    """These rows by their ids, whatever their state is now. One id is asked for with "=", which every version knows."""
    ids = list(owners)
    condition = Where("id", "=", ids[0]) if len(ids) == 1 else Where("id", "in", ",".join(ids))
    return (_list(table.name, (condition,), (), len(ids)),)


def unranged(table: Table) -> Sequence[Request]:
    """The queries that "=" alone asks, as every version knows it."""
    alone = [query for query in table.queries if all(where.operator == "=" for where in query)]
    return tuple(_list(table.name, query, (), 1) for query in alone)


def mark(_: Table, wanted: Mark) -> Request:
    """All rows of the small table that tells what an id means."""
    return _list(wanted.service, EVERY_ROW, (), WHOLE_LIST)


def recent(table: Table, since: str, form: str, cursor: Cursor, size: int) -> Request:
    """The page of rows changed since the ISO date `since`, written as the documentation says or as ISO (`IXC.md`)."""
    year, month, day_ = since.split("-")
    written = f"{day_}/{month}/{year}" if form == "dmy" else since
    return _list(table.name, (_after(cursor), Where(table.changed, ">=", written)), cursor, size)


def page(table: Table, request: Request, status: int, content: bytes) -> Page:
    """An answer is good if it is 2xx, a JSON object, not of type error, and read to its end (`IXC.md`, "Errors")."""
    body = json_object("IXC", request.service, status, content, check="the instance's url, token and permissions")
    if "registros" not in body:
        check_words("IXC", request.service, body)
    rows = body.get("registros") or []
    total = _number(body.get("total"))
    if not isinstance(rows, list) or total < len(rows) or (not rows and total > 0):
        raise RetryLater(f"IXC answers an incomplete page on {request.service}")
    if all(isinstance(row, dict) for row in rows):
        rows = with_codes("IXC", table, rows)
    ids = [_number(row.get("id")) if isinstance(row, dict) else -1 for row in rows]
    if ids and (ids[0] < 0 or any(later <= earlier for earlier, later in pairwise(ids))):
        raise RetryLater(f"IXC answers rows of {request.service} that are not in the order of their ids")
    if ids and request.cursor and ids[0] <= request.cursor[0]:
        raise RetryLater(f"the pages of {request.service} do not advance beyond id {request.cursor[0]}")
    is_more = total > len(rows) or 0 < request.size <= len(rows)  # a total may be the page's own count
    return Page(rows, (ids[-1],) if ids and is_more else None, total)


def _number(value: object) -> int:
    """A whole number, as JSON or as text; -1 for anything else."""
    digits = str(value)
    return int(digits) if digits.isdecimal() and len(digits) <= LONGEST_NUMBER else -1


def sign(request: Request, secrets: Mapping[str, str]) -> Signed:
    """Basic authorization from `user id:token`, and what makes the request a reading one."""
    login = "Basic " + base64.b64encode(secrets["token"].encode()).decode()
    return Signed(request.path, {**LISTING, "authorization": login}, request.body)


PROTOCOL = Protocol(
    read, reread, page, sign, mark=mark, unranged=unranged, recent=recent, recent_forms=("dmy", "iso"), lists=True
)
IXC = Erp("ixc", "IXC Soft", TABLES, PROTOCOL)

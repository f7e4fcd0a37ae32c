"""IXC Soft: tables, list protocol and words (`reference/erp.md`, section 1)."""

import base64
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import orjson

from schemas.erp.declaration import Col, Erp, Page, Request, Row, Table, Where
from schemas.erp.values import cents, day, first_of, not_no, one_of, phones, something, text, yes
from schemas.errors import RetryLater, StopWorker

# Without `ixcsoft: listar` a POST creates or executes: a read would become a write. It is part of every request made
# here, and nothing else makes requests.
LISTING = {"ixcsoft": "listar", "content-type": "application/json", "ixc-type-response": "application/json"}

EVERY_ROW = (Where("id", ">", "0"),)
ACTIVE = Where("status", "=", "A")
CLIENTS = Table(
    name="cliente",
    kind="client",
    owner="id",  # inactive clients too: they may still owe
    document="cnpj_cpf",
    queries=(EVERY_ROW,),
    words={
        "name": Col(("razao", "fantasia"), lambda *names: text(first_of(*names))),
        "active": Col(("ativo",), yes),
        "person": Col(("person",), text),
        "document": Col(("document",), text),
        "phones": Col(("telefone_celular", "whatsapp", "fone", "telefone_comercial"), phones, with_event=True),
        "bairro": Col(("bairro",), text),
        "city": Col(("cidade",), first_of),
        "uf": Col(("uf",), first_of),
        "client_type": Col(("id_tipo_cliente",), first_of),
        "branch": Col(("filial_id",), first_of),
        "collect": Col(("participa_cobranca",), not_no),
    },
)
CONTRACTS = Table(
    name="cliente_contrato",
    kind="contract",
    owner="id_cliente",
    # Trust unlock and reduced speed hide behind status_internet = A: each needs its own question (erp.md, 1.6).
    queries=(
        (ACTIVE, Where("status_internet", "!=", "A")),
        (Where("desbloqueio_confianca_ativo", "=", "S"),),
        (Where("status_velocidade", "=", "R"),),
        (Where("contrato_suspenso", "=", "S"),),
    ),
    words={
        "plan": Col(("contrato",), text),
        "status": Col(("status",), one_of(P="draft", A="active", I="inactive", N="negative", D="withdrawn")),
        "status_raw": Col(("status",), text),
        "access": Col(
            ("status_internet",),
            one_of(A="active", D="disabled", CM="blocked_manual", CA="blocked_auto", FA="notice", AA="awaiting_signature"),
        ),
        "access_raw": Col(("status_internet",), text),
        "trust_unlock": Col(("desbloqueio_confianca_ativo",), yes),
        "voluntary_suspension": Col(("contrato_suspenso",), yes),
        "speed": Col(("status_velocidade",), one_of(N="normal", R="reduced")),
    },
)
BILLS = Table(
    name="fn_areceber",
    kind="bill",
    owner="id_cliente",
    queries=((Where("liberado", "=", "S"), Where("status", "in", "A,P")),),
    words={
        "contract": Col(("id_contrato", "id_contrato_avulso", "id_contrato_principal"), first_of),
        "due_on": Col(("data_vencimento",), day),
        "open_cents": Col(("valor_aberto",), cents),
        "status": Col(("status",), one_of(A="open", P="partial", R="paid", C="cancelled")),
        "status_raw": Col(("status",), text),
        "awaiting_confirmation": Col(("aguardando_confirmacao_pagamento",), yes),
        "renegotiated": Col(("id_renegociacao", "id_renegociacao_novo"), something),
    },
)


def _reference(name: str, *columns: str) -> Table:
    return Table(name=name, kind="reference", owner="", queries=(EVERY_ROW,), extra=columns)


TABLES = (
    CLIENTS,
    CONTRACTS,
    BILLS,
    _reference("tipo_cliente", "tipo_cliente"),
    _reference("cidade", "nome", "uf"),
    _reference("uf", "nome", "sigla"),
    _reference("filial", "razao", "fantasia"),
)

OPERATORS = {"=": "=", "!=": "!=", ">": ">", "in": "IN"}
LONGEST_NUMBER = 18


def _list(table: Table, conditions: Sequence[Where], size: int) -> Request:
    filters = [{"TB": f"{table.name}.{w.column}", "OP": OPERATORS[w.operator], "P": w.value} for w in conditions]
    first = filters[0]
    body: dict[str, Any] = {
        "qtype": first["TB"],
        "query": first["P"],
        "oper": first["OP"],
        "page": "1",
        "rp": str(size),
        "sortname": f"{table.name}.id",
        "sortorder": "asc",
        "grid_param": orjson.dumps(filters[1:]).decode(),
    }
    return Request(table.name, LISTING, orjson.dumps(body))


def read(table: Table, query: tuple[Where, ...], after: int, size: int) -> Request:
    """The page of at most `size` rows whose id is greater than `after`: rows that shift between pages cannot be missed."""
    return _list(table, (Where("id", ">", str(after)), *query), size)


def reread(table: Table, ids: Sequence[str]) -> Request:
    """These rows by their ids, whatever their state is now. One id is asked for with "=", which every version knows."""
    condition = Where("id", "=", ids[0]) if len(ids) == 1 else Where("id", "in", ",".join(ids))
    return _list(table, (condition,), len(ids))


def page(table: Table, status: int, content: bytes) -> Page:
    """An answer is good if it is 2xx, a JSON object, not of type error, and read to its end (erp.md, 1.4)."""
    if status in (400, 401, 403, 404):
        raise StopWorker(f"IXC answers HTTP {status} on {table.name}: check the instance's url, token and permissions")
    if not 200 <= status < 300:  # noqa: PLR2004 - HTTP success
        raise RetryLater(f"IXC answers HTTP {status} on {table.name}")
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise RetryLater(f"IXC answers HTML or a cut body on {table.name}") from None
    if not isinstance(body, dict):
        raise RetryLater(f"IXC answers no JSON object on {table.name}")
    if body.get("type") == "error":
        raise StopWorker(f"IXC refuses {table.name}: {str(body.get('message', ''))[:200]}")
    rows = body.get("registros") or []
    total = _number(body.get("total"))
    if not isinstance(rows, list) or total < len(rows) or (not rows and total > 0):
        raise RetryLater(f"IXC answers an incomplete page on {table.name}")
    ids = [_number(row.get("id")) if isinstance(row, dict) else -1 for row in rows]
    if ids and (ids[0] < 0 or any(later <= earlier for earlier, later in pairwise(ids))):
        raise RetryLater(f"IXC answers rows of {table.name} that are not in the order of their ids")
    return Page(rows=[_texts(row) for row in rows], last=total == len(rows), after=ids[-1] if ids else 0)


def _number(value: object) -> int:
    """A whole number, as JSON or as text; -1 for anything else."""
    digits = str(value)
    return int(digits) if digits.isdecimal() and len(digits) <= LONGEST_NUMBER else -1


def _texts(row: dict[str, Any]) -> Row:
    """Every field is documented as text; a version that sends null or a number must not stop the poller."""
    return {name: value if isinstance(value, str) else "" if value is None else str(value) for name, value in row.items()}


def authorization(token: str) -> str:
    """Basic, from `user id:token`."""
    return "Basic " + base64.b64encode(token.encode()).decode()


def owner_of(table: Table, row: Row) -> str:
    """The client's code; a reference row belongs to its table. "" where the ERP left it out."""
    return row.get(table.owner, "") if table.owner else table.name


IXC = Erp("ixc", TABLES, read, reread, page, authorization, owner_of)

"""The ISP's n8n flows: from what was asked to what is answered. Nothing here knows HTTP."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Final, Literal, NamedTuple

from deploy.simulators.altarede import answers, rows
from deploy.simulators.altarede.desk import Desk
from deploy.simulators.ixc.filters import Row, condition
from deploy.simulators.ixc.store import Span

Asked = Mapping[str, str]
Content = list[answers.Answer] | answers.Answer | str | None
"""JSON, a plain text, or nothing at all."""

NO_BILL: Final = "Nenhum boleto encontrado"
PAGE_ROWS: Final = "100"


class BadRequestError(Exception):
    """The flow cannot work with what was asked."""


class Flow(NamedTuple):
    """`first`: table and id of the row that a `shift` takes away; None: its answer does not shift."""

    method: Literal["GET", "POST"]
    answer: Callable[[Desk, Asked, date], Content]
    first: Callable[[Desk, Asked], tuple[str, int] | None] = lambda *_: None


def open_bills(desk: Desk, asked: Asked, today: date) -> Content:
    """An array, or a sentence where there is none."""
    pairs = _pairs(desk, asked, desk.open_bills)
    return [answers.open_bill(desk.provider, client, bill, today) for client, bill in pairs] or NO_BILL


def closed_bills(desk: Desk, asked: Asked, _: date) -> Content:
    """Paid and cancelled ones."""
    pairs = _pairs(desk, asked, desk.bills)
    return [
        answers.closed_bill(desk.provider, client, bill) for client, bill in pairs if bill["status"] in answers.CLOSED
    ] or NO_BILL


def status(desk: Desk, asked: Asked, today: date) -> Content:
    """One row for each active contract of a document, or the one of a login."""
    if login := asked.get("login"):
        found = desk.contract(login)
        pairs = [found] if found else []
    else:
        pairs = list(_pairs(desk, asked, desk.contracts))
    return [answers.status(desk.provider, client, row, late=_late(desk, client, today)) for client, row in pairs]


def contracts(desk: Desk, asked: Asked, _: date) -> Content:
    """An object, an array or nothing, as there are one, several or no contracts."""
    found = [answers.contract(desk.provider, *pair) for pair in _pairs(desk, asked, desk.contracts)]
    return found if len(found) > 1 else next(iter(found), None)


def plans(desk: Desk, _: Asked, __: date) -> Content:
    """All plans."""
    return {"planos": [answers.plan(row) for row in rows.plans(desk.provider)]}


def clients(desk: Desk, asked: Asked, _: date) -> Content:
    """Rows of Clientes, page by page in the order of their codes; with `ativo` only those. Raises BadRequestError.

    Not seen anywhere: without such a flow, nobody can read all clients over webhooks. An ISP that wants that adds one.
    """
    page, size = _positive(asked, "pagina", "1"), _positive(asked, "por_pagina", PAGE_ROWS)
    table = desk.provider["cliente"]
    found = _listed(desk, asked).page((page - 1) * size, size)
    return [{**rows.client(desk.provider, table.full(row_id))} for row_id in found]


def _listed(desk: Desk, asked: Asked) -> Span:
    wanted = (condition("ativo", "=", asked["ativo"]),) if asked.get("ativo") else ()
    return desk.provider["cliente"].select(wanted)


def _pairs(desk: Desk, asked: Asked, of: Callable[[Row], Iterator[Row]]) -> Iterator[tuple[Row, Row]]:
    return ((client, row) for client in desk.clients(asked.get("documento", "")) for row in of(client))


def _late(desk: Desk, client: Row, today: date) -> bool:
    return any(answers.overdue(row, today) for row in desk.open_bills(client))


def _positive(asked: Asked, name: str, default: str) -> int:
    text = asked.get(name, default)
    if not text.isdecimal() or not int(text):
        raise BadRequestError(f"{name} is not a positive number")
    return int(text)


def _first_bill(desk: Desk, asked: Asked) -> tuple[str, int] | None:
    return next((("fn_areceber", int(row["id"])) for _, row in _pairs(desk, asked, desk.open_bills)), None)


def _first_contract(desk: Desk, asked: Asked) -> tuple[str, int] | None:
    return next((("cliente_contrato", int(row["id"])) for _, row in _pairs(desk, asked, desk.contracts)), None)


def _first_client(desk: Desk, asked: Asked) -> tuple[str, int] | None:
    return next((("cliente", row_id) for row_id in _listed(desk, asked).page(0, 1)), None)


FLOWS: Final[Mapping[str, Flow]] = {
    "consulta_boleto": Flow("POST", open_bills, _first_bill),
    "consulta-boletos-pagos": Flow("POST", closed_bills),
    "check_pppoe_status": Flow("POST", status, _first_contract),
    "consultar/cliente/infoscontrato": Flow("GET", contracts, _first_contract),
    "listar-planos-altarede": Flow("GET", plans),
    "listar-clientes": Flow("GET", clients, _first_client),
}

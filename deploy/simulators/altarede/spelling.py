"""A flow's answer as another ISP's workflow writes it. Pure."""

from collections.abc import Mapping
from typing import Final

from deploy.simulators.altarede.answers import Answer
from deploy.simulators.altarede.flows import NO_BILL, Content
from deploy.simulators.cells import spelt

BLANKS: Final[Mapping[str, bytes]] = {
    "consulta_boleto": b"",
    "consulta-boletos-pagos": b"null",
    "check_pppoe_status": b"{}",
    "listar-clientes": b"[{}]",
}
"""By flow: what it answers where it found nothing, with the habit `blank-none`."""
TABLES: Final[Mapping[str, str]] = {
    "consulta_boleto": "boleto",
    "consulta-boletos-pagos": "boleto",
    "listar-clientes": "cliente",
}
"""By flow: what its columns begin with, with the habit `other-columns`."""


def blank(path: str, content: Content, habits: frozenset[str]) -> bytes | None:
    """What is said instead of an empty answer; None where something was found, or where the flow says so in words."""
    if "blank-none" not in habits or content not in ([], NO_BILL):
        return None
    return BLANKS.get(path)


def other(path: str, content: Content, habits: frozenset[str]) -> Content:
    """The rows of an answer with other cells and other columns."""
    match content:
        case list():
            return [_row(path, row, habits) for row in content]
        case dict():
            return _row(path, content, habits)
    return content


def column(path: str, name: str) -> str:
    """How a flow names a column, with the habit `other-columns`."""
    return f"{TABLES[path]}.{name}" if path in TABLES else name


def _row(path: str, row: Answer, habits: frozenset[str]) -> Answer:
    cells: Answer = {**spelt(row, habits)}
    return {column(path, name): value for name, value in cells.items()} if "other-columns" in habits else cells

"""One row as RBX sees it: the provider's own row, its client's, and what one column of RBX needs of many rows."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import Final, Literal, NamedTuple

from deploy.simulators.ixc.filters import Conditions, Row, condition
from deploy.simulators.ixc.store import Provider, Table

DueForm = Literal["ymd", "ydm"]
BLOCKED: Final = (condition("status", "=", "A"), condition("status_internet", "IN", "CA,CM"))
AWAITING: Final = (
    condition("liberado", "=", "S"),
    condition("status", "IN", "A,P"),
    condition("aguardando_confirmacao_pagamento", "=", "S"),
)
NO_ROW: Final[Row] = {}
ISO_LENGTH: Final = 10


class Cells:
    """A row by column, without the cost of making the whole of it. `row` is what differs from a row of blanks."""

    __slots__ = ("_blank", "row")

    def __init__(self, row: Row, blank: Row) -> None:
        self.row = row
        self._blank = blank

    def __getitem__(self, column: str) -> str:
        return self.row[column] if column in self.row else self._blank[column]


class View:
    """A provider during one answer; `today` is the ERP's own day."""

    def __init__(self, provider: Provider, today: date, due_form: DueForm) -> None:
        self.provider = provider
        self.today = today
        self._due_form = due_form

    @cached_property
    def blocked(self) -> Mapping[str, str]:
        """Client code → ISO day since when a contract of it is blocked."""
        table, days = self.provider["cliente_contrato"], dict[str, str]()
        for row_id in _ids(table, BLOCKED):
            contract = Cells(table.rows[row_id], table.blank)
            client, day = contract["id_cliente"], blocked_since(contract)
            days[client] = min(day, days.get(client, day))
        return days

    @cached_property
    def awaiting(self) -> frozenset[str]:
        """Codes of the clients who gave notice of a payment that is not confirmed yet."""
        table = self.provider["fn_areceber"]
        return frozenset(table.rows[row_id].get("id_cliente", "") for row_id in _ids(table, AWAITING))

    def name_of(self, table: str, code: str, column: str) -> str:
        """A word of one of the small tables, "" for a code that it lacks."""
        return self.provider[table].rows.get(number(code), NO_ROW).get(column, "")

    def due(self, iso: str) -> str:
        """A due date as open documents show it; `ydm` as in a sample of the vendor's own documentation."""
        turned = self._due_form == "ydm" and len(iso) == ISO_LENGTH
        return f"{iso[:4]}-{iso[8:]}-{iso[5:7]}" if turned else iso

    def entry(self, table: Table, row_id: int) -> "Entry":
        """The row with its client, blank where there is none."""
        own, clients = Cells(table.rows[row_id], table.blank), self.provider["cliente"]
        if table.name in {"cliente", "tipo_cliente"}:
            return Entry(own, own, self)
        return Entry(own, Cells(clients.rows.get(number(own["id_cliente"]), NO_ROW), clients.blank), self)


class Entry(NamedTuple):
    """What a column is read from."""

    own: Cells
    client: Cells
    view: View


Reader = Callable[[Entry], str]


class Column(NamedTuple):
    """`number`: the database compares it as one. `show`: what an answer writes, where a filter compares something else."""

    read: Reader
    number: bool = False
    show: Reader | None = None


def own(name: str) -> Reader:
    """A column of the row itself, as it is."""
    return lambda entry: entry.own[name]


def client(name: str) -> Reader:
    """A column of the row's client, as it is."""
    return lambda entry: entry.client[name]


def always(value: str) -> Reader:
    """The same in every row."""
    return lambda _: value


def of(read: Reader, change: Callable[[str], str]) -> Reader:
    """What `read` gives, changed."""
    return lambda entry: change(read(entry))


def digits(text: str) -> str:
    """Without the signs of a masked CPF, CNPJ or CEP; letters stay, for a CNPJ may have them."""
    return "".join(each for each in text if each.isalnum())


def dated(text: str) -> str:
    """RBX leaves a date empty where IXC writes a row of zeros."""
    return "" if text.startswith("0000") else text


def number(code: str) -> int:
    """An id; 0, which no row has, for what is none."""
    return int(code) if code.isdecimal() else 0


def blocked_since(contract: Cells) -> str:
    """The ISO day; that of the last change where IXC noted none."""
    column = "dt_ult_bloq_auto" if contract["status_internet"] == "CA" else "dt_ult_bloq_manual"
    return dated(contract[column]) or contract["ultima_atualizacao"][:ISO_LENGTH]


def laid_out(layout: str, readers: Mapping[str, Column | Reader]) -> dict[str, Column]:
    """All columns in the order of `layout`; a token without a reader is `Column` (empty) or `Column=value`."""
    columns = {}
    for name, _, value in (token.partition("=") for token in layout.split()):
        reader = readers.get(name, always(value))
        columns[name] = reader if isinstance(reader, Column) else Column(reader)
    return columns


def _ids(table: Table, conditions: Conditions) -> list[int]:
    found = table.select(conditions)
    return found.page(0, found.size)

"""Finds a person's rows without a walk through the tables: a sweep over webhooks asks once for each document."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from deploy.simulators.altarede.rows import login_name
from deploy.simulators.ixc.filters import Row
from deploy.simulators.ixc.places import CLIENT_TYPES
from deploy.simulators.ixc.store import Provider, Table

PERMUTA = str(CLIENT_TYPES.index("Permuta") + 1)


def bare(document: str) -> str:
    """Letters and digits of a CPF or CNPJ, in capitals."""
    return "".join(filter(str.isalnum, document)).upper()


class Index:
    """Ids by the value of a column that a row keeps for life. Rows may come, with ever higher ids, and go."""

    def __init__(self, table: Table, column: str, read: Callable[[str], str] = str) -> None:
        self._table = table
        self._column = column
        self._read = read
        self._ids: defaultdict[str, list[int]] = defaultdict(list)
        self._next = 0

    def rows(self, value: str) -> Iterator[Row]:
        """Whole rows by ascending id."""
        if self._next < self._table.next_id:
            self._learn()
        return (self._table.full(row_id) for row_id in self._ids.get(value, ()) if row_id in self._table.rows)

    def _learn(self) -> None:
        for row_id in range(self._next, self._table.next_id):
            if row_id in self._table.rows:
                self._ids[self._read(self._table.rows[row_id].get(self._column, ""))].append(row_id)
        self._next = self._table.next_id


class Desk:
    """One provider, asked by document, client or login."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._clients = Index(provider["cliente"], "cnpj_cpf", bare)
        self._bills = Index(provider["fn_areceber"], "id_cliente")
        self._contracts = Index(provider["cliente_contrato"], "id_cliente")

    def clients(self, document: str) -> Iterator[Row]:
        """Every client with this CPF or CNPJ, masked or not; none for an empty one."""
        return self._clients.rows(bare(document)) if bare(document) else iter(())

    def bills(self, client: Row) -> Iterator[Row]:
        """Those that are not hidden."""
        return (row for row in self._bills.rows(client["id"]) if row["liberado"] == "S")

    def open_bills(self, client: Row) -> Iterator[Row]:
        """Those of which something may still be due."""
        return (row for row in self.bills(client) if row["status"] in {"A", "P"})

    def contracts(self, client: Row) -> Iterator[Row]:
        """Those that are active."""
        return (row for row in self._contracts.rows(client["id"]) if row["status"] == "A")

    def contract(self, login: str) -> tuple[Row, Row] | None:
        """The client and the active contract of a PPPoE name."""
        number = login.rpartition(".")[2]
        contracts, clients = self.provider["cliente_contrato"], self.provider["cliente"]
        if not number.isdecimal() or int(number) not in contracts.rows:
            return None
        row = contracts.full(int(number))
        if row["status"] != "A" or login_name(row) != login or int(row["id_cliente"]) not in clients.rows:
            return None
        return clients.full(int(row["id_cliente"])), row

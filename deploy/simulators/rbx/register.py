"""A provider asked the way RBX is asked: whole results of a predicate, in no order, and encoded rows that are remembered."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from random import Random
from typing import Any

import orjson

from deploy.simulators.cells import spelt
from deploy.simulators.habits import NO_HABITS
from deploy.simulators.ixc.filters import Conditions
from deploy.simulators.ixc.simulator import LEAVES_THE_QUERY
from deploy.simulators.ixc.store import Edit, Provider
from deploy.simulators.rbx.entries import NO_ROW, DueForm, Entry, View
from deploy.simulators.rbx.parser import parse
from deploy.simulators.rbx.predicate import Test, predicate
from deploy.simulators.rbx.reach import reach
from deploy.simulators.rbx.services import Service
from deploy.simulators.rbx.suppliers import suppliers

Stamp = tuple[Any, ...]


class Register:
    """Rows of `provider` and of the suppliers that `seed` draws for it. `habits`: see `deploy.simulators.habits`."""

    def __init__(
        self, provider: Provider, seed: int, today: date, due_form: DueForm, habits: frozenset[str] = NO_HABITS
    ) -> None:
        self._habits = habits
        self._hidden = frozenset(hidden(habits))
        self._null = frozenset({"Vencimento"}) if "null-debt-column" in habits else frozenset()
        self._provider = provider
        self._suppliers = suppliers(provider, seed, today)
        self._due_form = due_form
        # how often somebody asks must not decide what changes next: the order of rows is drawn apart
        self._rng = Random(f"{seed}:order")
        self._encoded: defaultdict[int, dict[int, tuple[Stamp, bytes]]] = defaultdict(dict)

    def rows(self, service: Service, filtro: str, today: date) -> list[bytes]:
        """Every row that meets the filter, as JSON. `today`: the ERP's own day. Raises FilterError."""
        found = [self._as_json(service, entry) for entry in self.entries(service, filtro, today)]
        self._rng.shuffle(found)
        return found

    def entries(self, service: Service, filtro: str, today: date) -> Iterator[Entry]:
        """The same, not yet written, by code. Raises FilterError, before the first."""
        meets, within = check(service, filtro, by_code="no-code-filter" not in self._habits)
        reached = self._reached(service, within, today)
        return reached if meets is None else filter(meets, reached)

    def shift(self, service: Service, now: datetime) -> None:
        """Take the first row that can go out of the service's rows; `now` as the provider's `apply` wants it."""
        leaving = LEAVES_THE_QUERY.get(service.table, NO_ROW)
        for entry in self.entries(service, "", now.date()):
            if leaving is None or any(entry.own[name] != value for name, value in leaving.items()):
                self._provider.apply(Edit(service.table, int(entry.own["id"]), leaving), now)
                return

    def _reached(self, service: Service, within: Conditions, today: date) -> Iterator[Entry]:
        for provider in (self._provider, self._suppliers) if service.owed else (self._provider,):
            view, table = View(provider, today, self._due_form), provider[service.table]
            span = table.select((*service.members, *within))
            for row_id in span.page(0, span.size):
                entry = view.entry(table, row_id)
                if service.only is None or service.only(entry):
                    yield entry

    def _as_json(self, service: Service, entry: Entry) -> bytes:
        known = self._encoded[id(service)]
        code = int(entry.own["id"])
        stamp = (entry.own.row, entry.client.row, *(service.columns[name].read(entry) for name in service.volatile))
        remembered, encoded = known.get(code, (None, b""))
        if remembered != stamp:
            # a copy: the encoder's own bytes keep a block of the next power of two
            row = spelt(shown(service, entry, self._hidden), self._habits)
            null = self._null & row.keys()
            encoded = bytes(memoryview(orjson.dumps({**row, **dict.fromkeys(null)})))
            known[code] = stamp, encoded
        return encoded


def check(service: Service, filtro: str, *, by_code: bool = True) -> tuple[Test | None, Conditions]:
    """The filter as a test (None: everything) and as what it can reach. `by_code`: it may name the rows' own code.

    Raises FilterError.
    """
    tree = parse(filtro)
    if tree is None:
        return None, ()
    names = (
        service.names if by_code else {name: column for name, column in service.names.items() if name not in service.keys}
    )
    return predicate(tree, names), reach(tree, service.keys).conditions()


def shown(service: Service, entry: Entry, without: Collection[str] = ()) -> Mapping[str, str]:
    """The row as an answer writes it, `without` some columns."""
    return {name: (column.show or column.read)(entry) for name, column in service.columns.items() if name not in without}


def hidden(habits: frozenset[str]) -> Iterator[str]:
    """Columns that no service shows."""
    if "missing-column" in habits:
        yield from ("Plano_Descricao", "Grupo", "TelComercial")
    if "missing-debt-column" in habits:
        yield "ContratosVinculados"

"""One running ERP: its data, its chance, its standing faults and what was asked of it. No socket and no clock."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from random import Random
from typing import Final

from deploy.simulators.cells import spelt
from deploy.simulators.habits import LATE, NO_HABITS
from deploy.simulators.ixc import protocol, truth
from deploy.simulators.ixc.changes import Change, draw, payment
from deploy.simulators.ixc.faults import Fault, strike
from deploy.simulators.ixc.filters import Row
from deploy.simulators.ixc.past import Past
from deploy.simulators.ixc.provider import Size, generate
from deploy.simulators.ixc.store import Edit, Provider, Table
from deploy.simulators.ixc.truth import Facts

LEAVES_THE_QUERY: Final[dict[str, Row | None]] = {
    "cliente": {"ativo": "N"},
    "cliente_contrato": {
        "status": "I",
        "status_internet": "D",
        "status_velocidade": "N",
        "desbloqueio_confianca_ativo": "N",
        "contrato_suspenso": "N",
    },
    "fn_areceber": None,
}


DECORATIVE: Final = (("cliente", "fantasia"), ("cliente", "telefone_comercial"), ("cliente_contrato", "contrato"))
OF_A_DEBT: Final = ("fn_areceber", "id_renegociacao_novo")
A_FLAG_OF_A_DEBT: Final = ("fn_areceber", "aguardando_confirmacao_pagamento")


def hidden(habits: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Table and column of what IXC does not show."""
    if "missing-column" in habits:
        yield from DECORATIVE
    if "missing-debt-column" in habits:
        yield OF_A_DEBT


class Simulator:
    """Everything the server shows and changes. The same seed and the same commands give the same truth.

    `judge`: what readers of this ERP must finally show of the provider's rows; another ERP tells less of them. `habits`:
    what it does without failing (`deploy.simulators.habits`).
    """

    def __init__(
        self,
        size: Size,
        seed: int,
        today: date,
        judge: Callable[[Provider], Facts] = truth.clients,
        habits: frozenset[str] = NO_HABITS,
    ) -> None:
        self.seed = seed
        self.habits = habits
        late = replace(size, first_bill=LATE) if "late-codes" in habits else size
        self.provider = generate(late, seed, today)
        for name, column in hidden(habits):
            self.provider[name].hidden |= {column}
        if "null-debt-column" in habits:
            name, column = A_FLAG_OF_A_DEBT
            self.provider[name].null |= {column}
        for name in LEAVES_THE_QUERY:
            self.provider[name].spell = partial(spelt, habits=habits)
        self.past = Past()
        self._judge = judge
        self.faults: tuple[Fault, ...] = ()
        self.paused = False
        self.writes = 0
        self.counts: Counter[str] = Counter()
        # two generators: how often somebody asks must not decide what changes next
        self._change_rng = Random(f"{seed}:changes")
        self._fault_rng = Random(f"{seed}:faults")

    def facts(self) -> Facts:
        """The truth now."""
        return self._judge(self.provider)

    def table(self, name: str) -> Table | None:
        """The table, if IXC has it."""
        return self.provider.tables.get(name)

    def strike(self, table: str) -> Fault | None:
        """The fault that strikes this list request; its count goes down."""
        fault, self.faults = strike(self.faults, table, self._fault_rng)
        if fault:
            self.counts[f"fault_{fault.kind}"] += 1
        return fault

    def page(self, table: Table, body: bytes) -> bytes:
        """The answer to a list request. Raises BadQueryError."""
        listing = protocol.listing(body, table, commas="other-in" not in self.habits)
        return protocol.page(listing, table, own_total="page-totals" in self.habits)

    def shift(self, table: Table, body: bytes, now: datetime) -> None:
        """Take the first row out of the query's result, so that page numbers no longer point where they did."""
        beyond_pages = tuple(each for each in protocol.listing(body, table).conditions if each.column != "id")
        first = table.select(beyond_pages).page(0, 1)
        if first and table.name in LEAVES_THE_QUERY:
            self._apply(Edit(table.name, first[0], LEAVES_THE_QUERY[table.name]), now)

    def write(self, table: Table | None, body: bytes, now: datetime) -> int | None:
        """A request without the list header creates a row; its id, or None where there is no such table.

        Every attempt counts, so that a test can prove that a collector made none. Raises BadQueryError.
        """
        self.writes += 1
        if table is None:
            return None
        row_id = table.next_id
        self._apply(Edit(table.name, row_id, protocol.form(body, table) | {"id": str(row_id)}), now)
        return row_id

    def pay(self, bill: int | None, now: datetime) -> Change | None:
        """Pay one bill in full, or a random open one; None if it is not open."""
        if bill is None:
            return next(iter(self.change(1, now, "pay")), None)
        edit = payment(self.provider, bill, self._change_rng, now)
        return edit and self._carry_out(Change("pay", edit), now)

    def change(self, count: int, now: datetime, kind: str | None = None) -> list[Change]:
        """Make `count` changes, fewer if the data run out of rows for them. Raises KeyError for an unknown kind."""
        drawn = (draw(self.provider, self._change_rng, now, kind) for _ in range(count))
        return [self._carry_out(change, now) for change in drawn if change]

    def _carry_out(self, change: Change, now: datetime) -> Change:
        self._apply(change.edit, now)
        self.counts[f"change_{change.kind}"] += 1
        return change

    def _apply(self, edit: Edit, now: datetime) -> None:
        self.past.note(self.provider[edit.table], edit, now)
        self.provider.apply(edit, now)

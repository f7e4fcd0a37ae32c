"""What a provider's rows were before they changed: who owed what, from when until when, and under which telephones. Pure.

It is what a judge of calls asks; no reader of the ERP sees it.
"""

from collections import deque
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from deploy.simulators.ixc.filters import Row
from deploy.simulators.ixc.store import Edit, Provider, Table

PHONES: Final = ("telefone_celular", "whatsapp", "fone", "telefone_comercial")
WATCHED: Final = {
    "cliente": ("ativo", "participa_cobranca", *PHONES),
    "fn_areceber": ("id_cliente", "data_vencimento", "liberado", "status"),
}
REMEMBERED: Final = 100_000
"""Changes: a provider that is left alone for weeks forgets how it began."""


class Was(NamedTuple):
    """A row until it changed; `row` is empty where there was none."""

    table: str
    id: int
    row: Row
    until: datetime


class Life(NamedTuple):
    """One version of a row; `since` None: from the start, `until` None: still."""

    row: Row
    since: datetime | None
    until: datetime | None


class Past:
    """Told of every edit before it is carried out."""

    def __init__(self) -> None:
        self._was: deque[Was] = deque(maxlen=REMEMBERED)

    def note(self, table: Table, edit: Edit, now: datetime) -> None:
        """What of it anybody asks for later."""
        columns = WATCHED.get(table.name, ())
        before = {name: table.full(edit.id)[name] for name in columns} if edit.id in table.rows else {}
        after = None if edit.columns is None else before | edit.columns
        if columns and (not before or after is None or any(after[name] != before[name] for name in columns)):
            self._was.append(Was(table.name, edit.id, before, now))

    def debts(self, provider: Provider) -> dict[str, Any]:
        """By client code, all as texts of the ERP.

        `bills`: of each that was open [due date, since, until]; `inactive`: [since, until]; `phones`: every text that was in
        one of the fields; `state`; `collect`: what `participa_cobranca` says. Times are ISO 8601, null: always, or still.
        """
        states = {row["id"]: row["sigla"] for row in provider["uf"].each()}
        found: dict[str, dict[str, Any]] = {
            row["id"]: {
                "state": states.get(row["uf"], ""),
                "collect": row["participa_cobranca"],
                "phones": [],
                "inactive": [],
                "bills": [],
            }
            for row in provider["cliente"].each()
        }
        for code, life in self._lives(provider["cliente"]):
            client = found.get(str(code))
            if client is None:
                continue
            client["phones"] += [life.row[name] for name in PHONES if life.row[name]]
            client["inactive"] += [_times(life)] if life.row["ativo"] == "N" else []
        for _, life in self._lives(provider["fn_areceber"]):
            owner = found.get(life.row["id_cliente"])
            if owner is not None and life.row["liberado"] == "S" and life.row["status"] in {"A", "P"}:
                owner["bills"].append([life.row["data_vencimento"], *_times(life)])
        return found

    def _lives(self, table: Table) -> Iterator[tuple[int, Life]]:
        began: dict[int, datetime] = {}
        for was in self._was:
            if was.table == table.name:
                if was.row:
                    yield was.id, Life(was.row, began.get(was.id), was.until)
                began[was.id] = was.until
        for row_id in table.rows:
            yield row_id, Life(table.full(row_id), began.get(row_id), None)


def _times(life: Life) -> list[str | None]:
    return [at.isoformat() if at else None for at in (life.since, life.until)]

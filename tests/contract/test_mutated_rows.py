"""Ten thousand spoiled rows of each ERP, the same in every run: each is mapped, or rejected with a reason; none crashes.

From the poller's edge to the last view, through the stages' own folds.
"""

from collections import Counter
from datetime import UTC, datetime
from random import Random
from typing import Any

import bson
import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from processors.dialer.stage import World
from processors.dialer.stage import fold as decide
from processors.hydrate.stage import fold as hydrate
from producers.erp.changes import Change, examine
from producers.erp.outbox import row_bytes
from schemas.codec import decode
from schemas.debtor import Debtor
from schemas.erp import ERPS
from schemas.erp.declaration import Erp, Row, Table
from schemas.errors import RejectRecord
from schemas.keys import debtor_key, row_key
from schemas.queue import QueueEntry
from schemas.runtime.secrets import person_hash
from schemas.views import debtor as debtor_view
from schemas.views import queue as queue_view
from tests.contract.erp_pages import rows_of
from tests.strategies import EXAMPLES, NAME, instance
from tests.unit.records import Given

ROWS_AN_ERP = 10_000
NOW = datetime(2026, 1, 14, 13, tzinfo=UTC)
WORLD = World({NAME: instance()})
KEY = SecretStr("only for tests, at least 16")
ALTAREDE: dict[str, list[dict[str, Any]]] = {
    "Clientes": [
        {
            "COD_CLIENTE": "1042", "NOME": "FULANO DE TESTE", "CPF": "111.444.777-35", "CNPJ": "", "ATIVO": "S",
            "TELEFONE_CELULAR1": "(82) 99999-0001", "TELEFONE_RESIDENCIAL": "", "BAIRRO": "CENTRO", "CIDADE": "X",
            "ESTADO": "AL",
        }
    ],
    "Logins": [{"COD_CLIENTE": "1042", "CODIGO": "2077", "statusIP": "BLOQUEIO", "STATUS_TIPO": "ATIVO", "plano": "FIBRA"}],
    "Financeiro": [
        {
            "COD_ARECEBER": "88031", "COD_CLIENTE": "1042", "DATA_VENCIMENTO": "2026-01-05", "VALOR": "99.90",
            "VALOR_PAGO": "", "DATA_PAGAMENTO": "0000-00-00", "STATUS": "VENCIDO",
        }
    ],
}  # fmt: skip

NASTY = [
    "", " ", "0", "0000-00-00", "2026-02-30", "2026-25-01", "05/01/2026", "99,90", "1.152", "-1.00", "1E+999999", "NaN", "٣",
    "A", "N", "S", "CANCELADO", ":", "10:42", "\x00", "\ud7ff", "9" * 5000, "'; --", None, True, 0, -1, 1042, 2**60, 99.9,
    float("inf"), float("nan"), [], ["A"], {}, {"id": "1"},
]  # fmt: skip


def text(chance: Random) -> str:
    letters = chance.choice(["0123456789 ()-+/,.;|eouEOU", "abcÇãé:\n\t\u20ac\U0001f4de", "0123456789"])
    return "".join(chance.choices(letters, k=chance.randrange(40)))


VALUES = [*NASTY, *(text(Random(number)) for number in range(2_000))]
CHANGES = ("replace", "replace", "replace", "replace", "swap", "rename", "drop")


def good_rows(erp: Erp) -> list[tuple[Table, Row]]:
    """One table and row after the other, as the ERP writes them."""
    tables = [table for table in erp.tables if table.kind != "reference"]
    if erp.protocol is None:
        return [(table, row) for table in tables for row in ALTAREDE[table.name]]
    folder = EXAMPLES / "erp" / erp.name
    return [(table, row) for table in tables for row in rows_of(erp, table, (folder / f"{table.name}.json").read_bytes())]


def spoiled(chance: Random, rows: list[tuple[Table, Row]]) -> tuple[Table, dict[str, Any]]:
    """A good row with up to four columns replaced, swapped, renamed or left out; only columns that we read."""
    table, good = chance.choice(rows)
    row = dict(good)
    columns = [column for column in (*table.columns, *table.document) if column in row]
    for column in chance.sample(columns, min(chance.randint(1, 4), len(columns))):
        match chance.choice(CHANGES):
            case "replace":
                row[column] = chance.choice(VALUES)
            case "swap":
                other = chance.choice(columns)
                row[column], row[other] = row.get(other), row.get(column)
            case "rename":
                row[column + "_novo"] = row.pop(column, None)
            case _:
                row.pop(column, None)
    return table, row


def fate(erp: Erp, table: Table, row: dict[str, Any]) -> str:
    """What becomes of it; whatever is neither a view nor a reason with its field fails the test."""
    try:
        change = examine(table, row, lambda bare: person_hash(bare, KEY))
    except RejectRecord as exc:
        return "rejected at the edge" if exc.field else "rejected without its field"
    if not change.member:
        return "not swept"
    return through_the_stages(erp, table, change)


def through_the_stages(erp: Erp, table: Table, change: Change) -> str:
    of_all = {"instance": NAME, "erp": erp.name, "kind": table.kind, "seen_at": NOW.isoformat(), "sweep": "1", "ddd": "82"}
    key = debtor_key(NAME, change.known.owner)
    record = Given(
        f"erp.{table.kind}.v1", 0, 0, row_key(NAME, change.known.owner, table.kind, change.code), row_bytes(of_all, change)
    )
    folded = hydrate(key, None, [record], NOW)
    if folded.letters:
        (letter,) = folded.letters
        assert letter.why.field
        assert letter.why.reason
        assert letter.value == record.value
        return "dead letter"
    assert folded.state is not None
    state = decode(Debtor, folded.state)
    bson.encode(debtor_view(state))
    queued = decide(WORLD, key, None, [Given("debtor.v1", 0, 0, key, folded.state)], NOW)
    assert queued.letters == []
    if queued.state is not None:
        bson.encode(queue_view(decode(QueueEntry, queued.state)))
    orjson.loads(folded.state)
    return "mapped"


@pytest.mark.parametrize("erp", ERPS.values(), ids=lambda erp: erp.name)
def test_every_spoiled_row_is_mapped_or_rejected_with_a_reason(erp: Erp) -> None:
    fates: Counter[str] = Counter()
    rows = good_rows(erp)

    @settings(
        max_examples=ROWS_AN_ERP,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**64))  # a seed: drawing each part of a row from a strategy takes ten times as long
    def run(seed: int) -> None:
        fates[fate(erp, *spoiled(Random(seed), rows))] += 1

    run()

    assert fates.total() >= ROWS_AN_ERP
    assert "rejected without its field" not in fates
    assert min(fates[name] for name in ("mapped", "dead letter", "rejected at the edge")) > ROWS_AN_ERP // 100, fates

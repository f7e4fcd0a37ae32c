"""How a bill ended, in each ERP's words."""

from datetime import date

import pytest

from schemas.closing import Ending, ending, is_open, table_of
from schemas.erp.altarede import EXPORT
from schemas.erp.declaration import DATE_FORM
from schemas.erp.rbx import RBX
from schemas.errors import RejectRecord
from schemas.hydration.fold import empty, step
from schemas.rows import ErpRow
from schemas.views import Part, bill
from tests.strategies import SEEN, event


def of(erp: str, **columns: str) -> ErpRow:
    (table,) = {"rbx": RBX, "altarede-export": EXPORT}[erp].of_kind("bill")
    row = {**dict.fromkeys(table.columns, ""), **columns}
    return ErpRow(instance="norte", erp=erp, kind="bill", id="7", client="1042", row=row, seen_at=SEEN, sweep="1")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (event("bill", "7", status="R"), Ending("paid", raw="R")),
        (event("bill", "7", status="R", id_renegociacao_novo="9"), Ending("paid", raw="R")),
        (event("bill", "7", status="C"), Ending("cancelled", raw="C")),
        (event("bill", "7", status="C", id_renegociacao="9"), Ending("renegotiated", raw="C")),
        (event("bill", "7", status="A", liberado="N"), Ending("withdrawn", raw="A")),
        (event("bill", "7", status="X"), Ending("unknown", raw="X")),
        (event("bill", "7", gone=True), Ending("gone")),
        (event("bill", "7", gone=True).model_copy(update={"lost": True}), Ending("lost")),
        (
            of("rbx", Tipo="C", DataBaixa="2026-01-13", Motivo="PAGTO", **{DATE_FORM: "ymd"}),
            Ending("paid", date(2026, 1, 13), "PAGTO"),
        ),
        (
            of("rbx", Tipo="C", DataBaixa="2026-01-13", Motivo="ACORDO", **{DATE_FORM: "ymd"}),
            Ending("unknown", date(2026, 1, 13), "ACORDO"),
        ),
        (of("rbx", Tipo="C", DataBaixa="2026-02-03", Motivo="PAGTO"), Ending("paid", None, "PAGTO")),
        (of("altarede-export", DATA_PAGAMENTO="2026-01-12"), Ending("paid", date(2026, 1, 12))),
        (of("altarede-export", STATUS="CANCELADO"), Ending("cancelled", raw="CANCELADO")),
    ],
)
def test_a_closed_bill_says_how(row: ErpRow, expected: Ending) -> None:
    """A day that may be two days is none; a status of paid is one, whatever agreement the bill belongs to."""
    table = table_of(row)

    assert not is_open(table, row)
    assert ending(table, row) == expected
    assert isinstance(bill(row), Part)
    assert "cents" not in bill(row)


@pytest.mark.parametrize("hidden", ["########", "#N/D", "#REF!", "#VALOR!"])
@pytest.mark.parametrize("column", ["DATA_VENCIMENTO", "DATA_PAGAMENTO", "VALOR", "VALOR_PAGO"])
def test_a_bill_of_which_a_spreadsheet_hides_a_day_or_an_amount_is_a_letter(column: str, hidden: str) -> None:
    whole = {"DATA_VENCIMENTO": "2026-01-05", "VALOR": "99,90", "VALOR_PAGO": "", "DATA_PAGAMENTO": ""}

    with pytest.raises(RejectRecord, match=column):
        step(empty("norte", "1042", SEEN), of("altarede-export", **{**whole, column: hidden}))


def test_a_status_that_a_spreadsheet_hides_is_not_open() -> None:
    row = of("altarede-export", DATA_VENCIMENTO="2026-01-05", VALOR="99,90", STATUS="########")

    assert step(empty("norte", "1042", SEEN), row).bills["7"].status == "unknown"


def test_an_open_bill_is_whole_and_not_closed() -> None:
    row = event("bill", "7", status="A", valor_aberto="10.00", data_vencimento="2026-01-05")
    document = bill(row)

    assert not isinstance(document, Part)
    assert (document["cents"], document["due_on"], document["how"], document["closed_at"]) == (
        1_000,
        "2026-01-05",
        None,
        None,
    )


@pytest.mark.parametrize("wrong", [{"erp": "none"}, {"kind": "contract"}])
def test_what_is_no_bill_is_rejected(wrong: dict[str, str]) -> None:
    with pytest.raises(RejectRecord):
        bill(event("bill", "7").model_copy(update=wrong))

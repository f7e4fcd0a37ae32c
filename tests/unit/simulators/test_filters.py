from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.simulators.ixc.columns import BLANKS
from deploy.simulators.ixc.filters import BadQueryError, condition, matcher

OPPOSITES = [("=", "!="), ("<", ">="), (">", "<="), ("L", "NL"), ("IN", "NI"), ("BE", "NBE")]
TEXTS = st.one_of(
    st.text(max_size=12),
    st.integers(-10, 10**6).map(str),
    st.dates().map(str),
    st.dates().map(lambda day: f"{day:%d/%m/%Y}"),
    st.sampled_from(["", "0", "0000-00-00", "nan", "inf", "99,90", "S"]),
)


def meets(cell: str, column: str, op: str, value: str, second: str | None = None) -> bool:
    blank = BLANKS["fn_areceber"]
    return matcher([condition(column, op, value, second)], blank)(blank | {column: cell})


@pytest.mark.parametrize(
    ("cell", "column", "op", "value", "expected"),
    [
        ("9", "id", "<", "10", True),  # as text it would not be
        ("100", "id_cliente", ">", "99", True),
        ("", "id_contrato", "=", "0", True),  # MySQL casts
        ("99.90", "valor_aberto", "=", "99,9", True),
        ("2026-01-05", "data_vencimento", "<", "15/01/2026", True),
        ("2026-01-05", "data_vencimento", "<", "2026-01-15", True),
        ("2026-01-05", "data_vencimento", ">=", "05/01/2026", True),
        ("2026-02-01", "data_vencimento", "<", "15/01/2026", False),
        ("0000-00-00", "pagamento_data", "<", "2026-01-15", True),
        ("2026-01-10 08:15:30", "ultima_atualizacao", ">", "10/01/2026 08:15:29", True),
        ("2026-01-10 08:15:30", "ultima_atualizacao", ">", "10/01/2026 08:15:30", False),
        ("P", "status", "IN", "A,P", True),
        ("R", "status", "IN", "A,P", False),
        ("a", "status", "=", "A", True),
        ("Fatura de JULHO", "obs", "L", "julho", True),
        ("", "obs", "L", "julho", False),
    ],
)
def test_a_cell_is_compared_as_its_column_demands(cell: str, column: str, op: str, value: str, expected: bool) -> None:
    assert meets(cell, column, op, value) is expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("2026-01-01", True), ("2026-01-31", True), ("2026-02-01", False), ("2025-12-31", False), ("0000-00-00", True)],
)
def test_a_range_of_dates_includes_both_ends_and_the_rows_that_have_no_date(cell: str, expected: bool) -> None:
    assert meets(cell, "data_vencimento", "BE", "01/01/2026", "2026-01-31") is expected


def test_a_list_may_also_come_in_two_parts() -> None:
    """The official sample sends P and P2, integrators send a comma list."""
    assert meets("CM", "status", "IN", "CA", "CM")
    assert not meets("FA", "status", "IN", "CA", "CM")


@pytest.mark.parametrize("pair", OPPOSITES, ids=lambda pair: pair[0])
@given(
    cell=TEXTS,
    value=TEXTS,
    second=TEXTS,
    column=st.sampled_from(["id", "data_vencimento", "documento", "valor", "status"]),
)
def test_of_two_opposite_operators_exactly_one_holds(
    pair: tuple[str, str], cell: str, value: str, second: str, column: str
) -> None:
    one, other = (meets(cell, column, op, value, second) for op in pair)
    assert one is not other


@given(cell=st.integers(0, 10**9), value=st.integers(0, 10**9))
def test_ids_compare_as_numbers(cell: int, value: int) -> None:
    assert meets(str(cell), "id", "<", str(value)) is (cell < value)


@given(cell=st.dates(min_value=date(1900, 1, 1)), value=st.dates(min_value=date(1900, 1, 1)))
def test_both_spellings_of_a_day_mean_the_same(cell: date, value: date) -> None:
    by_iso = meets(str(cell), "data_vencimento", "<=", str(value))
    assert by_iso is meets(str(cell), "data_vencimento", "<=", f"{value:%d/%m/%Y}")


def test_all_conditions_must_hold_and_none_holds_always() -> None:
    blank = BLANKS["fn_areceber"]
    both = matcher([condition("status", "=", "A"), condition("liberado", "=", "S")], blank)

    assert both({})
    assert not both({"liberado": "N"})
    assert matcher([], blank)({"liberado": "N"})


@pytest.mark.parametrize(("op", "second"), [("LIKE", None), ("", None), ("BE", None)])
def test_an_operator_that_does_not_exist_or_lacks_its_end_is_a_bad_query(op: str, second: str | None) -> None:
    with pytest.raises(BadQueryError):
        condition("id", op, "1", second)

"""A breakdown loses nothing: its names are those of the reverse map, its shares are all there is."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.figures.debts import Debt, debts, together
from schemas.figures.standing import Share
from schemas.reverse_map import UNDEFINED, ReverseMap
from schemas.spelling import fold

REVERSE = ReverseMap({"Centro": ("Ctr", "Bairro Centro"), "São José": ("S. José",)})
SPELLINGS = st.sampled_from(
    ["", "0", " ", "CENTRO", "centro ", "ctr", "Bairro  Centro", "SAO JOSE", "Sao José", "s.jose", "Farol", "FAROL", "Fárol"]
)
AMOUNTS = st.integers(0, 10**11)
ROWS = st.lists(
    st.fixed_dictionaries({"_id": SPELLINGS | st.text(max_size=8), "debtors": AMOUNTS, "bills": AMOUNTS, "cents": AMOUNTS})
)


def total(found: tuple[Debt, ...]) -> Share:
    return sum((debt.share for debt in found), Share())


@given(ROWS)
def test_the_shares_add_up_to_what_was_counted(rows: list[dict[str, object]]) -> None:
    """To the cent, whatever the ERP wrote and however it is named."""
    expected = Share(*(sum(int(str(row[what])) for row in rows) for what in ("debtors", "bills", "cents")))

    assert total(debts(rows, REVERSE)) == expected


@given(ROWS)
def test_names_are_those_that_people_read_once_each(rows: list[dict[str, object]]) -> None:
    """Each raw value is found under its name; none stands twice in two spellings; most cents first."""
    found = debts(rows, REVERSE)
    names = [fold(debt.name) for debt in found]

    assert len(set(names)) == len(names)
    assert set(names) == {fold(REVERSE.shown(str(row["_id"]))) for row in rows}
    assert [(-debt.share.cents, debt.name) for debt in found] == sorted((-debt.share.cents, debt.name) for debt in found)


@given(st.lists(ROWS, max_size=4))
def test_several_instances_together_are_their_sum(of_each: list[list[dict[str, object]]]) -> None:
    """One after the other or all at once."""
    parts = [debts(rows, REVERSE) for rows in of_each]
    merged = together(debt for part in parts for debt in part)

    assert total(merged) == sum((total(part) for part in parts), Share())
    assert {debt.name: debt.share for debt in merged}.keys() <= {debt.name for part in parts for debt in part}
    assert together(merged) == merged


def test_a_name_is_written_as_the_map_or_else_as_most_debtors_have_it() -> None:
    rows = [
        {"_id": raw, "debtors": debtors, "bills": 1, "cents": 1}
        for raw, debtors in {"bairro centro": 1, "CTR": 9, "JATIUCA": 2, "jatiúca": 5, "": 3}.items()
    ]

    assert {debt.name: debt.share.debtors for debt in debts(rows, REVERSE)} == {"Centro": 10, "Jatiúca": 7, UNDEFINED: 3}

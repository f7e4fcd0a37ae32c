"""Money: every way it is written is read to the cent, and what could be two amounts is none."""

import re
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.erp.money import cents, needs_point, point_of, thousands_at
from tests.strategies import NASTY

AMOUNTS = st.integers(0, 10**12 - 1) | st.integers(0, 10**6)
TEXTS = NASTY | st.text(alphabet="0123456789.,R$ ", max_size=20)


def read(value: str) -> int | None:
    try:
        return cents(value)
    except ValueError:
        return None


@given(TEXTS)
@example("1E+999999")
@example("99.90")
@example("1" * 11)
def test_cents_are_what_pydantic_takes_as_cents(value: str) -> None:
    """Never negative, below 10^12, and the digits are those of the text."""
    found = read(value)
    if found is not None:
        assert 0 <= found < 10**12
        assert len(re.sub(r"[^0-9]", "", value)) >= 15 or re.sub(r"[^0-9]", "", value).strip("0") == str(found).strip("0")


@given(AMOUNTS, st.integers(0, 4))
def test_every_amount_is_read_to_the_cent(amount: int, zeros: int) -> None:
    whole, part = divmod(amount, 100)
    for point in ".,":
        found = read(f" {whole}{point}{part:02d}{'0' * zeros} ")
        assert found == (None if zeros == 1 and 0 < whole < 1000 else amount)  # three decimals may be thousands


@given(AMOUNTS, st.sampled_from(["", "R$ ", "R$", "R$\xa0"]))
def test_thousands_may_be_separated_either_way(amount: int, sign: str) -> None:
    english = f"{amount // 100:,}.{amount % 100:02d}"
    brazilian = english.translate(str.maketrans(",.", ".,"))

    assert read(sign + english) == read(sign + brazilian) == amount


@given(st.integers(0, 10**10 - 1))
def test_a_whole_amount_is_doubtful_only_with_one_separator(whole: int) -> None:
    for point in ".,":
        written = f"{whole:,}".replace(",", point)
        assert read(written) == (None if written.count(point) == 1 else whole * 100)


@given(AMOUNTS)
def test_it_is_what_decimal_says(amount: int) -> None:
    written = str(Decimal(amount) / 100)
    assert read(written) == amount


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("99.90", 9990),
        ("99,90", 9990),
        ("99.9", 9990),
        ("99,9", 9990),
        ("100", 10000),
        ("0", 0),
        ("0.00", 0),
        ("0.500", 50),
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("1.234,5", 123450),
        ("1.234.567", 123456700),
        ("R$ 1.234,56", 123456),
        ("12345.6700", 1234567),
    ],
)
def test_amounts_as_they_are_written(value: str, found: int) -> None:
    assert cents(value) == found


@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            "R$",
            "-1.00",
            "R$ -1,00",
            "1.001",
            "NaN",
            "Infinity",
            "1e3",
            "1_000",
            "٣",
            "1" * 11,
            "1" * 11 + ".00",
            ".50",
            "99.",
        ),
        *(
            "1 000,00",
            "1.23.456",
            "12.34,56",
            "1234.567,00",
            "1.234,567",
            "1,234,56",
            "0.123.456",
            "12.345.678.901,00",
            "+1.00",
        ),
        *("1.152", "999,000", "1.000", "R$ 1.152", "1.00 R$", "US$ 1.00", "R$R$ 1.00"),
    ],
)
def test_what_is_no_amount(value: str) -> None:
    with pytest.raises(ValueError, match=r"such as 99\.90"):
        cents(value)


@pytest.mark.parametrize("value", ["1.152", "12,345", "R$ 999.999"])
def test_a_doubt_is_named(value: str) -> None:
    with pytest.raises(ValueError, match="may be decimals or not"):
        cents(value)


# --- as programs save them, and what an instance shows of its decimals


@given(AMOUNTS, st.integers(-4, 4))
def test_the_tail_of_a_binary_fraction_is_rounded_away(amount: int, ulps: int) -> None:
    """`repr` of a float has 17 digits where arithmetic left a tail."""
    written = f"{amount / 100 + ulps * 2.0**-53 * max(amount / 100, 1):.17g}"
    if "e" not in written:
        assert read(written) in ({amount} if len(written) > 15 or amount < 10**5 else {amount, None})


@pytest.mark.parametrize(
    ("value", "point", "found"),
    [
        ("179.79999999999998", "", 17980),
        ("99.900000000000006", "", 9990),
        ("33.333333333333336", "", 3333),
        ("1234567890.1200001", "", 123456789012),
        ("99.900", ".", 9990),
        ("1299.050", ".", 129905),
        ("99.900", ",", 9_990_000),
        ("1.152", ",", 115_200),
        ("1,152", ",", 115),
        ("99.955", ".", 9996),
    ],
)
def test_amounts_as_programs_save_them(value: str, point: str, found: int) -> None:
    assert cents(value, point) == found


@pytest.mark.parametrize(
    ("values", "points"),
    [
        (["99.900", "1299.050"], {"."}),
        (["0.900"], {"."}),
        (["179.79999999999998"], {"."}),
        (["1.152", "1.234,56"], {","}),
        (["1.234.567"], {","}),
        (["1,234.567"], {"."}),
        (["1299,050"], {","}),
        (["1299.050", "1.234,56"], {".", ","}),
        (["99.90", "1.152", "", "NULL", "100"], {"."}),
        (["R$ 99,9", "1.152"], {","}),
        (["99.90", "99,90", "1.152", "", "NULL", "100"], {".", ","}),
        (["99.90", "1.234,56"], {".", ","}),
        (["1.152", "", "NULL", "100"], set()),
    ],
)
def test_only_what_allows_one_reading_shows_where_decimals_begin(values: list[str], points: set[str]) -> None:
    assert {point_of(value) for value in values} - {""} == points


@given(st.integers(0, 10**7), st.sampled_from(".,"))
def test_three_decimals_are_read_alike_on_both_sides_of_a_thousand(amount: int, point: str) -> None:
    written = f"{amount // 100}{point}{amount % 100:02d}0"

    assert cents(written, point) == amount
    assert (thousands_at(written) != "") is (100 <= amount < 100_000)
    assert point_of(written) == ("" if thousands_at(written) else point)


@given(st.integers(0, 10**9), st.sampled_from(".,"))
def test_an_amount_needs_the_point_that_makes_it_one(mills: int, point: str) -> None:
    written = f"{mills // 1000}{point}{mills % 1000:03d}"

    assert needs_point(written) is (read(written) is None)
    assert cents(written, point) == (mills + 5) // 10

"""Money: every way it is written is read to the cent, and what could be two amounts is none."""

import re
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.erp.money import cents
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
        assert re.sub(r"[^0-9]", "", value).strip("0") == str(found).strip("0")


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

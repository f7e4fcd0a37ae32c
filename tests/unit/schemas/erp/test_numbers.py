"""A code that a program took for a number is the code that it was, or it is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.erp.numbers import code_of, is_damaged, reference

NUMBERS = st.integers(1, 10**9)
TAILS = st.sampled_from(["", ".0", ",0", ".00", ".0000", " "])


@given(NUMBERS, TAILS)
def test_a_number_loses_the_tail_that_a_program_gave_it(number: int, tail: str) -> None:
    assert code_of(f"{number}{tail}") == str(number)
    assert reference("", f"{number}{tail}".strip()) == str(number)


@given(st.text("0123456789.,", min_size=1, max_size=12))
def test_what_is_read_of_digits_and_signs_is_a_code_without_them_or_no_number_at_all(written: str) -> None:
    try:
        read = code_of(written)
    except ValueError:
        return
    assert read.isdecimal() or read == written
    assert read.isdecimal() or sum(map(written.count, ".,")) != 1


@pytest.mark.parametrize(
    "written", ["1.5", "1,152", "1.152", "1.000", "1,000", "1.152,0", "1.152.000,00", "8.2E10", "1e+16", "12.", ".5", "1,15"]
)
def test_a_number_whose_digits_nobody_knows_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no code"):
        code_of(written)
    assert reference(written) == written


@pytest.mark.parametrize(
    "written", ["fulano.teste", "10.0.0.7", "192.168.100.7", "AA:BB:CC:00:11:22", "12e10", "x1.5", "-", ""]
)
def test_what_is_no_number_stays_as_it_is(written: str) -> None:
    assert code_of(written) == written


def test_the_code_of_another_row_is_the_first_that_is_something() -> None:
    assert reference("", "0", "7.0", "8") == "7"
    assert reference("Residencial ", "7") == "Residencial "
    assert reference() == ""


DAMAGED = ("1\N{REPLACEMENT CHARACTER}", "1Ã", "Ã1", "1\xa0152", "1.0Ã")
WHOLE = ("joão", "1", "\N{ARABIC-INDIC DIGIT ONE}", "Ã", "ap1Ã", "")


@pytest.mark.parametrize(("code", "damaged"), [*((code, True) for code in DAMAGED), *((code, False) for code in WHOLE)])
def test_digits_with_half_a_character_among_them_are_no_code(code: str, damaged: bool) -> None:
    assert is_damaged(code) is damaged

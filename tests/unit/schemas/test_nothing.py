"""What says that there is nothing, and what only looks so."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.nothing import (
    CALENDARS,
    OF_CLERKS,
    OF_PROGRAMS,
    SIGNED,
    is_broken,
    is_no_amount,
    is_no_code,
    is_no_day,
    is_nothing,
)
from tests.strategies import NASTY

NAMES = (
    "Centro",
    "Sem Terra",
    "Nova Esperança",
    "NA Praia",
    "Nadal",
    "Ni",
    "Si",
    "Zero",
    "2 de Julho",
    "0152",
    "X",
    "São Nulo",
)


@pytest.mark.parametrize(
    "written",
    [
        *(
            "",
            " ",
            "0",
            "00",
            "0,00",
            "-",
            "--",
            ".",
            "*",
            "\t",
            "  /  /    ",
            "NULL",
            "null",
            "\\N",
            "undefined",
            "NaN",
            "None",
        ),
        *(
            "NAO INFORMADO",
            "Não informado",
            "não-informada",
            "NAO  CADASTRADO",
            "NÃO TEM",
            "SEM BAIRRO",
            "sem número",
            "S/N",
            "s/nº",
        ),
        *("S/N°", "N/I", "n.d.", "SN", "NI", "[object Object]", "xx", "XXX", "A DEFINIR", "desconhecido"),
        *("Não se aplica", "nenhum", "em branco"),
    ],
)
def test_words_and_signs_that_say_nothing(written: str) -> None:
    assert is_nothing(written)
    assert is_no_day(written)


@pytest.mark.parametrize(
    "written", ["#", "########", " ### ", "#N/D", "#REF!", "#VALOR!", "#DIV/0!", "#NÚM!", "Err:502", "#1"]
)
def test_what_a_spreadsheet_does_not_show_is_never_nothing_where_a_bill_depends_on_it(written: str) -> None:
    assert is_broken(written)
    assert not is_no_day(written)
    assert not is_no_amount(written)


@pytest.mark.parametrize("written", ["########", "#N/D", "#REF!", "#VALOR!"])
def test_of_a_name_it_is_nothing_and_of_a_code_it_is_none(written: str) -> None:
    assert is_nothing(written)
    assert is_no_code(written)


@pytest.mark.parametrize("written", ["", "-", "0,00", "0", "NULL", "N/D", "sem valor"])
def test_amounts_that_say_nothing(written: str) -> None:
    assert is_no_amount(written)


@pytest.mark.parametrize("written", NAMES)
def test_names_are_something(written: str) -> None:
    assert not is_nothing(written)


@pytest.mark.parametrize(
    "written",
    [
        *(
            "00/00/0000",
            "30/12/1899",
            "1970-01-01",
            "0000-00-00 00:00:00",
            "00.00.0000",
            "0000/00/00",
            "00000000",
            "19700101",
        ),
        *("1899-12-30T00:00:00.000", "1899-12-30T03:06:28.000Z", "31/12/1969 21:00:00", "1970-01-01T03:00:00.000Z"),
        *("0001-01-01T00:00:00", "01/01/0001 00:00", "1900-01-01", "00/01/1900", "01/01/1904", "-0001-11-30", "30/11/-0001"),
        *("9999-12-31", "em aberto", "Não", "N", "PENDENTE", "não pago"),
    ],
)
def test_days_that_say_nothing(written: str) -> None:
    assert is_no_day(written)


@pytest.mark.parametrize(
    "written", ["2026-11-01", "01/11/2026", "2206-11-01", "1985-03-01", "2026-00-00", "hoje", "99", "2026"]
)
def test_a_day_or_what_is_neither_is_not_nothing(written: str) -> None:
    assert not is_no_day(written)


@given(st.sampled_from(sorted(OF_PROGRAMS | OF_CLERKS | SIGNED)), st.sampled_from("-/._ "), st.booleans())
def test_a_word_is_one_whatever_its_signs_and_capitals(word: str, sign: str, upper: bool) -> None:
    spelled = f" {word[:1]}{sign}{word[1:]} "

    assert is_nothing(spelled.upper() if upper else spelled.lower() + sign)


@given(
    st.sampled_from(sorted(CALENDARS)),
    st.sampled_from(["", " 00:00", "T21:00:00.000Z", " 03:06:28"]),
    st.sampled_from("-/."),
)
def test_the_ends_of_a_calendar_are_none_in_every_form(day: str, time: str, sign: str) -> None:
    year, month, day_ = day.rsplit("-", 2)

    assert is_no_day(f" {sign.join((year, month, day_))}{time} ")
    assert is_no_day(f"{sign.join((day_, month, year))}{time}")
    assert is_no_day(f"{sign.join((month, day_, year))}{time}")


@given(st.dates(min_value=date(1995, 1, 1), max_value=date(2099, 1, 1)))
def test_no_day_on_which_anything_was_paid_is_none(day: object) -> None:
    """But for the ends of calendars that lie in our time."""
    assert is_no_day(str(day)) is (str(day) in {"2000-01-01", "2001-01-01", "2038-01-19", "2079-06-06"})


@given(NASTY)
def test_any_text_is_answered(written: str) -> None:
    assert is_nothing(written) in {True, False}
    assert is_no_day(written) or is_broken(written) or not is_nothing(written)


@pytest.mark.parametrize(
    ("written", "none"),
    [
        *(("1899-12-30", True), ("30/12/1899", True), ("0000-00-00", True), ("S/N", True), ("000", True)),
        *(("18991230", False), ("2026-01-05", False), ("00:11:22:33:44:55", False), ("aberto", False), ("70", False)),
    ],
)
def test_a_code_is_none_where_it_is_the_first_day_of_a_calendar(written: str, none: bool) -> None:
    """A spreadsheet made it of an empty cell; eight digits may well be a code."""
    assert is_no_code(written) is none

"""Readers never raise anything but ValueError, and what they give is always valid."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.erp import values
from schemas.erp.ixc import BILLS
from schemas.errors import RejectRecord
from schemas.rows import ErpRow
from tests.strategies import NASTY, SEEN, event

DDDS = st.sampled_from(["", "82", "11", "55", "00", "xx"])
ROW = event("client", "1042")


def in_area(ddd: str) -> ErpRow:
    return ROW.model_copy(update={"ddd": ddd})


@given(st.lists(NASTY, min_size=1, max_size=4), DDDS)
@example(["0800 082 1234"], "82")
@example(["(82) 99999-0001 / 99999-0001"], "82")
def test_phones_are_callable_brazilian_numbers_each_once(fields: list[str], ddd: str) -> None:
    found = values.phones(*fields, in_area(ddd))

    assert len(set(found)) == len(found)
    for phone in found:
        parsed = phonenumbers.parse(phone)
        assert re.fullmatch(r"\+55[1-9]{2}[2-9][0-9]{7,8}", phone, re.ASCII)
        assert phonenumbers.is_valid_number(parsed)
        assert phonenumbers.number_type(parsed) in values.OF_A_PERSON


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("(82) 99999-0001", ("+5582999990001",)),
        ("82999990001", ("+5582999990001",)),
        ("+55 (82) 99999-0001", ("+5582999990001",)),
        ("082 99999-0001", ("+5582999990001",)),
        ("99999-0001", ("+5582999990001",)),
        ("9999-0001", ("+5582999990001",)),
        ("8899-0001", ("+5582988990001",)),
        ("3221-0002", ("+558232210002",)),
        ("(55) 99999-0001", ("+5555999990001",)),
        ("(82) 99999-0001 / 3221-0002", ("+5582999990001", "+558232210002")),
        ("99999-0001 ou 99999-0002", ("+5582999990001", "+5582999990002")),
        ("(82) 99999-0001 (82) 99999-0002", ("+5582999990001", "+5582999990002")),
        ("99999-0001 esposa", ("+5582999990001",)),
        ("99999-0001, 99999-0001", ("+5582999990001",)),
        ("0800 082 1234", ()),
        ("800 082 1234", ()),
        ("+55 800 082 1234", ()),
        ("0303 123 4567", ()),
        ("190", ()),
        ("99999-9999", ()),
        ("(99) 9999-99999", ()),
        ("000000000", ()),
        ("(20) 99999-0001", ()),
        ("não tem", ()),
        ("", ()),
        ("0", ()),
    ],
)
def test_what_clerks_type_as_a_phone(field: str, found: tuple[str, ...]) -> None:
    assert values.phones(field, in_area("82")) == found


def test_without_an_area_code_a_short_number_is_none() -> None:
    assert values.phones("99999-0001", in_area("")) == ()


@given(NASTY)
@example("1E+999999")
@example("99.90")
@example("1" * 11)
def test_cents_are_what_pydantic_takes_as_cents(value: str) -> None:
    """Never negative, below 10^12, and the text is the amount to the cent."""
    try:
        found = values.cents(value)
    except ValueError:
        return
    assert 0 <= found < 10**12
    assert f"{found / 100:.2f}" == f"{float(value):.2f}"


@given(st.integers(0, 10**12 - 1), st.integers(0, 4))
def test_every_amount_is_read_to_the_cent(amount: int, zeros: int) -> None:
    assert values.cents(f" {amount // 100}.{amount % 100:02d}{'0' * zeros} ") == amount


@pytest.mark.parametrize(
    "value", ["", "10,00", "-1.00", "1.001", "1.234,50", "NaN", "Infinity", "1e3", "1_000", "٣", "1" * 11]
)
def test_what_is_no_amount(value: str) -> None:
    with pytest.raises(ValueError, match=r"such as 99\.90"):
        values.cents(value)


@given(NASTY)
def test_a_day_is_a_date_or_a_value_error(value: str) -> None:
    try:
        assert isinstance(values.day(value), date)
    except ValueError as exc:
        assert str(exc) == "not a date YYYY-MM-DD"  # noqa: PT017 - either outcome is right; what is said is what is tested


@given(st.dates(), st.sampled_from(["", " 00:00:00", " 23:59:59"]))
def test_a_time_behind_a_day_is_cut_off(day: date, time: str) -> None:
    assert values.day(day.isoformat() + time) == day


@given(NASTY)
@example("NAO INFORMADO")
def test_a_document_has_the_shape_of_cpf_or_cnpj(value: str) -> None:
    found = values.document(value)

    assert found == "" or re.fullmatch(r"[0-9]{11}|[0-9A-Z]{12}[0-9]{2}", found, re.ASCII)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("111.444.777-35", "11144477735"),
        ("11.222.333/0001-81", "11222333000181"),
        ("12.abc.345/01de-35", "12ABC34501DE35"),
        ("NAO INFORMADO", ""),
        ("ISENTO DE CPF", ""),
        ("000.000.000-00", ""),
        ("0", ""),
        ("111.444.777", ""),
    ],
)
def test_documents_as_they_are_typed(value: str, found: str) -> None:
    assert values.document(value) == found


def test_a_masked_document_shows_only_its_middle() -> None:
    assert values.masked("11144477735") == "***444777**"
    assert values.masked("") == ""


@given(st.lists(NASTY, min_size=1, max_size=3))
def test_the_first_that_is_something(fields: list[str]) -> None:
    found = values.first_of(*fields)

    assert found in fields or found == ""
    assert values.something(*fields) is bool(found)
    assert found not in values.NOTHING - {""}


@given(NASTY)
def test_flags_and_words_read_any_text(value: str) -> None:
    assert values.yes(value) is (value == "S")
    assert values.not_no(value) is (value != "N")
    assert values.one_of(A="active")(value) == ("active" if value == "A" else "unknown")
    assert values.text(value) == values.text(values.text(value)).strip()


@given(NASTY)
def test_no_message_holds_the_text(value: str) -> None:
    """It would end in a dead letter's header and in a log."""
    marked = f"SEGREDO{value}"
    readers: list[Callable[[str], Any]] = [values.cents, values.day]
    for read in readers:
        with pytest.raises(ValueError, match="not a") as caught:
            read(marked)
        assert "SEGREDO" not in str(caught.value)


def test_a_column_that_cannot_be_read_is_named() -> None:
    bill = event("bill", "1", at=SEEN, data_vencimento="SEGREDO")
    assert bill.row is not None

    with pytest.raises(RejectRecord, match=r"bill\.data_vencimento: not a date") as caught:
        BILLS.words["due_on"].value(bill, bill.row)

    assert (caught.value.field, "SEGREDO" in str(caught.value)) == ("data_vencimento", False)

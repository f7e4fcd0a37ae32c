"""Readers never raise anything but ValueError, and what they give is always valid."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.erp import values
from schemas.erp.days import NO_DATE, local_day
from schemas.erp.ixc import BILLS
from schemas.erp.money import cents
from schemas.errors import RejectRecord
from schemas.nothing import is_no_day, is_nothing
from tests.strategies import NASTY, SEEN, event

# --- dates

TIMES = st.sampled_from(["", " 00:00:00", " 23:59:59", "T08:30", "T08:30:15.123"])
READERS: list[Callable[[str], Any]] = [
    partial(local_day, zone="America/Maceio"),
    partial(values.day_of_form, form=""),
    partial(values.day_of_form, form="ymd"),
    partial(values.day_of_form, form="ydm"),
]
SAID = {NO_DATE, "not a date YYYY-MM-DD or YYYY-DD-MM", "ambiguous day and month"}


@given(st.sampled_from(READERS), NASTY | st.from_regex(r"[0-9]{4}-[0-3][0-9]-[0-3][0-9]", fullmatch=True))
def test_a_day_is_a_date_or_a_value_error(read: Callable[[str], Any], value: str) -> None:
    try:
        assert isinstance(read(value), date)
    except ValueError as exc:
        assert str(exc) in SAID  # noqa: PT017 - either outcome is right; what is said is what is tested


@given(st.dates(), TIMES)
def test_a_known_order_of_day_and_month_is_obeyed(day: date, time: str) -> None:
    swapped = f"{day.year:04d}-{day.day:02d}-{day.month:02d}{time}"

    assert values.day_of_form(day.isoformat() + time, "ymd") == day
    assert values.day_of_form(swapped, "ydm") == day


@given(st.dates())
def test_an_unknown_order_is_read_only_where_the_date_shows_it(day: date) -> None:
    texts = [day.isoformat(), f"{day.year:04d}-{day.day:02d}-{day.month:02d}"]
    for text in texts:
        if day.day > 12 or day.day == day.month:
            assert values.day_of_form(text, "") == day
        else:
            with pytest.raises(ValueError, match=r"^ambiguous day and month$"):
                values.day_of_form(text, "")


@pytest.mark.parametrize("value", ["2026-12-05", "2026-05-12", "2026-12-11 00:00:00", "2026-01-02"])
def test_a_twelfth_settles_nothing(value: str) -> None:
    assert values.form_of([value]) == ""
    with pytest.raises(ValueError, match=r"^ambiguous day and month$"):
        values.day_of_form(value, "")


@pytest.mark.parametrize(
    ("value", "form"), [("2026-15-01", "ymd"), ("2026-01-15", "ydm"), ("2026-13-13", ""), ("2026-02-30", "")]
)
def test_a_date_that_contradicts_its_form_is_none(value: str, form: str) -> None:
    with pytest.raises(ValueError, match=r"^not a date"):
        values.day_of_form(value, form)


@given(
    st.lists(st.dates(), max_size=5),
    st.sampled_from([("ymd", "%Y-%m-%d"), ("ydm", "%Y-%d-%m")]),
    st.lists(NASTY, max_size=2),
)
def test_a_day_above_twelve_settles_the_order(days: list[date], form: tuple[str, str], noise: list[str]) -> None:
    name, pattern = form
    texts = [day.strftime(pattern).rjust(10, "0") for day in days]
    settled = any(day.day > 12 and not is_no_day(text) for day, text in zip(days, texts, strict=True))

    assert values.form_of([*texts, *noise]) == (name if settled else "")


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        ([], ""),
        (["2026-01-05", "2026-05-01"], ""),
        (["2026-01-05", "2026-01-15 00:00:00"], "ymd"),
        (["2026-15-01", "2026-16-01"], "ydm"),
        (["2026-15-01", "2026-01-15"], ""),
        (["2026-02-30", "2026-31-04"], ""),
        (["0000-00-00", "2026-13-13", "2026-01-15"], "ymd"),
    ],
)
def test_what_dates_show_of_their_order(texts: list[str], form: str) -> None:
    assert values.form_of(texts) == form


# --- texts and codes


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("1.152", "1152"),
        ("12.345.678", "12345678"),
        ("999.000", "999000"),
        *((same, same) for same in ("77", "", "1.15", "1.1520", "1152.000", "0.152", ".152", "1..152", "1.152,00", "A.152")),
        *((same, same) for same in ("192.168.0.1", "-1.152", "1.152.")),
    ],
)
def test_dots_behind_thousands_are_no_part_of_a_code(value: str, found: str) -> None:
    assert values.plain_code(value) == found


@given(st.integers(0, 10**15))
def test_every_code_survives_its_dots(number: int) -> None:
    assert values.plain_code(f"{number:,}".replace(",", ".")) == values.plain_code(str(number)) == str(number)


@given(NASTY)
def test_any_other_code_stays_as_it_is(value: str) -> None:
    assert values.plain_code(value) in {value, value.replace(".", "")}


@given(st.lists(NASTY, min_size=1, max_size=3))
def test_the_first_that_is_something(fields: list[str]) -> None:
    found = values.first_of(*fields)

    assert found in fields or found == ""
    assert values.something(*fields) is bool(found)
    assert found == "" or not is_nothing(found)


@given(NASTY)
def test_flags_and_texts_read_anything(value: str) -> None:
    assert values.yes(value) is (values.flag(value) is True)
    assert values.not_no(value) is (values.flag(value) is not False)
    assert values.perhaps(value) is (values.flag(value) is True or bool(values.unmapped("x")(value)))
    assert values.text(value) == values.text(values.text(value)).strip()


@given(
    st.sampled_from([*((word, True) for word in values.YES), *((word, False) for word in values.NO), ("Não", False)]),
    st.sampled_from([str, str.upper, str.title]),
    st.sampled_from(["", " ", "\t"]),
)
def test_yes_and_no_are_read_however_they_are_spelled(
    told: tuple[str, bool], spelled: Callable[[str], str], blank: str
) -> None:
    word, meant = told
    written = f"{blank}{spelled(word)}{blank}"

    assert (values.yes(written), values.perhaps(written), values.not_no(written)) == (meant, meant, meant)
    assert values.unmapped("active")(written) == {}


@pytest.mark.parametrize("written", ["X", "TALVEZ", "2", "Liberado", "SN1"])
def test_an_unknown_flag_is_kept_and_on_the_safe_side(written: str) -> None:
    assert (values.yes(written), values.perhaps(written), values.not_no(written)) == (False, True, True)
    assert values.unmapped("a", "b")(written, "N") == {"a": written}


@pytest.mark.parametrize("written", ["", "  ", "-", "NULL", "0000-00-00", "não informado"])
def test_a_blank_flag_is_neither_yes_nor_counted(written: str) -> None:
    assert (values.yes(written), values.perhaps(written), values.not_no(written)) == (False, False, True)
    assert values.unmapped("a")(written) == {}


@given(st.sampled_from([*READERS, cents]), NASTY)
def test_no_message_holds_the_text(read: Callable[[str], Any], value: str) -> None:
    """It would end in a dead letter's header and in a log."""
    with pytest.raises(ValueError, match="not a") as caught:
        read(f"SEGREDO{value}")
    assert "SEGREDO" not in str(caught.value)


def test_a_column_that_cannot_be_read_is_named() -> None:
    bill = event("bill", "1", at=SEEN, data_vencimento="SEGREDO")
    assert bill.row is not None

    with pytest.raises(RejectRecord, match=r"bill\.data_vencimento: not a date") as caught:
        BILLS.words["due_on"].value(bill, bill.row)

    assert (caught.value.field, "SEGREDO" in str(caught.value)) == ("data_vencimento", False)

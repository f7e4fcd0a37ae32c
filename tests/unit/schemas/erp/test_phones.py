"""Telephones as clerks type them: each number in its order, and a reason for what is none."""

import re
from itertools import product
from time import process_time

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.debtor import PhoneProblem
from schemas.erp.phone_number import OF_A_PERSON
from schemas.erp.phones import phone_problems, phones
from schemas.rows import ErpRow
from tests.strategies import NASTY, event

ROW = event("client", "1042")
ROWS_MS = 200
WITHOUT_AREA = {"20", "23", "25", "26", "29", "36", "39", "52", "56", "57", "58", "59", "72", "76", "78"}
AREAS = {f"{area}" for area in range(11, 100) if area % 10} - WITHOUT_AREA
DDDS = st.sampled_from(["", "82", "11", "55", "00", "xx"])


def in_area(ddd: str) -> ErpRow:
    return ROW.model_copy(update={"ddd": ddd})


def read(field: str, ddd: str = "82") -> tuple[tuple[str, ...], tuple[PhoneProblem, ...]]:
    return phones(field, in_area(ddd)), phone_problems(field, in_area(ddd))


def rule(found: str) -> str:
    """What `phonenumbers` calls it."""
    parsed = phonenumbers.parse(found)
    assert phonenumbers.is_valid_number(parsed)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


# --- whatever stands there


@given(st.lists(NASTY, min_size=1, max_size=4), DDDS)
@example(["0800 082 1234"], "82")
@example(["(82) 99999-0001 / 99999-0001"], "82")
@example(["9" * 10_000], "82")
def test_phones_are_callable_brazilian_numbers_each_once(fields: list[str], ddd: str) -> None:
    found = phones(*fields, in_area(ddd))

    assert len(set(found)) == len(found)
    for phone in found:
        assert re.fullmatch(r"\+55[1-9]{2}[2-9][0-9]{7,8}", phone, re.ASCII)
        assert rule(phone) == phone
        assert phonenumbers.number_type(phonenumbers.parse(phone)) in OF_A_PERSON


@given(st.lists(NASTY, min_size=1, max_size=4), DDDS)
def test_a_number_that_was_found_is_found_again(fields: list[str], ddd: str) -> None:
    for phone in phones(*fields, in_area(ddd)):
        assert read(phone, "11") == ((phone,), ())


@given(st.lists(NASTY, min_size=1, max_size=4), DDDS)
def test_reasons_are_sorted_each_once_and_never_a_number(fields: list[str], ddd: str) -> None:
    found = phone_problems(*fields, in_area(ddd))

    assert list(found) == sorted(set(found))
    assert not any(re.search(r"[0-9]", reason) for reason in found)


@given(st.lists(NASTY, min_size=1, max_size=3))
def test_several_columns_are_their_columns_one_after_the_other(fields: list[str]) -> None:
    apart = [read(field) for field in fields]

    assert phones(*fields, in_area("82")) == tuple(dict.fromkeys(phone for found, _ in apart for phone in found))
    assert phone_problems(*fields, in_area("82")) == tuple(sorted({reason for _, found in apart for reason in found}))


@pytest.mark.parametrize(
    "text", [" " * 50_000, "0" * 50_000, "x" * 50_000, "0 " * 25_000, "(" * 50_000 + "9", "82 9-" * 10_000]
)
def test_a_long_field_takes_no_time(text: str) -> None:
    began = process_time()
    read(text)
    assert (process_time() - began) * 1000 < ROWS_MS


# --- numbers as they are written

MOBILES = st.tuples(st.sampled_from("6789"), st.integers(0, 9_999_998)).map(lambda n: f"9{n[0]}{n[1]:07d}")
FIXED = st.tuples(st.sampled_from("35"), st.integers(1_000_000, 9_999_998)).map(lambda n: f"{n[0]}{n[1]}")
STYLES = (
    "({ddd}) {head}-{tail}",
    "({ddd}){head}{tail}",
    "{ddd}{head}{tail}",
    "{ddd} {head}-{tail}",
    "{ddd}-{head}-{tail}",
    "{ddd}.{head}.{tail}",
    "[{ddd}] {head} {tail}",
    "0{ddd} {head}-{tail}",
    "(0{ddd}) {head}-{tail}",
    "+55 {ddd} {head}-{tail}",
    "+55 ({ddd}) {head}-{tail}",
    "+55{ddd}{head}{tail}",
    "55{ddd}{head}{tail}",
    "55 {ddd} {head} {tail}",
    "0055 {ddd} {head}-{tail}",
    "+55 (0{ddd}) {head}-{tail}",
    "0 15 {ddd} {head}-{tail}",
    "015{ddd}{head}{tail}",
    "01555{ddd}{head}{tail}",
    "0XX{ddd} {head}-{tail}",
    "0xx({ddd}) {head}-{tail}",
    "(0xx{ddd}) {head}-{tail}",
    "(**{ddd}) {head}-{tail}",
)
BETWEEN = (
    " / ",
    "/",
    ";",
    "; ",
    ", ",
    ",",
    " ou ",
    " e ",
    " e/ou ",
    " | ",
    "\n",
    "\r\n",
    "\t",
    " - ",
    " & ",
    " _ ",
    "  ",
    " ",
    "\\",
)
NOTES = ("", " (esposa)", " - recado", " WHATS", " falar c/ filho", " *", " ramal 12", " r. 7", " +", ".")


@st.composite
def written(draw: st.DrawFn) -> tuple[str, tuple[str, ...]]:
    """A field of one to three different numbers with their area codes, and the numbers."""
    area, texts, numbers = st.sampled_from(sorted(AREAS)), [], []
    for subscriber in draw(st.lists(MOBILES | FIXED, min_size=1, max_size=3, unique=True)):
        ddd, style = draw(area), draw(st.sampled_from(STYLES))
        texts.append(style.format(ddd=ddd, head=subscriber[:-4], tail=subscriber[-4:]))
        numbers.append(f"+55{ddd}{subscriber}")
    field = texts[0]
    for text in texts[1:]:
        field += draw(st.sampled_from(BETWEEN)) + text
    return field + draw(st.sampled_from(NOTES)), tuple(dict.fromkeys(numbers))


@given(written(), DDDS)
def test_numbers_in_any_style_are_read_in_their_order(field_and_numbers: tuple[str, tuple[str, ...]], ddd: str) -> None:
    field, numbers = field_and_numbers
    assert read(field, ddd) == (numbers, ())


@given(
    MOBILES,
    st.sampled_from(sorted(AREAS)),
    st.sampled_from(["{area}{old}", "({area}) {head}-{tail}", "{head}-{tail}", "{old}"]),
)
def test_an_old_mobile_gets_the_nine_that_it_lacks(mobile: str, area: str, style: str) -> None:
    old = mobile[1:]
    assert phones(style.format(area=area, old=old, head=old[:4], tail=old[4:]), in_area(area)) == (f"+55{area}{mobile}",)


@pytest.mark.parametrize("area", [f"{area:02d}" for area in range(10, 100)])
def test_the_67_area_codes_and_no_other(area: str) -> None:
    assert len(AREAS) == 67
    for number in ("98765-0001", "5221-0002"):
        found, reasons = read(f"({area}) {number}", "")
        assert bool(found) is (area in AREAS)
        assert reasons == (() if area in AREAS else ("unknown_area_code",))


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("(82) 99999-0001", "+5582999990001"),
        ("99999-0001", "+5582999990001"),
        ("9 9999-0001", "+5582999990001"),
        ("99.999-0001", "+5582999990001"),
        ("9999-90001", "+5582999990001"),
        ("9999-0001", "+5582999990001"),
        ("8899-0001", "+5582988990001"),
        ("3221-0002", "+558232210002"),
        ("(55) 99999-0001", "+5555999990001"),
        ("55 99999-0001", "+5555999990001"),
        ("+55 99999-0001", "+5582999990001"),
        ("00 82 99999-0001", "+5582999990001"),
        ("(00) 99999-0001", "+5582999990001"),
        ("82/99999-0001", "+5582999990001"),
        ("79: 99999-0001", "+5579999990001"),
        ("79 xx 99999-0001", "+5579999990001"),
        ("3221-0002 99999-0001", "+558232210002 +5582999990001"),
        ("(82) 99999-0001 / 3221-0002", "+5582999990001 +558232210002"),
        ("(79) 99999-0001 / 3221-0002", "+5579999990001 +557932210002"),
        ("99999-0001 / (79) 99999-0002", "+5579999990001 +5579999990002"),
        ("99999-0001-99999-0002", "+5582999990001 +5582999990002"),
        ("99999-0001+99999-0002", "+5582999990001 +5582999990002"),
        ("(82) 99999-0001 + (79) 99999-0002", "+5582999990001 +5579999990002"),
        ("8299999000182999990002", "+5582999990001 +5582999990002"),
        ("829999900018232210002", "+5582999990001 +558232210002"),
        ("(82) 3221-0002 1234", "+558232210002"),
        ("99999-0001, 99999-0001", "+5582999990001"),
    ],
)
def test_what_clerks_type_as_a_phone(field: str, found: str) -> None:
    assert read(field) == (tuple(found.split()), ())


# --- what is none

NONE = {
    "": ["", "0", "00", " ", "-", "---", "( )", "٣٣٣٣٣٣٣٣"],
    "text": ["não tem", "recado c/ vizinha", "SEM FONE"],
    "too_short": ["(82) 9", "99999", "82 9999-000", "829999900", "15/01/2026", "192.0.2.10"],
    "too_long": ["999990001234", "82099999-0001", "351912345678", "0800 99999-0001", "829600000081930000001"],
    "repeated_digit": ["99999-9999", "(99) 9999-99999", "000000000", "(82) 98888-8888", "11111111", "+55 82 99999-9999"],
    "service_number": [
        *("0800 082 1234", "800 082 1234", "0800-0821234", "08000821234", "+55 800 082 1234", "0800 12 3456"),
        *("0303 123 4567", "0300 123 4567", "0304 123 4567", "0900 123 4567", "190", "103 15", "4004-1234", "3003-1234"),
        *("(82) 4003-1234", "4020-1234"),
    ],
    "unknown_area_code": ["(20) 99999-0001", "23 3221-0002", "+55 (20) 99999-0001", "(10) 3221-0002", "0800 8222 3333"],
    "not_a_brazilian_number": [
        *(
            "+54 11 2345 6789",
            "0054 11 2345 6789",
            "+351 912 345 678",
            "+34 912 345 678",
            "+1 305 555 1234",
            "+82 99999-0001",
        ),
        *("(82) 39999-0001", "(82) 1234-5678", "1234-5678", "111.444.777-35"),
    ],
}


@pytest.mark.parametrize(("reason", "field"), [(reason, field) for reason, fields in NONE.items() for field in fields])
def test_what_is_no_phone_has_one_reason(reason: str, field: str) -> None:
    assert read(field) == ((), (reason,) if reason else ())


def test_what_is_too_long_for_a_remark_beside_a_number_has_its_reason() -> None:
    assert read("(82) 99999-0001 999900") == (("+5582999990001",), ("too_short",))


@pytest.mark.parametrize("field", ["99999-0001", "9999-0001", "3221-0002", "+55 99999-0001"])
@pytest.mark.parametrize("ddd", ["", "00", "xx", "8"])
def test_without_an_area_code_a_short_number_is_none(field: str, ddd: str) -> None:
    assert read(field, ddd) == ((), ("no_area_code",))


@pytest.mark.parametrize(("reason", "other"), list(product([one for one in NONE if one], [" / ", ";", "\n", " ou "])))
def test_a_number_beside_what_is_none_is_still_found(reason: str, other: str) -> None:
    found, reasons = read(f"{NONE[reason][0]}{other}(82) 99999-0001")
    assert found == ("+5582999990001",)
    assert reasons == (() if reason == "text" else (reason,))  # a remark beside a number is no problem


def test_the_last_argument_is_the_event() -> None:
    with pytest.raises(TypeError, match="event"):
        phones("99999-0001", "99999-0002")


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("82999990001.0", "+5582999990001"),
        ("8.2999990001E10", "+5582999990001"),
        ("8,2999990001E+10", "+5582999990001"),
        ("99999-0001 / 99999-0002 / (79) 99999-0003", "+5579999990001 +5579999990002 +5579999990003"),
        ("(71) 99999-0001 / 99999-0002 / (79) 99999-0003", "+5571999990001 +5571999990002 +5579999990003"),
        ("9.9E9", ""),
        ("8.2E10", ""),
    ],
)
def test_numbers_that_a_spreadsheet_saved_and_neighbours_that_lend_their_area(field: str, found: str) -> None:
    assert read(field)[0] == tuple(found.split())


@given(st.lists(MOBILES, min_size=2, max_size=4, unique=True), st.data(), st.sampled_from(sorted(AREAS)))
def test_one_area_code_is_that_of_all_numbers_of_its_field(numbers: list[str], data: st.DataObject, area: str) -> None:
    at = data.draw(st.integers(0, len(numbers) - 1))
    field = " / ".join(f"({area}) {one}" if place == at else one for place, one in enumerate(numbers))

    assert read(field, "11")[0] == tuple(f"+55{area}{one}" for one in numbers)

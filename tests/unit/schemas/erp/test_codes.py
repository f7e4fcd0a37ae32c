"""Every enumeration of every ERP, there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.debtor import Bill, Client, Contract
from schemas.erp import ERPS
from schemas.erp.codes import UNKNOWN, Codes, is_code, spelled
from schemas.rows import Kind

MODELS = {"client": Client, "contract": Contract, "bill": Bill}
ALL = [
    (erp.name, table.kind, field, codes)
    for erp in ERPS.values()
    for table in erp.tables
    for field, (_, codes) in table.codes.items()
]


def test_every_erp_has_enumerations_and_each_word_is_one_of_ours() -> None:
    assert {name for name, *_ in ALL} == set(ERPS)
    for _, kind, field, codes in ALL:
        if field == "active":
            continue  # yes or no
        allowed = MODELS[kind].model_fields[field].annotation
        assert {word for word, _ in codes.known.values()} <= set(allowed.__args__), (kind, field)  # type: ignore[union-attr]


@given(st.sampled_from(ALL), st.data())
def test_there_and_back(enumeration: tuple[str, Kind, str, Codes], data: st.DataObject) -> None:
    """Code to word to codes holds the code; word to code to word is the word; so it is the same mapping both ways."""
    erp, kind, field, codes = enumeration
    code = data.draw(st.sampled_from(sorted(codes.known)))
    word = codes(code)

    assert word != UNKNOWN
    assert code in codes.codes_of(word)
    assert codes(codes.code_of(word)) == word
    assert {codes(each) for each in codes.codes_of(word)} == {word}
    assert ERPS[erp].term(kind, field, code) == codes.term(code) != ""


@given(st.sampled_from(ALL), st.text(max_size=12))
def test_any_other_code_is_unknown_and_shown_as_it_is(enumeration: tuple[str, Kind, str, Codes], text: str) -> None:
    *_, codes = enumeration
    if not codes.knows(text):
        assert codes(text) == UNKNOWN
        assert codes.term(text) == text


BLANKS = st.text(" \t\n", max_size=3)


@given(st.sampled_from(ALL), BLANKS, BLANKS, st.data())
def test_case_and_blanks_around_it_make_no_other_code(
    enumeration: tuple[str, Kind, str, Codes], before: str, after: str, data: st.DataObject
) -> None:
    """As the databases behind them compare: whoever is asked for `A` answers a row with `a ` too."""
    *_, codes = enumeration
    code = data.draw(st.sampled_from(sorted(codes.known)))
    written = before + data.draw(st.sampled_from([code, code.lower(), code.capitalize()])) + after

    assert (codes(written), codes.term(written), codes.knows(written)) == (codes(code), codes.term(code), True)
    assert is_code(written, code)
    assert [one for one in codes.known if is_code(written, one)] == [code]


def test_every_code_that_is_asked_for_is_written_as_it_is_compared() -> None:
    asked = {where.value for erp in ERPS.values() for table in erp.tables for query in table.queries for where in query}
    known = {code for *_, codes in ALL for code in codes.known}
    declared = {code for erp in ERPS.values() for table in erp.tables for codes in table.known.values() for code in codes}

    assert {spelled(code) for code in asked | known | declared} == asked | known | declared


def test_what_the_erp_has_no_code_for_cannot_be_asked() -> None:
    codes = Codes({"A": ("active", "Ativo")})

    assert codes.codes_of("blocked") == ()
    with pytest.raises(LookupError):
        codes.code_of("blocked")

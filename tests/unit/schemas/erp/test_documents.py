"""CPF and CNPJ: only what its check digits confirm, however it was typed or stored."""

import re
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deploy.simulators.ixc import documents as simulated
from schemas.debtor import DocumentProblem
from schemas.erp.documents import document, document_problem, is_company, masked, written_document
from tests.strategies import NASTY

CPF_ROOTS = st.text("0123456789", min_size=9, max_size=9)
CNPJ_ROOTS = st.text(simulated.CNPJ_CHARACTERS, min_size=12, max_size=12) | st.text("0123456789", min_size=12, max_size=12)
CPFS = CPF_ROOTS.map(simulated.cpf).filter(lambda bare: len(set(bare)) > 1)
CNPJS = CNPJ_ROOTS.map(simulated.cnpj).filter(lambda bare: len(set(bare)) > 1)
DIGITS = st.sampled_from("0123456789")


@given(NASTY | st.text("0123456789ABC.-/ ", max_size=20))
@example("NAO INFORMADO")
def test_there_is_a_document_or_a_problem(value: str) -> None:
    found = document(value)

    assert found == "" or re.fullmatch(r"[0-9]{11}|[0-9A-Z]{12}[0-9]{2}", found, re.ASCII)
    assert bool(found) is (document_problem(value) == "")
    assert document(found) == found


@given(st.one_of(st.tuples(CPFS, st.just(simulated.masked_cpf)), st.tuples(CNPJS, st.just(simulated.masked_cnpj))))
def test_every_right_document_is_accepted_masked_and_bare(case: tuple[str, Callable[[str], str]]) -> None:
    bare, mask = case
    for written in (bare, mask(bare), bare.lower(), f" {mask(bare).lower()} "):
        assert (document(written), document_problem(written)) == (bare, "")


@given(st.integers(0, 2**32))
def test_what_the_simulators_write_is_accepted(seed: int) -> None:
    rng = Random(seed)
    for written in (simulated.person_document(rng), simulated.company_document(rng)):
        assert document(written) == re.sub(r"[^0-9A-Z]", "", written)


@given(CPFS | CNPJS, st.sampled_from([-1, -2]), DIGITS)
def test_a_changed_check_digit_is_rejected(bare: str, place: int, digit: str) -> None:
    changed = bare[:place] + digit + bare[len(bare) + place + 1 :]
    assert document(changed) == (bare if changed == bare else "")
    assert document_problem(changed) in ({""} if changed == bare else {"check_digits", "repeated"})


@given(CPFS, st.integers(0, 8), DIGITS)
def test_a_changed_cpf_is_one_only_if_its_check_digits_still_hold(bare: str, place: int, digit: str) -> None:
    changed = bare[:place] + digit + bare[place + 1 :]
    assert bool(document(changed)) is (simulated.cpf(changed[:9]) == changed and len(set(changed)) > 1)


@given(CNPJS, st.integers(0, 11), st.sampled_from(simulated.CNPJ_CHARACTERS))
def test_a_changed_cnpj_is_one_only_if_its_check_digits_still_hold(bare: str, place: int, character: str) -> None:
    changed = bare[:place] + character + bare[place + 1 :]
    assert bool(document(changed)) is (simulated.cnpj(changed[:12]) == changed and len(set(changed)) > 1)


@given(st.integers(10**6, 10**8 - 1).map(lambda root: simulated.cpf(f"{root:09d}")))
def test_a_cpf_gets_back_the_zeros_that_a_numeric_column_lost(bare: str) -> None:
    assert document(str(int(bare))) == bare
    assert document_problem(str(int(bare))) == ""


@given(st.integers(10**9, 10**11 - 1).map(lambda root: simulated.cnpj(f"{root:012d}")))
def test_a_cnpj_gets_back_the_zeros_that_a_numeric_column_lost(bare: str) -> None:
    assert document(f" {int(bare)} ") == bare


@given(st.integers(10**8, 10**10 - 1))
def test_zeros_are_added_only_if_the_check_digits_then_hold(number: int) -> None:
    whole = f"{number:011d}"
    assert document(str(number)) == (whole if simulated.cpf(whole[:9]) == whole else "")


@pytest.mark.parametrize(
    ("value", "found", "problem"),
    [
        ("111.444.777-35", "11144477735", ""),
        ("11.222.333/0001-81", "11222333000181", ""),
        ("12.abc.345/01de-35", "12ABC34501DE35", ""),
        ("111.444.777-36", "", "check_digits"),
        ("111.444.777-45", "", "check_digits"),
        ("11.222.333/0001-82", "", "check_digits"),
        ("12.ABC.345/01DF-35", "", "check_digits"),
        ("12.ABC.345/01DE-3A", "", "shape"),
        ("NAO INFORMADO", "", "missing"),
        ("ISENTO DE CPF", "", "shape"),
        ("CPF: 111.444.777-35", "11144477735", ""),
        ("CPF/CNPJ 11.222.333/0001-81", "11222333000181", ""),
        ("cnpj nº 12.abc.345/01de-35", "12ABC34501DE35", ""),
        ("C.P.F. 111.444.777-36", "", "check_digits"),
        ("MAE CPF 111.444.777-35", "", "shape"),
        ("MAE 111.444.777-35", "", "check_digits"),
        ("111.444.777-35 (mae)", "", "shape"),
        ("11144477735.0", "11144477735", ""),
        ("1.1144477735E10", "11144477735", ""),
        ("1,1222333000181E+13", "11222333000181", ""),
        ("191.0", "", "shape"),
        ("9876543300.0", "09876543300", ""),
        ("1.11E10", "", "shape"),
        ("111.444.777", "", "shape"),
        ("012.345.67-89", "", "shape"),
        ("1.234.567-89", "", "shape"),
        ("000.000.000-00", "", "repeated"),
        ("111.111.111-11", "", "repeated"),
        ("00.000.000/0000-00", "", "repeated"),
        *((value, "", "missing") for value in ("", "0", " ", "-", "...-", "000", "000000000")),
    ],
)
def test_documents_as_they_are_typed(value: str, found: str, problem: DocumentProblem) -> None:
    assert (document(value), document_problem(value)) == (found, problem)


def test_only_bare_digits_have_lost_zeros() -> None:
    """Dots and dashes were typed by a person, who saw how many digits there are."""
    bare = simulated.cpf("001234567")
    lost = str(int(bare))
    assert document(lost) == bare
    assert document(f"{lost[:3]}.{lost[3:]}") == ""
    assert not any(document(f"1.234.56{end:02d}") for end in range(100))


def test_a_masked_document_shows_only_its_middle() -> None:
    assert masked("11144477735") == "***444777**"
    assert masked("") == ""


@given(CPFS, CNPJS)
def test_a_cnpj_is_a_companys(cpf: str, cnpj: str) -> None:
    assert not is_company(cpf)
    assert is_company(cnpj)
    assert is_company(f"{cnpj[:2]}.{cnpj[2:5]}.{cnpj[5:8]}/{cnpj[8:12]}-{cnpj[12:]}")


@pytest.mark.parametrize(
    ("written", "company"),
    [
        ("", False),
        ("00000000000000", False),
        ("12.ABC.345/01DE-34", True),  # wrong check digits, but nobody has a CPF of that length
        ("111.444.777-36", False),
        ("NAO INFORMADO", False),
        ("191", False),
        ("191000000000", False),
    ],
)
def test_whose_document_was_meant(written: str, company: bool) -> None:
    assert is_company(written) is company


@given(CPFS | CNPJS, st.sampled_from(["CPF", "CNPJ:", "cpf/cnpj ", "Doc. nº ", "C.N.P.J.", "INSCRIÇÃO "]))
def test_a_word_that_names_a_document_is_no_part_of_it(bare: str, word: str) -> None:
    assert document(f"{word} {bare}") == bare
    assert is_company(f"{word} {bare}") is (len(bare) == 14)


@given(CPFS)
def test_a_document_that_a_spreadsheet_took_for_a_number_is_read_back(bare: str) -> None:
    if not bare.startswith("000"):  # three lost zeros are too many to be put back
        assert document(f"{int(bare)}.0") == bare


def test_a_wrong_cpf_behind_its_name_is_no_company() -> None:
    assert not is_company("CPF: 111.444.777-36")
    assert is_company("CNPJ: 11.222.333/0001-82")


NO_DOCUMENT = ("", "ISENTO", "N/C", "EXTERIOR", "111.111.111-11", "000.000.000-00", "NAO INFORMADO", "111.444.777-36", "123")


@given(st.lists(st.sampled_from(NO_DOCUMENT), max_size=3), CPFS | CNPJS, st.lists(st.sampled_from(NO_DOCUMENT), max_size=3))
def test_a_document_counts_whatever_stands_in_the_columns_beside_it(before: list[str], bare: str, behind: list[str]) -> None:
    assert written_document([*before, bare, *behind]) == bare


@pytest.mark.parametrize(
    ("columns", "counts"),
    [
        (("ISENTO", "11.222.333/0001-82"), "11.222.333/0001-82"),
        (("111.111.111-11", "11.222.333/0001-82"), "11.222.333/0001-82"),
        (("111.444.777-36", "11.222.333/0001-82"), "111.444.777-36"),
        (("", "ISENTO"), "ISENTO"),
        (("EXTERIOR", "N/C"), "EXTERIOR"),
        (("S/N", ""), ""),
        ((), ""),
    ],
)
def test_without_a_document_the_one_with_wrong_check_digits_counts(columns: tuple[str, ...], counts: str) -> None:
    """Whose it is can still be told by it: an empty word would make a person of a company."""
    assert written_document(columns) == counts

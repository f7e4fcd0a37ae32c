"""Reverse maps: one name for every spelling, and a readable one where nobody has mapped it."""

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, TypeAdapter, ValidationError

from schemas.reverse_map import UNDEFINED, ReverseMap, Variants, consistent, fold, title_case
from tests.strategies import NASTY

MAP = ReverseMap({"Jardim das Acácias": ("Jd Acácias", "J. Acacias"), "Centro": (), "Edifício Öst": ("Ed. Ost",)})
WORDS = st.text("abcdefghijklmnopqrstuvwxyzáàãâéêíóôõúç'- .0123456789", max_size=30)
CHECKED: TypeAdapter[Variants] = TypeAdapter(Annotated[Variants, AfterValidator(consistent)])
ACCENTS = str.maketrans("áàãâéêíóôõúüçÁÀÃÂÉÊÍÓÔÕÚÜÇ", "aaaaeeiooouucAAAAEEIOOOUUC")


def respelled(draw: st.DrawFn, text: str) -> str:
    """The same letters in other cases, with other spaces, with or without accents."""
    plain = text.translate(ACCENTS) if draw(st.booleans()) else text
    cased = "".join(each.upper() if draw(st.booleans()) else each.lower() for each in plain)
    return "".join(each + draw(st.sampled_from(["", "", " ", "\t", "\xa0"])) for each in cased.replace(" ", ""))


@given(st.data(), st.sampled_from([(name, other) for name, others in MAP.variants.items() for other in (name, *others)]))
def test_case_accents_and_spaces_do_not_matter(data: st.DataObject, pair: tuple[str, str]) -> None:
    canonical, variant = pair
    raw = respelled(data.draw, variant)

    assert MAP.shown(raw) == canonical
    assert MAP.known(raw)


@given(NASTY | WORDS)
def test_every_text_is_shown_as_something_and_only_once_removed(raw: str) -> None:
    shown = MAP.shown(raw)

    assert shown
    assert MAP.known(raw) is (shown in MAP.variants or shown == UNDEFINED)
    assert MAP.shown(raw.strip()) == shown


@given(WORDS)
def test_title_case_is_stable_and_changes_only_case_and_spaces(text: str) -> None:
    shown = title_case(text)

    assert title_case(shown) == title_case(text.upper()) == shown
    assert fold(shown) == fold(text)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("JARDIM DAS ROSAS II", "Jardim das Rosas II"),
        ("  parque   DOS ipês ", "Parque dos Ipês"),
        ("DE LOURDES", "De Lourdes"),
        ("OLHO D'ÁGUA", "Olho d'Água"),
        ("beira-mar", "Beira-Mar"),
        ("2ª ETAPA (NOVA)", "2ª Etapa (Nova)"),
        ("1º DE MAIO", "1º de Maio"),
        ("vila xix e vi", "Vila XIX e VI"),
        ("CIVIL VILA MIL", "Civil Vila Mil"),
        ("são josé e SANTANA", "São José e Santana"),
    ],
)
def test_names_as_they_are_written(raw: str, shown: str) -> None:
    assert ReverseMap({}).shown(raw) == shown
    assert not ReverseMap({}).known(raw)


@pytest.mark.parametrize(
    "raw",
    [
        *("", "0", " ", "-", "---", ".", "\\N", "null", "NULL", "\t", "(*)"),
        *("NAO INFORMADO", "Não Informado", "SEM BAIRRO", "S/N", "00", "undefined", "xxx", "N/I", "#N/D"),
    ],
)
def test_what_is_blank_needs_no_name(raw: str) -> None:
    assert MAP.shown(raw) == "Indefinido"
    assert MAP.known(raw)


def test_a_blank_of_the_provider_can_be_mapped() -> None:
    found = ReverseMap({"Sem Bairro": ("-", "N/I"), UNDEFINED: ("A DEFINIR",)})
    assert [found.shown(raw) for raw in ("-", "n/i", "a definir", "")] == ["Sem Bairro", "Sem Bairro", UNDEFINED, UNDEFINED]


@pytest.mark.parametrize(
    ("variants", "said"),
    [
        ({"Centro": ("CTR",), "Central": ("ctr ",)}, "'ctr ' is a variant of both Centro and Central"),
        ({"Centro": ("Central",), "Central": ()}, "'Central' is a variant of both Centro and Central"),
        ({"São José": (), "SAO JOSE": ()}, "'SAO JOSE' is a variant of both São José and SAO JOSE"),
        ({"Centro": ("", "x")}, "a variant of Centro is blank"),
        ({" ": ("x",)}, "a canonical name is blank"),
    ],
)
def test_a_spelling_has_one_name(variants: Variants, said: str) -> None:
    """Pydantic shows the sentence to whoever configures it."""
    with pytest.raises(ValidationError, match=said):
        CHECKED.validate_python(variants)


def test_a_repeated_spelling_of_one_name_does_no_harm() -> None:
    variants: Variants = {"Centro": ("centro", "CENTRO", "Ctr", "ctr")}
    assert consistent(variants) == variants

"""The report of what nobody has mapped: nothing is left out, and what looks alike is suggested."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.figures.unmapped import LIKENESS, Unmapped, report
from schemas.nothing import is_nothing
from schemas.reverse_map import ReverseMap
from schemas.spelling import written_out
from tests.strategies import NASTY

MAP = ReverseMap({"Jardim das Acácias": ("Jd. Acácias", "Cj. das Flores"), "Nossa Senhora de Fátima": (), "Etapa II": ()})
NAMES = st.sampled_from(
    ["Centro", "CENTRO", "Centro ", "Jd Acacias", "Jardim", "Vila II", "Vila I", "", "0", "São José", "S. José"]
)
COUNTS = st.dictionaries(NAMES | NASTY, st.integers(1, 50), max_size=12)


def suggested(*values: str) -> tuple[str, int]:
    """For the last of `values`, each of which concerns fewer clients than the one before it."""
    found = report({value: 100 - place for place, value in enumerate(values)}, MAP)
    return found[-1].suggestion, found[-1].likeness


@given(COUNTS)
def test_every_value_that_is_neither_mapped_nor_blank_is_in_it_once(counts: dict[str, int]) -> None:
    found = report(counts, MAP)

    listed = [raw for one in found for raw in one.variants]
    assert sorted(listed) == sorted(raw for raw in counts if not MAP.known(raw))
    assert not any(is_nothing(raw) for raw in listed)
    assert all(one.clients == sum(counts[raw] for raw in one.variants) for one in found)
    assert all(one.shown == MAP.shown(one.variants[0]) for one in found)
    assert [one.clients for one in found] == sorted((one.clients for one in found), reverse=True)
    assert report(dict(reversed(counts.items())), MAP) == found


@given(COUNTS)
def test_a_suggestion_is_a_name_or_a_value_of_no_fewer_debtors(counts: dict[str, int]) -> None:
    found = report(counts, MAP)

    for place, one in enumerate(found):
        assert (one.likeness >= LIKENESS) is bool(one.suggestion)
        assert one.suggestion in {"", *MAP.variants, *(other.shown for other in found[:place])}


def test_spellings_that_only_differ_in_case_accents_and_spaces_are_one_value() -> None:
    counts = {"SAO JOSE": 2, "São José": 7, "são  josé ": 1, "Farol": 3}
    assert report(counts, ReverseMap({})) == [
        Unmapped("São José", ("São José", "SAO JOSE", "são  josé "), 10),
        Unmapped("Farol", ("Farol",), 3),
    ]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("JARDIM ACACIAS", "Jardim das Acácias"),
        ("Jrd das Acassias", "Jardim das Acácias"),
        ("CONJUNTO FLORES", "Jardim das Acácias"),
        ("N. Sra. Fátima", "Nossa Senhora de Fátima"),
        ("NSRA DE FATIMA", "Nossa Senhora de Fátima"),
        ("2a Etapa", "Etapa II"),
        ("Etapas 02", "Etapa II"),
    ],
)
def test_the_nearest_name_is_suggested(value: str, name: str) -> None:
    assert suggested(value)[0] == name


@pytest.mark.parametrize(
    ("often", "seldom", "near"),
    [
        ("Condomínio Ocean View", "Cond. Ocean View", True),
        ("Santa Lúcia", "STA LUCIA", True),
        ("São José", "S. José", True),
        ("Tabuleiro do Martins", "Tabuleiro dos Martins", True),
        ("Boa Vista", "Boavistas", True),
        ("Gruta", "Grutta", True),
        ("Vila 10", "Vila X", True),
        ("Boa Vista", "Bela Vista", False),
        ("Vila I", "Vila II", False),
        ("Vila", "Vila 1", False),
        ("Bloco 1 Quadra 2", "Bloco 2 Quadra 1", False),
        ("Centro", "Farol", False),
        ("da", "de", False),
    ],
)
def test_the_nearest_of_the_more_frequent_values_is_suggested(often: str, seldom: str, near: bool) -> None:
    assert (suggested(often, seldom)[0] == ReverseMap({}).shown(often)) is near


def test_a_value_is_never_its_own_suggestion_and_two_never_suggest_each_other() -> None:
    found = report({"Sta. Lúcia": 5, "Santa Lucia": 5}, ReverseMap({}))
    assert [one.suggestion for one in found] == ["", "Santa Lucia"]


def test_a_likeness_is_a_per_cent() -> None:
    assert suggested("Jardim das Acácias do Sul", "JD ACACIAS SUL") == ("Jardim das Acácias do Sul", 100)
    assert suggested("Ponta Grossa", "Ponta Grosa") == ("Ponta Grossa", 96)


@given(NASTY)
def test_any_text_can_be_written_out(text: str) -> None:
    words, numbers = written_out(text)
    assert words == words.strip().casefold()
    assert all(number == "" or number.isdecimal() for number in numbers)

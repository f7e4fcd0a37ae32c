"""The catalogues hold exactly the strings of the source, and Babel writes numbers as a Brazilian does."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import dashboard
import schemas.figures
from dashboard.facts.failures import Failure
from dashboard.facts.levels import Level
from dashboard.facts.stages import Trouble, needed
from dashboard.words.labels import (
    CODES,
    DEBTS,
    DOCUMENTS,
    FAILURES,
    HOLDS,
    JOBS,
    KINDS,
    LEVELS,
    PARTS,
    PHONES,
    SUBJECTS,
    TROUBLES,
    UNNAMED,
)
from dashboard.words.language import CATALOGUES, Language
from dashboard.words.operation import ACTIONS
from dashboard.words.what_if import WHY
from schemas.audit import Action
from schemas.debtor import DocumentProblem, PhoneProblem
from schemas.figures import names
from schemas.figures.definitions import DEFINITIONS, Figure
from schemas.queue import HoldReason, Part
from schemas.reverse_map import Subject
from schemas.rows import Kind
from schemas.what_if import Obstacle

SOURCE = Path(dashboard.__file__).parent
FIGURES = Path(names.__file__)
KEYWORDS = {"_": None, "N_": None, "NN_": (1, 2), "say": None, "many": (1, 2), "gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")

Message = str | tuple[str, ...]


def in_source() -> set[Message]:
    """Every marked string, those of the definitions and titles of figures too; plural ones as a pair."""
    found = extract_from_dir(
        SOURCE,
        method_map=[("**.py", "python"), ("*/templates/**.html", "jinja2")],
        options_map={"*/templates/**.html": {"newstyle_gettext": "true"}},
        keywords=KEYWORDS,
    )
    figures = extract_from_dir(Path(schemas.figures.__file__).parent, method_map=[("**.py", "python")], keywords=KEYWORDS)
    return {message for _, _, message, _, _ in (*found, *figures)}


def translated() -> Iterator[tuple[Message, Message]]:
    """What the Portuguese catalogue holds."""
    with (CATALOGUES / "pt_BR.po").open("rb") as file:
        for message in read_po(file, locale="pt_BR"):
            if message.id:
                yield (message.id, message.string)


def test_every_string_has_its_portuguese_and_no_translation_is_left_over() -> None:
    """A new string without a line in `pt_BR.po` fails here, with its text."""
    assert {message for message, _ in translated()} == in_source()


def test_translations_are_complete() -> None:
    """None is empty, and each keeps the placeholders of its original."""
    for message, translation in translated():
        originals, texts = ([part] if isinstance(part, str) else list(part) for part in (message, translation))
        assert all(texts), message
        assert {*PLACEHOLDER.findall(" ".join(originals))} == {*PLACEHOLDER.findall(" ".join(texts))}, message


def test_every_value_of_a_closed_list_has_words() -> None:
    """Why nobody is called has an answer in Portuguese, for every reason, with a step."""
    say = Language("pt_BR")
    expected: list[tuple[object, Iterable[str]]] = [(HoldReason, HOLDS), (Part, PARTS), (Kind, KINDS), (Level, LEVELS)]
    expected += [(PhoneProblem, PHONES), (DocumentProblem, {"", *DOCUMENTS})]
    expected += [(Subject, words) for words in (SUBJECTS, DEBTS, UNNAMED)]
    expected += [(Failure, FAILURES), (Trouble, TROUBLES), (Figure, DEFINITIONS), (Obstacle, WHY)]

    for closed, words in expected:
        assert set(get_args(closed)) == set(words)
    assert set(needed(calls=True)) == set(JOBS)
    listed = (PARTS, KINDS, LEVELS, PHONES, DOCUMENTS, CODES, UNNAMED, FAILURES, JOBS, DEFINITIONS, WHY)
    for text in (*(text for words in listed for text in words.values()), *(text for why in HOLDS.values() for text in why)):
        assert say(text)
        assert say(text) != text


def test_english_is_the_source_itself() -> None:
    """Its catalogue translates nothing."""
    say = Language("en")

    assert say("Next in the call queue") == "Next in the call queue"
    assert (say.many("%(n)s day", "%(n)s days", 1), say.many("%(n)s day", "%(n)s days", 2)) == ("1 day", "2 days")


def test_numbers_as_a_brazilian_writes_them() -> None:
    """Point for thousands, comma for cents."""
    say = Language("pt_BR")

    assert say.number(27_000) == "27.000"
    assert say.money(123_456) == "R$\xa01.234,56"
    assert say.short_money(4_123_310) == "R$\xa041,2\xa0mil"
    assert say.short_money(99_999) == "R$\xa0999,99"
    assert say.day(date(2026, 11, 3)) == "03/11/2026"
    assert say.tag == "pt-BR"


def test_times_are_the_readers() -> None:
    """In the given zone; the day only where it is not today."""
    say = Language("pt_BR")
    at = datetime(2026, 11, 23, 2, 30, 5, tzinfo=UTC)

    assert say.clock(at, "America/Sao_Paulo") == "23:30:05"
    assert say.moment(at, at + timedelta(minutes=5), "America/Sao_Paulo") == "23:30"
    assert say.moment(at, at + timedelta(hours=5), "America/Sao_Paulo") == "22/11 23:30"


@pytest.mark.parametrize(("seconds", "text"), [(0, "há 1 seg."), (130, "há 2 min."), (7_300, "há 2 h")])
def test_ages_are_in_their_largest_unit(seconds: int, text: str) -> None:
    """Never in the future: an age of nothing is a second."""
    assert Language("pt_BR").ago(timedelta(seconds=seconds)) == text


def test_every_action_of_the_audit_has_words() -> None:
    """One without would leave the page Operation empty."""
    assert set(ACTIONS) == set(get_args(Action))


def test_no_string_is_translated_twice() -> None:
    """The library keeps one of two, and nobody knows which."""
    lines = (CATALOGUES / "pt_BR.po").read_text(encoding="utf-8").splitlines()
    ids = [line for line in lines if line.startswith('msgid "') and line != 'msgid ""']
    assert [line for line, n in Counter(ids).items() if n > 1] == []

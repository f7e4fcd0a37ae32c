"""What the clerk is warned of, how gravely, and that each warning says what to do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.facts.asked import EVERYBODY
from dashboard.facts.board import choose
from dashboard.facts.failures import Failure
from dashboard.facts.levels import Level
from dashboard.facts.snapshot import InstanceFigures, Reading
from dashboard.facts.sources import Source
from dashboard.words.language import Language
from dashboard.words.notices import Notice, notices
from schemas.refills import Refill

MakeFigures = Callable[..., InstanceFigures]
MakeReading = Callable[..., Reading]
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def warned(reading: Reading, language: Language) -> tuple[Notice, ...]:
    return notices(reading, choose(reading.snapshot, EVERYBODY) if reading.snapshot else None, language)


def test_nothing_to_warn_of(figures: MakeFigures, reading: MakeReading, portuguese: Language) -> None:
    """A calm morning."""
    assert warned(reading(figures()), portuguese) == ()


def test_before_the_first_snapshot_the_page_says_that_it_reads(now: datetime, portuguese: Language) -> None:
    """Not an error yet."""
    (notice,) = warned(Reading(now), portuguese)

    assert notice.tone == "info"
    assert "Lendo os primeiros números" in notice.text


def test_a_database_that_never_answered_is_an_alert(now: datetime, portuguese: Language) -> None:
    """It names what happened, for the operator who is called."""
    (notice,) = warned(Reading(now, failure="away"), portuguese)

    assert notice.tone == "stopped"
    assert "MongoDB não responde" in notice.text
    assert "chame o operador" in notice.step


@pytest.mark.parametrize(
    ("seconds", "failure", "tones"),
    [
        (60, None, []),
        (5, "away", ["late"]),
        (121, None, ["late"]),
        (150, "away", ["late"]),
        (181, None, ["stopped"]),
    ],
)
def test_old_numbers_say_how_old(
    figures: MakeFigures, reading: MakeReading, *, seconds: int, failure: Failure | None, tones: list[str]
) -> None:
    """The numbers stay on the screen, with their time of day and age."""
    found = warned(reading(figures(), age=timedelta(seconds=seconds), failure=failure), Language("pt_BR"))
    minute, second = divmod(9 * 3600 - seconds, 60)

    assert [notice.tone for notice in found] == tones
    for notice in found:
        assert f"{minute // 60:02}:{minute % 60:02}:{second:02}" in notice.text
        assert ("MongoDB não responde" in notice.text) is bool(failure)


@pytest.mark.parametrize(("level", "tone"), [("fresh", None), ("late", "late"), ("stopped", "stopped")])
def test_an_erp_that_is_not_read_in_time_is_named(
    figures: MakeFigures, reading: MakeReading, portuguese: Language, level: Level, tone: str | None
) -> None:
    """With the kinds that are late."""
    one = figures(
        sources=(Source("bill", NOW, 0, None, "", level), Source("client", NOW, 0, None, "", "fresh")), title="Norte"
    )
    found = warned(reading(one), portuguese)

    assert [notice.tone for notice in found] == ([tone] if tone else [])
    assert all(notice.readings == "?" for notice in found)
    assert all("Norte" in notice.text and "Faturas" in notice.text and "Clientes" not in notice.text for notice in found)


def test_many_late_providers_are_one_warning(figures: MakeFigures, reading: MakeReading, portuguese: Language) -> None:
    """One for each gravity, not one for each provider."""
    late = (Source("bill", NOW, 0, None, "", "late"), Source("client", NOW, 0, None, "", "stopped"))
    found = warned(reading(figures("norte", sources=late), figures("sul", sources=late)), portuguese)

    assert [(notice.tone, notice.text) for notice in found] == [
        ("stopped", "O ERP não foi lido no prazo: Norte (Clientes); Sul (Clientes)."),
        ("late", "O ERP não foi lido no prazo: Norte (Faturas); Sul (Faturas)."),
    ]


def test_numbers_that_are_not_whole_say_what_is_read_again_and_how_much_is_left(
    figures: MakeFigures, reading: MakeReading, portuguese: Language
) -> None:
    """After MongoDB was lost or restored: everything looked fresh, and most debtors were missing."""
    left = [Refill(view=view, partitions=(0,), left=count) for view, count in (("debtors", 1_200), ("queue", 34))]
    shown = reading(figures())
    assert shown.snapshot is not None
    (notice,) = warned(replace(shown, snapshot=replace(shown.snapshot, refills=tuple(left))), portuguese)

    assert notice.tone == "late"
    assert notice.text == (
        "Os números estão incompletos: os devedores, a fila de ligações estão sendo lidos novamente; "
        "faltam no máximo 1.234 registros."
    )


def test_configuration_is_the_operators_to_mend(figures: MakeFigures, reading: MakeReading, portuguese: Language) -> None:
    """A provider that cannot be shown is said to be missing; none at all is a first step, not a fault."""
    broken = reading(figures())
    assert broken.snapshot is not None
    broken = replace(broken, snapshot=replace(broken.snapshot, wrong=(("sul", "rules.windows"),)))

    (wrong,) = warned(broken, portuguese)
    (none,) = warned(reading(), portuguese)

    assert (wrong.tone, "sul" in wrong.text, "rules.windows" in wrong.text) == ("late", True, True)
    assert (none.tone, "Nenhum provedor" in none.text) == ("info", True)


def test_the_gravest_comes_first(figures: MakeFigures, reading: MakeReading, language: Language) -> None:
    """In either language, and each with a next step."""
    late = figures("norte", sources=(Source("bill", NOW, 0, None, "", "late"),))
    stopped = figures("sul", sources=(Source("bill", NOW, 0, None, "", "stopped"),))
    found = warned(reading(late, stopped, age=timedelta(seconds=130)), language)

    assert [notice.tone for notice in found] == ["stopped", "late", "late"]
    assert all(notice.step for notice in found)

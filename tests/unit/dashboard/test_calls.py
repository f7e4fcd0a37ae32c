"""The page "Calls": the period that is shown, and what the figures become."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.facts.asked import Filters
from dashboard.facts.calls import MOST_DAYS, CallRow, Calls, call_row, period
from dashboard.facts.evidence import Told, said
from dashboard.parts.calls_screen import GROUPS, ended, kpis, painted
from dashboard.parts.html import Html
from dashboard.words.calling import OUTCOMES, PIECES, STATES, WITNESSES
from dashboard.words.language import Language
from dashboard.words.people import IN_FULL
from schemas.figures.call_answers import ANSWERED, AmdCause, Answers
from schemas.figures.calls import CallDay
from schemas.figures.calls_through_the_day import CallHour, WeekHour
from schemas.instances import Instance

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 12, 5, tzinfo=UTC)
ROW = {"code": "7", "attempt": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "at": AT, "outcome": "busy", "number": "+5582999990000"}


def calls(*rows: CallRow, timed: int = 200, short: int = 10, dry: int = 4) -> Calls:
    """Two instances' calls of today, and one of yesterday."""
    days = (
        CallDay("norte", TODAY - timedelta(days=1), 5, 5, 1, 0, {"human": 5}),
        CallDay("norte", TODAY, 6, timed, short, 1, {"human": 2, "busy": 3}),
        CallDay("sul", TODAY, 1, 0, 0, 0, {"machine_presumed": 1}),
    )
    hours = (CallHour(9, {"human": 2, None: 1}), CallHour(11, {"busy": 3, "machine_presumed": 1}))
    answered = Answers(12, 11, 8, 7, 4, 100.0, 2, 61.0)
    amd = (AmdCause("MACHINE", "LONGGREETING", 3), AmdCause("PERSON", "", 1))
    week = (WeekHour(0, 9, 5, 2), WeekHour(6, 11, 4, 0))
    return Calls(TODAY - timedelta(days=1), TODAY, TODAY, days, hours, answered, Answers(7), amd, week, dry, rows)


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        (Filters(), (TODAY - timedelta(days=29), TODAY)),
        (Filters(since=TODAY, until=TODAY + timedelta(days=3)), (TODAY, TODAY)),
        (Filters(until=date(2026, 1, 31)), (date(2026, 1, 2), date(2026, 1, 31))),
        (Filters(since=date(2020, 1, 1)), (TODAY - timedelta(days=MOST_DAYS - 1), TODAY)),
        (Filters(since=TODAY, until=date(2026, 1, 1)), (date(2026, 1, 1), date(2026, 1, 1))),
    ],
)
def test_a_period_is_never_empty_nor_endless(filters: Filters, shown: tuple[date, date]) -> None:
    """None of the future, at most a year."""
    assert period(filters, TODAY) == shown


def test_every_outcome_is_drawn_once() -> None:
    """And one without an outcome too; what is presumed counts as no answer."""
    drawn = [outcome for group in GROUPS for outcome in group.outcomes]
    assert sorted(map(str, drawn)) == sorted(map(str, [*OUTCOMES, None]))
    assert "machine_presumed" not in ANSWERED


def test_the_charts_hold_what_was_counted(portuguese: Language) -> None:
    """Through the day from the first hour to the last, by day with instances together, conversations by weekday."""
    screen = painted(calls(), Filters(), portuguese, IN_FULL)
    assert screen is not None
    day, by_day, week, amd = (screen.charts[name] for name in ("through_the_day", "by_day", "week", "amd"))
    of_day = {one.name: one.numbers for one in day.series}
    assert day.labels == ("09h", "10h", "11h")
    assert (of_day["Pessoa"], of_day["Máquina"], of_day["Em andamento"]) == ((2, 0, 0), (0, 0, 1), (1, 0, 0))
    assert by_day.labels == ("22/11", "23/11")
    assert sum(one.numbers[1] or 0 for one in by_day.series) == 7
    assert screen.dates["23/11"] == TODAY
    assert (week.labels, week.series[0].numbers, week.series[6].numbers) == (("09h", "10h", "11h"), (2, 0, 0), (0, 0, 0))
    assert (amd.labels, amd.series[0].numbers) == (("Máquina · saudação longa", "PERSON"), (3, 1))


def test_the_cards_count_no_dry_run(portuguese: Language) -> None:
    """These have a card of their own."""
    cards = {one.name: one for one in kpis(calls(), Filters(), portuguese)}
    values = {name: (one.value or "").replace("\xa0", " ") for name, one in cards.items()}
    assert values == {
        "calls": "7", "answered": "72,7%", "human": "63,6%", "mean": "30,5 s", "short": "5%", "dry": "4",
    }  # fmt: skip
    assert "25 s" in cards["mean"].note.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("short", "told"), [(139, "dentro do limite"), (140, "aviso"), (159, "aviso"), (160, "metade do ritmo")]
)
def test_short_calls_are_told_with_their_limits(portuguese: Language, short: int, told: str) -> None:
    """At 70 and 80 of a hundred."""
    cards = {one.name: one for one in kpis(calls(short=short), Filters(), portuguese)}
    assert told in cards["short"].note


def test_nothing_is_shown_as_a_number_before_it_is_read(portuguese: Language) -> None:
    assert painted(None, Filters(), portuguese, IN_FULL) is None
    assert {one.state for one in kpis(None, Filters(), portuguese)} == {"skeleton"}


def test_a_row_tells_what_is_known(instance: Callable[..., Instance], portuguese: Language) -> None:
    """An older document, without what its witnesses said, is a row too."""
    row = call_row(ROW, instance(title="Norte"))
    dry = replace(row, dry_run=True, outcome=None)
    assert (row.name, row.cause, row.witnesses, row.amd) == ("7", None, (), "")
    assert (ended(row, portuguese), ended(dry, portuguese)) == ("Ocupado", "Teria ligado")
    assert ended(replace(row, outcome=None), portuguese) == "Em andamento"
    screen = painted(calls(row, dry), Filters(), portuguese, IN_FULL)
    assert screen is not None
    assert screen.rows.cells[0][:4] == (AT, "7", "(82) 99999-0000", "Ocupado")


def test_evidence_is_escaped(portuguese: Language, instance: Callable[..., Instance]) -> None:
    """Whatever a PABX writes; only an address of the web becomes a link."""
    fields = {"lastdata": "<script>", "userfield": "https://pabx.invalid/1.wav", "clid": "javascript:alert(1)", "dst": ""}
    piece = said({"witness": "sql", "piece": "record", "at": AT, "fields": fields})
    words = {"witnesses": WITNESSES, "pieces": PIECES, "states": STATES}
    call = call_row(ROW, instance())
    people = {"who": "Ana", "number": "1", "ended": "Ocupado"}
    text = Html(portuguese)(
        "evidence", {"call": call, "told": Told((piece,), None), "zone": ZoneInfo(call.zone), **people, **words}
    )
    assert "&lt;script&gt;" in text
    assert text.count("<a ") == 1
    assert "dst" not in text

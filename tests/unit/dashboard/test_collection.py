"""The page "Collection": rows become facts, facts become what is shown."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.facts.asked import Filters
from dashboard.facts.collection import Collection, Contract, contract
from dashboard.parts.collection_screen import DATES, decided, ended, painted, why
from dashboard.words.language import Language
from dashboard.words.people import IN_FULL, People, dialled
from schemas.controls import Controls
from schemas.figures.collection import Due
from schemas.instances import Instance

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROW = {
    "code": "7",
    "client": {"name": "Ana", "phones": ["+5582999990000"], "person": "p"},
    "contract": "70",
    "of": {"id": "70", "access": "blocked_auto", "access_raw": "CA"},
    "trust": True,
    "blocked": True,
    "due_on": "2026-11-13",
    "bills": 2,
    "cents": 1_234,
}
READ = (4, 4)
DUES = (
    Due(TODAY - timedelta(days=10), True, True, True, 2, 3, 300),
    Due(TODAY - timedelta(days=10), True, False, False, 5, 5, 500),
    Due(TODAY - timedelta(days=7), False, True, True, 11, 11, 1_100),
)


@pytest.fixture
def row(instance: Callable[..., Instance]) -> Contract:
    """Ten days late, blocked and under a trust unlock."""
    return contract(ROW, None, instance(title="Norte"), TODAY, Controls())


def facts(*rows: Contract, dues: tuple[Due, ...] = DUES) -> Collection:
    return Collection(AT, dues, {"action": rows, "other": ()})


def test_a_row_holds_what_people_decided(instance: Callable[..., Instance]) -> None:
    """A promise that is over, or another debtor's, is none."""
    of = instance()
    in_force = contract(ROW, None, of, TODAY, Controls(promises={"7": TODAY}, phones=frozenset({"+5582999990000"})))
    over = contract(ROW, None, of, TODAY, Controls(promises={"7": TODAY - timedelta(days=1), "8": TODAY}))
    assert (in_force.promised, in_force.silenced, in_force.situation) == (TODAY, True, "Bloqueio Automático")
    assert (over.promised, over.silenced, over.days_late, over.ready) == (None, False, 10, True)


def test_an_unlisted_contract_of_an_unknown_client_is_a_row(instance: Callable[..., Instance]) -> None:
    """The code stands in for the name."""
    bare = {**ROW, "client": {}, "of": {}, "contract": ""}
    found = contract(bare, None, instance(), TODAY, Controls())
    assert (found.name, found.phones, found.situation, found.key) == ("7", (), "", "norte:7:")


def test_contracts_are_summed_as_they_are_asked_for() -> None:
    """Ready but active is counted among the ready, not among those to act on."""
    found = facts()
    assert (found.sum().contracts, found.sum().bills, found.sum().cents) == (18, 19, 1_900)
    assert found.sum(trust=True).contracts == 13
    assert found.sum(ready=True).contracts == 7
    assert found.sum(action=True).contracts == 2
    assert found.sum(ready=True, action=False).contracts == 5
    assert found.sum(on=TODAY - timedelta(days=7)).contracts == 11


def test_nothing_is_shown_as_a_number_before_it_is_read(portuguese: Language) -> None:
    """Then a part of the readings is told as one."""
    unread = painted(None, Filters(), READ, portuguese, IN_FULL)
    partial = painted(facts(), Filters(), (2, 4), portuguese, IN_FULL)
    assert {one.state for one in unread.kpis} == {"skeleton"}
    assert {one.state for one in partial.kpis} == {"partial"}
    assert partial.kpis[0].read == (2, 4)


def test_the_cards_follow_the_due_date_that_is_chosen(portuguese: Language) -> None:
    """The chart has all of them, so that another can be picked."""
    whole = painted(facts(), Filters(), READ, portuguese, IN_FULL)
    chosen = painted(facts(), Filters(due_on=TODAY - timedelta(days=10)), READ, portuguese, IN_FULL)
    assert {one.name: one.value for one in whole.kpis} == {
        "overdue": "18", "common": "5", "trust": "13", "ready": "7", "action": "2", "active": "5",
    }  # fmt: skip
    assert {one.name: one.value for one in chosen.kpis}["overdue"] == "7"
    assert chosen.chart == whole.chart
    assert whole.chart.labels == ("13/11", "16/11")
    assert [one.numbers for one in whole.chart.series] == [(5.0, 0.0), (2.0, 11.0)]
    assert whole.dates == {"13/11": TODAY - timedelta(days=10), "16/11": TODAY - timedelta(days=7)}
    assert list(whole.choices.values()) == ["", "2026-11-16", "2026-11-13"]


def test_what_has_no_column_is_told(portuguese: Language) -> None:
    """Neither too many days nor the same day of another year become a column."""
    many = tuple(Due(TODAY - timedelta(days=n), True, False, False, 1, 1, 1) for n in range(1, DATES + 4))
    far = (Due(TODAY - timedelta(days=1), False, False, False, 1, 1, 1), Due(date(2025, 11, 22), True, True, True, 9, 9, 9))
    assert len(painted(facts(dues=many), Filters(), READ, portuguese, IN_FULL).chart.labels) == DATES
    assert "3 contratos" in painted(facts(dues=many), Filters(), READ, portuguese, IN_FULL).older
    found = painted(facts(dues=far), Filters(), READ, portuguese, IN_FULL)
    assert (found.chart.labels, "9 contratos" in found.older) == (("22/11",), True)


def test_the_words_of_a_row(portuguese: Language, row: Contract) -> None:
    """Why it is here, how the last call ended, what was decided."""
    say = portuguese
    assert why(row, say) == "Bloqueado · DC"
    assert why(replace(row, trust=False, blocked=False), say) == "8+ dias, mas ativo"
    assert why(replace(row, due_on=TODAY - timedelta(days=7)), say) == "até 7 dias · Bloqueado · DC"
    assert [decided(replace(row, silenced=on, promised=TODAY), say) for on in (True, False)] == [
        "Não ligar",
        "Promessa até 23/11/2026",
    ]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (None, "Nunca recebeu ligação"),
        ({"at": AT, "dry_run": True}, "Teria ligado"),
        ({"at": AT}, "Em andamento"),
        ({"at": AT, "outcome": "busy"}, "Ocupado"),
    ],
)
def test_a_dry_run_is_told_as_what_would_have_been(
    instance: Callable[..., Instance], portuguese: Language, call: dict[str, object] | None, told: str
) -> None:
    found = contract(ROW, call, instance(), TODAY, Controls())
    assert ended(found.call, portuguese) == told


def test_people_are_shown_as_their_reader_may_see_them(portuguese: Language, row: Contract) -> None:
    """Painted anew for another reader of the same facts."""
    some = facts(row)
    masked = People(lambda name: name[:1], lambda phone: phone[-4:])
    full = painted(some, Filters(), READ, portuguese, IN_FULL).rows["action"].cells[0]
    hidden = painted(some, Filters(), READ, portuguese, masked).rows["action"].cells[0]
    assert (full[0], full[7]) == ("Ana", "(82) 99999-0000")
    assert (hidden[0], hidden[7]) == ("A", "0000")


def test_numbers_are_written_as_they_are_dialled() -> None:
    """What is none stays as it is."""
    assert [dialled(one) for one in ("+558233334444", "+14155552671", "x")] == ["(82) 3333-4444", "+14155552671", "x"]

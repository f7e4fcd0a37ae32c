"""The luck of calls that nobody placed, and what a terminal and a file show of a comparison."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from deploy.cli.whatif import debtors, tables
from deploy.whatif.outcomes import ENOUGH, TYPICAL, luck
from deploy.whatif.tally import Tally, figures, holds, hours, often
from deploy.whatif.tally import debtors as each
from schemas.what_if import Compared

AT = datetime(2026, 11, 9, 12, tzinfo=UTC)


@given(st.binary(min_size=1), st.integers(1, 50))
def test_the_same_call_always_ends_the_same(debtor: bytes, number: int) -> None:
    found = luck([])
    assert found.draw(debtor, number) == found.draw(debtor, number)
    assert found.draw(debtor, number) in TYPICAL


def test_enough_real_calls_decide_how_calls_end() -> None:
    assert luck(["busy"] * (ENOUGH - 1)).basis == "typical"
    found = luck([*(["busy"] * ENOUGH), None])
    assert found.basis == "seen"
    assert {found.draw(b"%d" % n, 1) for n in range(200)} == {"busy"}


def test_outcomes_come_about_as_often_as_they_did() -> None:
    found = luck(["busy"] * 25 + ["human"] * 75)
    human = sum(found.draw(b"%d" % n, 1) == "human" for n in range(4_000))
    assert 0.72 < human / 4_000 < 0.78


def test_two_tallies_side_by_side() -> None:
    now, then = Tally(), Tally()
    now.times["norte:1"] += [AT, AT]
    then.times["norte:1"].append(AT.replace(hour=14))
    then.times["norte:2"].append(AT.replace(hour=14))
    now.holds("norte:2", ("too_early",))
    then.holds("norte:3", ("limit_day",))
    found = Compared(
        instances=("norte",),
        since=AT,
        until=AT,
        basis="typical",
        placed=0,
        figures=figures(now, then, 2),
        hours=hours(now, then),
        often=often(now, then),
        holds=holds(now, then),
        debtors=tuple(each(now, then)),
    )
    assert Compared.model_validate_json(found.model_dump_json()) == found
    shown = tables(found)
    assert shown["In all"][0] == {"what": "debtors called", "today's rules": "1", "the others": "2", "difference": "+1"}
    assert [one["hour"] for one in shown["Hours of the debtor's clock"]] == ["12", "13", "14"]
    assert [(one["calls"], one["difference"]) for one in shown["Debtors by calls"]] == [(1, "+2"), (2, "-1")]
    held = [(one["hold"], one["fell away"], one["came"]) for one in shown["Debtors held"]]
    assert held == [("too_early", 1, 0), ("limit_day", 0, 1)]
    lines = {line["code"]: line for line in debtors(found)}
    assert (lines["2"]["calls_now"], lines["2"]["calls_then"], lines["2"]["holds_fallen_away"]) == (0, 1, "too_early")

"""From when on somebody may be rung again after a restore, whatever calls were lost."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from schemas.attempts import Outcome
from schemas.calling.limits import limits
from schemas.calling.retry import retry_at
from schemas.instances import Rules
from schemas.queue import PastCall
from schemas.runtime.restores import Wait, waiting

DONE = datetime(2026, 1, 14, 15, tzinfo=UTC)
BACKUP = DONE - timedelta(hours=9)
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
ZONES = st.sampled_from(["America/Maceio", "America/Rio_Branco", "America/Noronha"]).map(ZoneInfo)
RULES = st.builds(
    Rules,
    per_hour=st.integers(1, 3),
    per_day=st.integers(1, 4),
    per_7_days=st.integers(1, 5),
    gap_minutes=st.integers(5, 10_080),
    rest_days_after_human=st.integers(0, 90),
    retry_minutes=st.dictionaries(st.sampled_from(["busy", "failed", "no_answer"]), st.integers(0, 10_080)),
)


@st.composite
def lost(draw: st.DrawFn) -> list[PastCall]:
    """Calls between the backup and the end of the restore, oldest first."""
    outcomes: st.SearchStrategy[Outcome] = st.sampled_from(["human", "no_answer", "busy", "failed", "invalid_number"])
    ages = sorted(draw(st.lists(st.timedeltas(timedelta(0), DONE - BACKUP), max_size=9)), reverse=True)
    return [
        PastCall(attempt="01HZZZZZZZZZZZZZZZZZZZZZZZ", at=DONE - age, number="+5582999990001", outcome=draw(outcomes))
        for age in ages
    ]


@given(lost(), RULES, ZONES, st.timedeltas(timedelta(0), timedelta(days=100)))
def test_whoever_waits_breaks_no_rule_by_any_call_that_was_lost(
    calls: list[PastCall], rules: Rules, zone: ZoneInfo, later: timedelta
) -> None:
    now = DONE + later
    if waiting([{"at": BACKUP, "done": DONE}], rules, now) is None:
        assert limits(calls, rules, zone, now) == ()
        assert (retry_at(calls, rules) or now) <= now


@given(RULES)
@example(Rules())
def test_it_ends_and_not_before_a_week(rules: Rules) -> None:
    """Or before the rest after a conversation where that is longer: one that was lost may have been one."""
    longest = max(7, rules.rest_days_after_human) * DAY
    marker = {"at": BACKUP, "began": DONE - TICK, "done": DONE}
    assert waiting([marker], rules, DONE + longest - TICK) == Wait(BACKUP, DONE + longest)
    assert waiting([marker], rules, DONE + longest) is None
    assert waiting([], rules, DONE) is None


def test_several_count_since_the_earliest_that_objects_and_until_the_latest_does_no_more() -> None:
    """A move to another server a day after a restore brings no lost call back. One that was cut never ends."""
    first = {"at": BACKUP - 30 * DAY, "done": DONE - 30 * DAY}
    second, third = {"at": BACKUP - DAY, "done": DONE - DAY}, {"at": BACKUP, "done": DONE}
    for markers in ([first, second, third], [third, second, first]):
        assert waiting(markers, Rules(), DONE) == Wait(BACKUP - DAY, DONE + 7 * DAY)
        assert waiting(markers, Rules(), DONE + 6 * DAY) == Wait(BACKUP, DONE + 7 * DAY)
    assert waiting([first], Rules(), DONE) is None
    cut = {"at": BACKUP, "began": DONE}
    assert waiting([third, cut], Rules(), DONE) == Wait(BACKUP, None)
    assert waiting([third, cut], Rules(), DONE + 1_000 * DAY) == Wait(BACKUP, None)

"""Nobody is called on old debts: what is not known is old."""

from datetime import datetime, timedelta

import pytest

from schemas.calling.freshness import MAX_LAG, Signs, closed_by, nothing_waits
from schemas.stages import SILENT_AFTER, Heartbeat
from tests.strategies import SEEN, instance

HERE = instance(rules={"max_data_age_minutes": 30})
MINUTE = timedelta(minutes=1)


def beat(at: datetime, lag: int | None = 0, progress: datetime | None = None, worker: str = "0") -> Heartbeat:
    return Heartbeat(stage="hydrate", worker=worker, at=at, since=at - timedelta(days=1), lag=lag, progress=progress or at)


def signs(*beats: Heartbeat, swept: datetime | None = SEEN, caught_up: datetime | None = None) -> Signs:
    return Signs({"norte": swept} if swept else {}, beats, frozenset(), caught_up)


def test_fresh_is_a_recent_sweep_of_which_nothing_waits() -> None:
    assert closed_by(signs(beat(SEEN), beat(SEEN, worker="1")), HERE, SEEN) is None


@pytest.mark.parametrize(
    "shown",
    [
        Signs(),
        signs(beat(SEEN), swept=None),
        signs(beat(SEEN), swept=SEEN - 30 * MINUTE - timedelta(seconds=1)),
        signs(),
        signs(beat(SEEN - SILENT_AFTER - timedelta(seconds=1))),
        signs(beat(SEEN), beat(SEEN, 7, SEEN - MAX_LAG - timedelta(seconds=1), "1")),
        signs(beat(SEEN, 7, SEEN - 3 * MINUTE), beat(SEEN, 7, SEEN, "1")),
        signs(beat(SEEN), beat(SEEN, 7, SEEN, "1"), caught_up=SEEN - MAX_LAG - timedelta(seconds=1)),
        signs(beat(SEEN, None, SEEN - 3 * MINUTE)),
        signs(Heartbeat(stage="hydrate", worker="0", at=SEEN, since=SEEN, lag=7)),
        signs(beat(SEEN, 1, SEEN - 3 * MINUTE)),
    ],
)
def test_stale_is_what_is_old_waits_or_is_not_known(shown: Signs) -> None:
    assert closed_by(shown, HERE, SEEN) == "data_stale"


def test_a_short_lag_is_none() -> None:
    """Records come all the time: somebody is always reading one."""
    assert closed_by(signs(beat(SEEN, 7, SEEN - MINUTE)), HERE, SEEN) is None
    assert closed_by(signs(beat(SEEN, 7, SEEN - 9 * MINUTE), caught_up=SEEN - MINUTE), HERE, SEEN) is None
    assert closed_by(signs(beat(SEEN), swept=SEEN - 30 * MINUTE), HERE, SEEN) is None
    assert closed_by(signs(beat(SEEN, 7, SEEN - MAX_LAG)), HERE, SEEN) is None
    assert closed_by(signs(beat(SEEN - SILENT_AFTER)), HERE, SEEN) is None


def test_who_has_nothing_to_read_is_not_behind_however_long_ago_he_read_last() -> None:
    """A quiet night in the ERP: his neighbour's short lag does not count for him."""
    idle = beat(SEEN, 0, SEEN - 60 * MINUTE)

    assert closed_by(signs(idle), HERE, SEEN) is None
    assert closed_by(signs(idle, beat(SEEN, 7, SEEN - MINUTE, "1")), HERE, SEEN) is None
    assert closed_by(signs(Heartbeat(stage="hydrate", worker="0", at=SEEN, since=SEEN, lag=0)), HERE, SEEN) is None
    assert closed_by(signs(idle, caught_up=SEEN - 60 * MINUTE), HERE, SEEN) is None


def test_nothing_waits_where_everybody_that_lives_is_at_the_end() -> None:
    old = beat(SEEN - MINUTE, 9, worker="2")

    assert nothing_waits([beat(SEEN), old], SEEN)
    assert not nothing_waits([beat(SEEN), beat(SEEN, 1, worker="1")], SEEN)
    assert not nothing_waits([beat(SEEN, None)], SEEN)
    assert not nothing_waits([old], SEEN)


def test_a_pabx_that_refuses_closes_its_instance() -> None:
    shown = signs(beat(SEEN))._replace(refusing=frozenset(["norte"]))

    assert closed_by(shown, HERE, SEEN) == "pabx_refuses"
    assert closed_by(shown, instance(name="sul"), SEEN) == "data_stale"

"""A stage's clock is the machine's, unless a demonstration moves it."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.runtime.clock import DEMO, SHIFT, now, shift_of


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [({}, 0), ({DEMO: "1"}, 0), ({DEMO: "1", SHIFT: "-10800"}, -10_800), ({SHIFT: "10800"}, 0), ({DEMO: "1", SHIFT: ""}, 0)],
)
def test_only_a_demonstration_moves_it(environ: dict[str, str], seconds: int) -> None:
    assert shift_of(environ) == timedelta(seconds=seconds)


def test_a_shift_that_is_none_is_no_silent_zero() -> None:
    with pytest.raises(ValueError, match="could not convert"):
        shift_of({DEMO: "1", SHIFT: "3h"})


def test_it_is_the_machines_clock_in_utc() -> None:
    before = datetime.now(UTC)
    found = now()
    assert before <= found <= datetime.now(UTC)
    assert found.tzinfo is UTC

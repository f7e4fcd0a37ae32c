"""What ten times the provider costs, told by the runs."""

from math import inf

from deploy.bench.figures import Run
from deploy.bench.growth import ONE, TIMES, TWO, dearer


def test_the_price_of_an_event_is_that_of_the_median_run_of_one_worker() -> None:
    runs = [Run(ONE, 0, 100, 1, cpu=1), Run(ONE, 1, 100, 1, cpu=2), Run(ONE, 2, 100, 1, cpu=9), Run(TWO, 0, 100, 1, cpu=50)]

    found = dearer(runs, Run(ONE, 3, 100 * TIMES, 1, cpu=23))
    assert (round(found.value, 3), found.verdict) == (1.15, "met")
    assert dearer(runs, Run(ONE, 3, 100 * TIMES, 1, cpu=26)).verdict == "not met"


def test_what_was_wrong_proves_nothing() -> None:
    right = Run(ONE, 0, 100, 1, cpu=1)

    assert dearer([right], Run(ONE, 3, 1_000, 1, cpu=1, wrong="7 states differ")).value == inf
    assert dearer([Run(ONE, 0, 100, 1, cpu=1, wrong="7 states differ")], right).value == inf

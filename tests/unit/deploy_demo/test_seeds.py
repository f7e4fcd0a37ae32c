"""Several demonstrations one after the other: each is run, and those that failed are named."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from deploy.cli.demo import Ended, play, together, verdict
from deploy.demo.calls import Judged
from deploy.demo.options import Options
from deploy.demo.recovery import Recovery
from deploy.demo.run import Outcome
from deploy.demo.settle import Result
from deploy.verify.scope import Verified
from schemas.errors import StopWorker

FINE = Judged(0, [], [], [])
WELL = Outcome(Result({}, {}, 0, []), Verified(), FINE, None)
WRONG = Outcome(Result({}, {}, 0, ["debtors norte:7"]), Verified(), FINE, None)
LOST = StopWorker("hydrate-0 is not back at work")
BUG = KeyError("hydrate-0")


def seeds(*numbers: int) -> list[Options]:
    return [Options(None, seed=number) for number in numbers]


def test_whatever_becomes_of_one_the_next_is_run() -> None:
    ends: Ended = {1: WELL, 2: LOST, 3: WRONG, 4: BUG, 5: WELL}

    async def run(options: Options, _report: Callable[[str], None], _progress: Callable[[str], None]) -> Outcome:
        end = ends[options.seed]
        if isinstance(end, Exception):
            raise end
        return end

    ended: Ended = {}
    asyncio.run(play(seeds(*ends), ended, run))
    assert ended == ends
    assert verdict(ends, ended) == ["failed: seed 2, 3, 4 (--seed runs one alone)"]


def test_the_only_ones_error_is_its_end() -> None:
    async def run(*_: object) -> Outcome:
        raise LOST

    with pytest.raises(StopWorker, match="not back"):
        asyncio.run(play(seeds(2), {}, run))


def test_all_well_says_nothing_and_one_that_was_cut_says_what_is_missing() -> None:
    assert verdict([1, 2], {1: WELL, 2: WELL}) == []
    assert verdict([1, 2, 3], {1: WELL}) == ["not run to its end: seed 2, 3 (--seed runs one alone)"]


@pytest.mark.parametrize("judged", [Judged(1, [], ["gap: demo:7"], []), Judged(1, [], [], ["call X is no attempt"])])
def test_who_was_rung_wrongly_and_a_call_without_its_fate_are_wrong_ends(judged: Judged) -> None:
    ended: Ended = {1: Outcome(Result({}, {}, 0, []), Verified(), judged, None)}

    assert verdict([1], ended) == ["failed: seed 1 (--seed runs one alone)"]


def test_recoveries_are_of_every_seed_that_was_run_to_its_end() -> None:
    kill, loss = Recovery("kill of a stage", 4, 1), Recovery("loss of Kafka", 31, 9)
    ended: Ended = {1: replace(WELL, recovered=[kill]), 2: LOST, 3: replace(WRONG, recovered=[loss, kill])}

    assert together(ended) == [kill, loss, kill]

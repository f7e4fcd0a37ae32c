"""A chaos that could not fail would prove nothing: with a defect in one stage it ends with code 1 and says where it shows.

`make test-planted`, five minutes or ten: a demonstration that is not equal is waited for before it is judged.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.cli.demo import UNEQUAL
from deploy.demo.crew import crew
from deploy.demo.plan import Blow, plan
from deploy.demo.telephones import Telephones

FAULTS, SECONDS = 24, 60
WITHIN_S = 1_200
SERVERS = ["Kafka", "MongoDB"]
"""As a demonstration that is no cluster names its servers."""
BEGUN_S = 6.0


def ends_views_in_the_flow(blows: Sequence[Blow]) -> bool:
    """Before a server is struck: after that nothing may flow for a while, and who ends has nothing in his hands."""
    first = min(blow.at for blow in blows if blow.target in SERVERS)
    return any(blow.target == "views-0" and blow.kind in {"kill", "end"} and BEGUN_S < blow.at < first for blow in blows)


def seed() -> int:
    """The first one whose plan does that."""
    names = [hand.name for hand in crew(several=True)]
    lasting = timedelta(seconds=SECONDS)
    plans = ((seed, plan(FAULTS, lasting, seed, names, SERVERS, pabxes=[Telephones.name])) for seed in range(1_000))
    return next(seed for seed, blows in plans if ends_views_in_the_flow(blows))


@pytest.mark.timeout(WITHIN_S)
@pytest.mark.parametrize("defect", ["commit_first"])
def test_a_stage_that_moves_its_place_before_it_writes_is_found_out(defect: str) -> None:
    options = ("--chaos", "--for", f"{SECONDS}s", "--blows", str(FAULTS), "--seed", str(seed()), "--changes", "15")
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent / defect)}
    ended = subprocess.run(
        [sys.executable, "-m", "deploy.cli.main", "demo", *options],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    told = ended.stderr + ended.stdout
    assert ended.returncode == UNEQUAL, told
    assert "states, queue and views differ from the raw rows folded anew" in told
    assert "Traceback" not in told

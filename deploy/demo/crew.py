"""Which stages a demonstration runs, and how many of each."""

from typing import NamedTuple

from deploy.stages import STAGES

SEVERAL = {"erp-poller": 2, "cdr-poller": 2, "hydrate": 3, "dialer": 4, "originate": 3}
"""Under chaos: instances and PABXs go from poller to poller, partitions from worker to worker. Two cores carry as many."""


class Hand(NamedTuple):
    """One process. `name`: what the supervisor, its log and its file of life call it."""

    name: str
    stage: str
    worker: str


def crew(*, several: bool) -> list[Hand]:
    """One of each stage, or `several`."""
    if not several:
        return [Hand(stage, stage, "0") for stage in STAGES]
    counted = ((stage, SEVERAL.get(stage, 1)) for stage in STAGES)
    return [Hand(f"{stage}-{number}", stage, str(number)) for stage, count in counted for number in range(count)]

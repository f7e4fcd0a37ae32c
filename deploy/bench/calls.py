"""Calls before anybody rings: deciding on debtors, ranking those that are due at once, reserving a call in the ledger."""

from collections.abc import Sequence

from deploy.bench import deciding, ranking, reserving
from deploy.bench.figures import Result
from deploy.bench.scene import Peaks, Scene


async def measure(scene: Scene, _: Peaks) -> Sequence[Result]:
    """One after the other: each wants the machine for itself."""
    return [*deciding.measure(scene), *await ranking.measure(scene), *await reserving.measure(scene)]

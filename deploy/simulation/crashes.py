"""Where a process dies: after the first step of every kind that is ever done, then here and there."""

from collections import Counter
from random import Random
from typing import Final

LAST: Final = 40
"""Steps of one procedure beyond this are counted together: what others' haste makes it repeat."""


class Crashes:
    """`steps`: how often each was done, `hit`: how often it was the last one. `rate`: of each step after its first."""

    def __init__(self, seed: int, rate: float) -> None:
        self._random = Random(f"{seed}:crashes")
        self._rate = rate
        self.steps: Counter[str] = Counter()
        self.hit: Counter[str] = Counter()

    def strike(self, procedure: str, index: int, step: str) -> bool:
        """Whether the process ends right after this step."""
        name = f"{procedure} {min(index, LAST):02d} {step}"
        self.steps[name] += 1
        if self.hit[name] and self._random.random() >= self._rate:
            return False
        self.hit[name] += 1
        return True

    def missed(self) -> list[str]:
        """Steps after which nobody ever died."""
        return sorted(name for name in self.steps if not self.hit[name])

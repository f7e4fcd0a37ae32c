"""Requests of one PABX that wait for their turn, the best first: of all its instances together."""

import heapq
from collections.abc import Collection
from datetime import datetime

from schemas.calls import CallRequest

Place = tuple[int, datetime, str]


class Waiting:
    """Of requests with one id the first is kept."""

    def __init__(self) -> None:
        self._heap: list[tuple[Place, CallRequest]] = []
        self._ids: set[str] = set()

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, request: CallRequest) -> None:
        """Behind those with a higher score, and behind older ones with the same."""
        if request.attempt not in self._ids:
            self._ids.add(request.attempt)
            heapq.heappush(self._heap, ((-request.score, request.requested_at, request.attempt), request))

    def next(self, now: datetime, resting: Collection[str] = ()) -> CallRequest | None:
        """The best that has not lapsed; it waits no more. None where there is none.

        Those of the instances that are `resting` are passed over, and wait on.
        """
        passed = []
        found = None
        while self._heap and found is None:
            entry = heapq.heappop(self._heap)
            request = entry[1]
            if now >= request.lapses_at:
                self._ids.discard(request.attempt)
            elif request.instance in resting:
                passed.append(entry)
            else:
                self._ids.discard(request.attempt)
                found = request
        for entry in passed:
            heapq.heappush(self._heap, entry)
        return found

    def forget(self) -> int:
        """All of them, how many: another process has this PABX now."""
        count = len(self._heap)
        self._heap.clear()
        self._ids.clear()
        return count

"""Debtors are told to the dialers once anybody might call them: most pay before, and all of them would fill the memory."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

import orjson

A_DAY = timedelta(days=1)
"""Zones: a debtor is told a little too early rather than too late."""
Changed = list[tuple[bytes, bytes | None]]


class Ripening:
    """`least`: the least days late at which an instance calls under either rules, by its name."""

    def __init__(self, least: Mapping[str, int]) -> None:
        self._least = least
        self._awake: set[bytes] = set()
        self._asleep: dict[bytes, tuple[date, bytes]] = {}
        self._looked: date | None = None

    def told(self, changed: Iterable[tuple[bytes, bytes | None]], now: datetime) -> Changed:
        """What the dialers must hear now, of states of `debtor.v1` that changed: each debtor from the day he is ripe on."""
        today = now.date()
        found: Changed = []
        for key, state in changed:
            if key in self._awake:
                found.append((key, state))
            elif state is None or (since := oldest(state)) is None:
                self._asleep.pop(key, None)
            else:
                ripe = since + timedelta(days=self._least[key.split(b":", 1)[0].decode()]) - A_DAY
                self._asleep[key] = ripe, state
                if ripe <= today:
                    found.append(self._woken(key))
        if today != self._looked:
            self._looked = today
            found += [self._woken(key) for key in [key for key, (ripe, _) in self._asleep.items() if ripe <= today]]
        return found

    def _woken(self, key: bytes) -> tuple[bytes, bytes]:
        self._awake.add(key)
        return key, self._asleep.pop(key)[1]


def oldest(state: bytes) -> date | None:
    """When the first open bill is due; None without any."""
    days = [bill["due_on"] for bill in orjson.loads(state).get("bills", {}).values()]
    return date.fromisoformat(min(days)) if days else None

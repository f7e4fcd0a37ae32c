"""How long somebody must wait before the next password: longer after each wrong one, by user and by address (pure).

Kept in the memory of the process: a restart forgets it, and two dashboards count apart. Guessing is slow all the same, as a
restart is the operator's and each password costs a tenth of a second of argon2.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

NOTHING = timedelta(0)
FORGOTTEN_AFTER = timedelta(hours=1)
MOST_KEPT = 10_000
DOUBLINGS = 20
"""More would overflow, and `longest` is reached long before."""


class By(StrEnum):
    """What is counted."""

    USER = "user"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Limit:
    """After `free` wrong passwords each next one waits twice as long, from a second to `longest`."""

    free: int
    longest: timedelta

    def wait(self, wrong: int) -> timedelta:
        """Between the last of so many wrong ones and the next."""
        if wrong < self.free:
            return NOTHING
        return min(timedelta(seconds=2 ** min(wrong - self.free, DOUBLINGS)), self.longest)


LIMITS = {
    By.USER: Limit(3, timedelta(minutes=1)),  # no longer: anybody could else lock a clerk out by her name
    By.ADDRESS: Limit(10, timedelta(minutes=15)),  # an office shares one
}


class Tries(NamedTuple):
    """So many in a row, the last at `last`."""

    wrong: int
    last: datetime


class Throttle:
    """A try counts as a wrong one from its beginning, so that many at once are no way round."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._tries: OrderedDict[tuple[By, str], Tries] = OrderedDict()

    def wait(self, user: str, address: str, now: datetime) -> timedelta:
        """How much longer this user, or this address, must wait; zero where a password may be tried."""
        return max(NOTHING, *(self._wait((by, key), now) for by, key in _keys(user, address)))

    def tried(self, user: str, address: str, now: datetime) -> None:
        """A password is looked at."""
        for key in _keys(user, address):
            before = self._known(key, now)
            self._tries[key] = Tries(before.wrong + 1 if before else 1, now)
            self._tries.move_to_end(key)
        while len(self._tries) > self._most:
            self._tries.popitem(last=False)

    def right(self, user: str, address: str) -> None:
        """It was the right one, or was not looked at. The address gets back this try alone: an attacker has a user too."""
        self._tries.pop((By.USER, user), None)
        of_address = (By.ADDRESS, address)
        if before := self._tries.get(of_address):
            self._tries[of_address] = before._replace(wrong=before.wrong - 1)

    def _wait(self, key: tuple[By, str], now: datetime) -> timedelta:
        known = self._known(key, now)
        return known.last + LIMITS[key[0]].wait(known.wrong) - now if known else NOTHING

    def _known(self, key: tuple[By, str], now: datetime) -> Tries | None:
        known = self._tries.get(key)
        return known if known and now - known.last < FORGOTTEN_AFTER else None


def _keys(user: str, address: str) -> tuple[tuple[By, str], tuple[By, str]]:
    return (By.USER, user), (By.ADDRESS, address)

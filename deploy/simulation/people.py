"""Who owes, on which numbers, under which codes: drawn by a seed. Nobody here knows anything of calls."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import NamedTuple

from deploy.simulation.providers import HOMES
from deploy.simulation.states import NAMES

HOME = {name: state for name, state, *_ in HOMES}
ISSUED_BEFORE = timedelta(days=15)
PAID_EARLY, PAID_LATE = 0.35, 0.9
"""Shares of bills paid before anybody would call, and (from the first to this) while somebody does."""
AT_HOME, UNWRITTEN, UNDOCUMENTED = 0.2, 0.5, 0.5
"""Of persons of one provider: in its own state; of those, whose state is not written. Of pairs with one number: one."""
PROMISES, BLOCKED, LEFT_OUT, ENDS = 0.15, 0.06, 0.03, 0.6
"""Of all persons; of the last two kinds, how many of these end."""
FAMILIES = (("alone", 60), ("two codes", 12), ("two providers", 12), ("one number", 10), ("no document", 6))
"""How often each, of a hundred."""


@dataclass(frozen=True, slots=True)
class Bill:
    """`paid_at`: None where it never is."""

    id: str
    due_on: date
    cents: int
    paid_at: datetime | None


@dataclass(frozen=True, slots=True)
class Account:
    """A person's row at one provider."""

    instance: str
    code: str
    bills: tuple[Bill, ...]

    @property
    def key(self) -> str:
        """`instance:code`."""
        return f"{self.instance}:{self.code}"


class Span(NamedTuple):
    """From `first` until just before `end`; None: for ever."""

    first: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """`document`: its hash, "" where there is none. `uf`: as the ERP writes it, "" where it does not.

    `promised`: the day on which a promise was written down, in UTC, and the last day in force. `blocked`: on the blocklist.
    `left_out`: excluded from collection by the ERP.
    """

    id: str
    state: str
    uf: str
    document: str
    numbers: tuple[str, ...]
    accounts: tuple[Account, ...]
    promised: tuple[tuple[datetime, date], ...] = ()
    blocked: tuple[Span, ...] = ()
    left_out: Span | None = None


class Fiction:
    """`first`, `last`: the days that are simulated, the last one not."""

    def __init__(self, seed: int, first: date, last: date) -> None:
        self._random = Random(f"{seed}:people")
        self._first, self._last = first, last
        self._made = 0

    def people(self, debtors: int) -> list[Person]:
        """So many accounts, or one more."""
        found: list[Person] = []
        count = 0
        while count < debtors:
            family = self._random.choices([name for name, _ in FAMILIES], [share for _, share in FAMILIES])[0]
            for person in self._family(family):
                found.append(person)
                count += len(person.accounts)
        return found

    def _family(self, family: str) -> Iterator[Person]:
        home = self._random.choice(HOMES)[0]
        other = self._random.choice([name for name in HOME if name != home])
        match family:
            case "two codes":
                yield self._person((home, home), self._numbers(2))
            case "two providers":
                yield self._person((home, other), self._numbers(1))
            case "one number":
                shared = self._numbers(1)
                one = self._person((home,), (*shared, *self._numbers(1)), documented=self._happens(UNDOCUMENTED))
                yield one
                yield self._person((other,), shared, state=one.state)
            case "no document":
                yield self._person((home,), self._numbers(self._random.randint(1, 3)), documented=False)
            case _:
                yield self._person((home,), self._numbers(self._random.randint(1, 3)))

    def _person(
        self, instances: tuple[str, ...], numbers: tuple[str, ...], *, state: str = "", documented: bool = True
    ) -> Person:
        self._made += 1
        at_home = len(set(instances)) == 1 and not state and self._happens(AT_HOME)
        state = HOME[instances[0]] if at_home else state or NAMES[self._made % len(NAMES)]
        accounts = tuple(
            Account(instance, str(10 * self._made + n), tuple(self._bills(n))) for n, instance in enumerate(instances)
        )
        return Person(
            id=f"p{self._made}",
            state=state,
            uf="" if at_home and self._happens(UNWRITTEN) else state,
            document=sha256(str(self._made).encode()).hexdigest()[:32] if documented else "",
            numbers=numbers,
            accounts=accounts,
            promised=tuple(self._promises()),
            blocked=(self._span(),) if self._happens(BLOCKED) else (),
            left_out=self._span() if self._happens(LEFT_OUT) else None,
        )

    def _numbers(self, count: int) -> tuple[str, ...]:
        return tuple(f"+55{self._random.choice(HOMES)[3]}9{self._random.randrange(10**8):08d}" for _ in range(count))

    def _bills(self, account: int) -> Iterator[Bill]:
        """One a month, from one that is overdue on the first day."""
        due_on = self._first - timedelta(days=self._random.randint(5, 33))
        while due_on < self._last:
            fate = self._random.random()
            late = self._random.randint(-3, 6) if fate < PAID_EARLY else self._random.randint(7, 24)
            paid_at = self._moment(due_on + timedelta(days=late)) if fate < PAID_LATE else None
            yield Bill(f"{account}{due_on:%y%m%d}", due_on, self._random.randint(2_000, 60_000), paid_at)
            due_on += timedelta(days=self._random.randint(28, 45))

    def _promises(self) -> Iterator[tuple[datetime, date]]:
        if self._happens(PROMISES):
            at = self._moment(self._day())
            yield at, (at + timedelta(days=self._random.randint(1, 6))).date()

    def _span(self) -> Span:
        first = self._moment(self._day())
        return Span(first, first + timedelta(days=self._random.uniform(1, 20)) if self._happens(ENDS) else None)

    def _happens(self, share: float) -> bool:
        return self._random.random() < share

    def _day(self) -> date:
        return self._first + timedelta(days=self._random.randrange((self._last - self._first).days))

    def _moment(self, day: date) -> datetime:
        """While people are awake."""
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(
            seconds=self._random.randint(9 * 3600, 24 * 3600)
        )

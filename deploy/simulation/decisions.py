"""What people do, as it travels: bills and payments to the dialer, promises and blocks into MongoDB."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Protocol

from deploy.simulation.people import ISSUED_BEFORE, Account, Person, Span
from deploy.simulation.timeline import Timeline
from deploy.simulation.topics import Kept
from schemas.codec import encode
from schemas.controls import AllControls, Controls
from schemas.debtor import Bill, Client, Debtor
from schemas.model import next_version
from schemas.topics import DEBTORS

POLLED_S = 60.0
TRAVELS_S = 2.0
LOOKED_S = 5.0
"""The dialer looks at controls so often."""
TWICE = 0.05
"""Records that are told again."""


class Told(Protocol):
    """The dialer."""

    def take(self, key: bytes, record: Kept) -> None: ...
    def revisit(self, keys: list[bytes]) -> None: ...


class Collections:
    """The two collections, of each instance; what was decided is seen at once by who looks."""

    def __init__(self) -> None:
        self._named: dict[str, Controls] = {}
        self.all = AllControls()

    def change(self, instance: str, change: Callable[[Controls], Controls]) -> None:
        """Write one document."""
        self._named = {**self._named, instance: change(self._named.get(instance, Controls()))}
        self.all = AllControls(self._named)


class Decisions:
    """`tell`: the dialer; `collections`: MongoDB's. `thought_of`: blocks that no plan has, by person's id."""

    def __init__(self, seed: int, time: Timeline, collections: Collections, tell: Told) -> None:
        self._random = Random(f"{seed}:decisions")
        self._time, self._collections, self._tell = time, collections, tell
        self._versions: dict[str, int] = {}
        self._persons: dict[str, Person] = {}
        self.thought_of: dict[str, Span] = {}

    def plan(self, person: Person) -> None:
        """All of one person's."""
        self._persons |= {account.key: person for account in person.accounts}
        for account in person.accounts:
            moments = set(self._moments(person, account))
            for at in sorted(moments):
                self._time.at(at, partial(self._changed, person, account))
        for at, until in person.promised:
            for account in person.accounts:
                self._time.at(at, partial(self._promised, account, datetime.combine(until, time(0), UTC)))
        for span in person.blocked:
            self._time.at(span.first, partial(self._blocked, person, True))
            if span.end is not None:
                self._time.at(span.end, partial(self._blocked, person, False))

    def block_now(self, key: str) -> None:
        """The person behind `instance:code`, for a day or so; once, and nobody who is blocked otherwise."""
        person = self._persons[key]
        if not person.blocked and person.id not in self.thought_of:
            until = self._time.now + timedelta(hours=self._random.uniform(1, 30))
            self.thought_of[person.id] = Span(self._time.now, until)
            self._blocked(person, True)
            self._time.at(until, partial(self._blocked, person, False))

    def _moments(self, person: Person, account: Account) -> Iterator[datetime]:
        start = self._time.now
        yield start
        for bill in account.bills:
            yield max(start, datetime.combine(bill.due_on, time(9), UTC) - ISSUED_BEFORE)
            if bill.paid_at is not None and bill.paid_at > start:
                yield bill.paid_at
        span = person.left_out
        if span is not None:
            yield span.first
            if span.end is not None:
                yield span.end

    def _changed(self, person: Person, account: Account) -> None:
        """The ERP shows another state; a poll finds it and the stages carry it on, in order."""
        polled = POLLED_S - self._time.now.timestamp() % POLLED_S
        state = self._state(person, account)
        record = Kept(DEBTORS.name, state.key, encode(state))
        delay = polled + TRAVELS_S
        self._time.after(delay, partial(self._tell.take, state.key, record))
        if self._random.random() < TWICE:
            self._time.after(delay, partial(self._tell.take, state.key, record))

    def _state(self, person: Person, account: Account) -> Debtor:
        now = self._time.now
        version = self._versions[account.key] = next_version(self._versions.get(account.key, 0), now)
        bills = {
            bill.id: Bill(due_on=bill.due_on, open_cents=bill.cents, status="open", seen_at=now)
            for bill in account.bills
            if datetime.combine(bill.due_on, time(9), UTC) - ISSUED_BEFORE <= now
            and (bill.paid_at is None or now < bill.paid_at)
        }
        client = Client(
            name=f"CLIENTE {account.code}",
            active=True,
            person=person.document,
            phones=person.numbers,
            uf=person.uf,
            collect=not _inside(person.left_out, now),
            seen_at=now,
        )
        return Debtor(
            instance=account.instance, code=account.code, version=version, changed_at=now, client=client, bills=bills
        )

    def _promised(self, account: Account, until: datetime) -> None:
        def promise(controls: Controls) -> Controls:
            days = {**controls.promises, account.code: until.date()}
            return Controls(days, controls.people, controls.phones)

        self._collections.change(account.instance, promise)
        self._looked([account])

    def _blocked(self, person: Person, on: bool) -> None:
        people = frozenset({person.document} - {""})
        phones = frozenset(() if person.document else person.numbers)

        def block(controls: Controls) -> Controls:
            if on:
                return Controls(controls.promises, controls.people | people, controls.phones | phones)
            return Controls(controls.promises, controls.people - people, controls.phones - phones)

        for name in {account.instance for account in person.accounts}:
            self._collections.change(name, block)
        self._looked(person.accounts)

    def _looked(self, accounts: tuple[Account, ...] | list[Account]) -> None:
        keys = [account.key.encode() for account in accounts]
        self._time.after(self._random.uniform(0.1, LOOKED_S), lambda: self._tell.revisit(keys))


def _inside(span: Span | None, now: datetime) -> bool:
    return span is not None and span.first <= now and (span.end is None or now < span.end)

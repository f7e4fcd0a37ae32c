"""The dialer: its real fold, agenda, turns and pace over states in memory, woken by what falls due."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from ulid import ULID

from deploy.simulation.timeline import Timeline, Wakeful
from deploy.simulation.topics import Kept
from processors.dialer.agenda import Agenda
from processors.dialer.choosing import Chosen, Looked, choose
from processors.dialer.pace import Round, paces
from processors.dialer.requests import SETTLE_S
from processors.dialer.schedule import turn
from processors.dialer.stage import World, again, fold
from schemas.calling.freshness import Signs
from schemas.calls import CallRequest
from schemas.codec import decode
from schemas.instances import Instance
from schemas.queue import QueueEntry

ULID_TIME, ULID_CHANCE = 6, 10


class Around(Protocol):
    """`world`: what people decided, as the dialer last saw it; `signs`: how fresh the debts are."""

    def world(self) -> World: ...
    def signs(self) -> Signs: ...


class Dialer:
    """`shown`: an entry changed; `asks`: a call is asked for."""

    def __init__(
        self,
        seed: int,
        time: Timeline,
        around: Around,
        *,
        instances: Mapping[str, Instance],
        shown: Callable[[QueueEntry], None],
        asks: Callable[[CallRequest], None],
    ) -> None:
        self._random = Random(f"{seed}:dialer")
        self._time = time
        self._around = around
        self._instances = instances
        self._shown, self._asks = shown, asks
        self._states: dict[bytes, bytes] = {}
        self._entries: dict[bytes, QueueEntry] = {}
        self._agenda = Agenda()
        self._minute = Round(time.now)
        self._live: dict[bytes, datetime] = {}
        self._wake = Wakeful(time, self._round)

    @property
    def entries(self) -> Mapping[bytes, QueueEntry]:
        """By debtor's key, as they are now."""
        return self._entries

    def take(self, key: bytes, record: Kept) -> None:
        """One record about one debtor."""
        found = fold(self._around.world(), key, self._states.get(key), [record], self._time.now)
        assert not found.letters, found.letters[0].why  # noqa: S101 - a simulation that feeds nonsense proves nothing
        if found.changed:
            self._put(key, found.state)

    def revisit(self, keys: Iterable[bytes]) -> None:
        """Those that a decision of people's concerns; of every other it would change nothing."""
        for key in keys:
            if (state := self._states.get(key)) is not None:
                found = again(self._around.world(), key, state, self._time.now)
                self._agenda.unsure.add(key)
                if found.changed:
                    self._put(key, found.state)
        self._wake.within(SETTLE_S)

    def restart(self) -> None:
        """What was asked for is forgotten."""
        self._live.clear()
        self._minute.asked.clear()
        self._agenda = Agenda()
        self._agenda.unsure.update(self._states)
        self._wake.within(0.0)

    def _put(self, key: bytes, state: bytes | None) -> None:
        if state is None:
            self._states.pop(key, None)
            self._entries.pop(key, None)
        else:
            self._states[key] = state
            self._entries[key] = decode(QueueEntry, state)
            self._shown(self._entries[key])
        self._agenda.unsure.add(key)
        self._wake.within(SETTLE_S)

    def _round(self) -> None:
        """As `processors.dialer.requests.Asking.round`, of one partition."""
        now = self._time.now
        world, agenda = self._around.world(), self._agenda
        agenda.come(now)
        while agenda.unsure:
            key = agenda.unsure.pop()
            entry = self._entries.get(key)
            controls = world.controls.of(entry.instance) if entry else None
            agenda.put(key, turn(entry, self._instances[entry.instance], controls, now) if entry and controls else None)
        agenda.come(now)
        self._live = {key: lapses_at for key, lapses_at in self._live.items() if lapses_at > now}
        self._minute.renew(now)

        def look(key: bytes) -> Looked:
            entry = self._entries[key]
            return Looked(entry, self._instances[entry.instance], world.controls.of(entry.instance))

        speeds = paces(self._instances.values(), self._around.signs(), now)
        for one in choose(agenda, self._minute, speeds, self._live, look, now=now):
            self._ask(one, now)
        self._again()

    def _again(self) -> None:
        for due in (
            self._agenda.next_at(),
            self._minute.ends_at(),
            min(self._live.values(), default=None),
        ):
            if due is not None:
                self._wake.by(max(due, self._time.now + timedelta(milliseconds=1)))

    def _ask(self, chosen: Chosen, now: datetime) -> None:
        made = round(now.timestamp() * 1000).to_bytes(ULID_TIME, "big") + self._random.randbytes(ULID_CHANCE)
        request = chosen.request(str(ULID.from_bytes(made)), now)
        self._minute.asked[chosen.address] += 1
        self._live[chosen.key] = request.lapses_at
        self._asks(request)

"""What becomes known of calls: a PABX's events and records, read by the real readers, folded by the real `classify`.

Events come at once, in crowds and now and then in another order or twice, and for a while not at all; records a little
later, some very late, some never.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

import orjson

from deploy.simulation.timeline import Timeline
from deploy.simulation.topics import Kept
from deploy.simulators.pabx.core import Event
from deploy.simulators.pabx.records import Record, json_line
from processors.classify.calls import SILENCE, TALK
from processors.classify.stage import MEMORY, again, fold, home
from producers.cdr import ari_said, custom_json
from producers.cdr.pieces import Said, mine, published
from schemas.attempts import Attempt
from schemas.calls import CallPlaced, call_key
from schemas.codec import encode
from schemas.evidence import Evidence
from schemas.topics import EVIDENCE, PLACED

ZONE: Final = "America/Sao_Paulo"
CARRIED_S: Final = (0.05, 1.5)
RECORD_S: Final = ((0.90, (1.0, 60.0)), (0.97, (60.0, 600.0)), (0.99, (1_200.0, 7_200.0)))
"""Of call records, up to which share comes how late; the rest never does."""
DEAF, DEAF_S = 0.002, (30.0, 1_200.0)
"""With how many of a PABX's events nobody listens any more, and for how long."""
SHUFFLED, TWICE = 0.1, 0.05
LOOKS_S: Final = 15.0

Called = Callable[[bytes, bytes], None]


class Hearing:
    """`attempts`: of the ledger, which tell whose call it was. `told`: debtor and a new state of `call.v1`."""

    def __init__(self, seed: int, time: Timeline, attempts: Mapping[str, Attempt], told: Called) -> None:
        self._random = Random(f"{seed}:hearing")
        self._time = time
        self._attempts = attempts
        self._told = told
        self._states: dict[bytes, bytes] = {}
        self._crowd: defaultdict[bytes, list[Kept]] = defaultdict(list)
        self._deaf: dict[str, datetime] = {}

    def placed(self, said: CallPlaced) -> None:
        """What an originator published."""
        record = Kept(PLACED.name, said.key, encode(said))
        self._time.after(self._random.uniform(*CARRIED_S), partial(self._fold, said.key, [record]))
        if said.answer != "refused":
            over = SILENCE + timedelta(seconds=said.ring_seconds + LOOKS_S)
            self._time.after(over.total_seconds(), partial(self._again, said.key))
            self._time.after((over + TALK).total_seconds(), partial(self._again, said.key))
            self._time.after(MEMORY.total_seconds(), partial(self._forget, said.key))

    def event(self, pabx: str, event: Event) -> None:
        """Of a PABX's websocket."""
        now = self._time.now
        if now < self._deaf.get(pabx, now):
            return
        if self._random.random() < DEAF:
            self._deaf[pabx] = now + timedelta(seconds=self._random.uniform(*DEAF_S))
        if (said := ari_said.said(orjson.dumps(event.body))) is not None:
            self._heard(said, self._random.uniform(*CARRIED_S))

    def record(self, record: Record) -> None:
        """Of a PABX's file of records."""
        said = custom_json.read(json_line(record, ZoneInfo(ZONE)))
        chance = self._random.random()
        span = next((late for share, late in RECORD_S if chance < share), None)
        if span is not None:
            self._heard(said, self._random.uniform(*span))

    def _heard(self, said: Said, after: float) -> None:
        attempt = self._attempts.get(mine(said.ids, self._attempts) or "")
        if attempt is None:
            return
        evidence = Evidence(
            instance=attempt.instance,
            code=attempt.code,
            attempt=attempt.attempt,
            witness=said.witness,
            piece=said.piece,
            fields=published(said),
            zone=ZONE,
            seen_at=self._time.now,
        )
        key = call_key(attempt.instance, attempt.code, attempt.attempt)
        crowd = self._crowd[key]
        if not crowd:
            self._time.after(after, partial(self._come, key))
        crowd.append(Kept(EVIDENCE.name, evidence.key, encode(evidence)))

    def _come(self, key: bytes) -> None:
        crowd = self._crowd.pop(key)
        if self._random.random() < SHUFFLED:
            self._random.shuffle(crowd)
        if self._random.random() < TWICE:
            self._time.after(self._random.uniform(*CARRIED_S), partial(self._fold, key, list(crowd)))
        self._fold(key, crowd)

    def _fold(self, key: bytes, records: list[Kept]) -> None:
        found = fold(key, self._states.get(key), records, self._time.now)
        assert not found.letters, found.letters[0].why  # noqa: S101 - a simulation that feeds nonsense proves nothing
        if found.changed:
            self._keep(key, found.state)

    def _again(self, key: bytes) -> None:
        state = self._states.get(key)
        if state is not None and (found := again(key, state, self._time.now)).changed:
            self._keep(key, found.state)

    def _forget(self, key: bytes) -> None:
        self._states.pop(key, None)

    def _keep(self, key: bytes, state: bytes | None) -> None:
        assert state is not None  # noqa: S101 - nobody erases a call here
        self._states[key] = state
        self._told(home(key), state)

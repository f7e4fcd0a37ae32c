"""One call to a telephone of the operator's own, over an instance's route, and what each witness says of it.

It is nobody's attempt: no ledger, no topic. It is rung once, whatever is answered.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from ulid import ULID

from deploy.pabx.checks import Check
from deploy.pabx.told import Told, call, checks, has_record, placement
from deploy.pabx.way import Reach
from producers.cdr.pieces import Said
from producers.cdr.source import Source
from schemas.calls import Call, CallPlaced
from schemas.errors import PipelineError
from schemas.pabx import Pabx, SqlRecords

UTC_ZONE = "UTC"
MARGIN = timedelta(seconds=30)
"""After the time for ringing."""
STAYS = timedelta(minutes=3)
"""Of who answered, at most."""
RECORD = timedelta(seconds=15)
"""After the end of a call its record comes within this, or where records are collected, later by so much."""
LOOK_EVERY_S = 0.5


class Tried(NamedTuple):
    """`call`: None where the PABX took none. `pieces`: in the order in which they came."""

    checks: list[Check]
    pieces: list[Told]
    call: Call | None = None


class Witnesses:
    """What is heard and read of one attempt."""

    def __init__(self, attempt: str, source: Source | None, zone: str, clock: Callable[[], datetime]) -> None:
        self.pieces: list[Told] = []
        self._attempt = attempt
        self._source = source
        self._zone = zone
        self._clock = clock
        self._came = asyncio.Event()

    def hear(self, said: Said) -> None:
        """One event."""
        self._take(said, UTC_ZONE)

    async def read(self) -> None:
        """All records that there are by now; one that cannot be read just now comes at the next look."""
        if self._source is None:
            return
        with suppress(PipelineError):
            while True:
                look = await self._source.look()
                for said in look.said:
                    self._take(said, self._zone)
                self._source.taken()
                if not look.more:
                    return

    async def more(self) -> None:
        """Returns when something came, or when it is time to look."""
        self._came.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._came.wait(), LOOK_EVERY_S)

    def _take(self, said: Said, zone: str) -> None:
        if self._attempt in said.ids and all(said != known.said for known in self.pieces):
            self.pieces.append(Told(self._clock(), said, zone))
            self._came.set()


async def ring(name: str, pabx: Pabx, number: str, reach: Reach) -> Tried:
    """Ring `number` (E.164) and wait until the call is over and its record has come. Raises RetryLater, StopWorker.

    `name`: of the instance.
    """
    way, source, clock = reach
    attempt = str(ULID())
    witnesses = Witnesses(attempt, source, pabx.records.zone if pabx.records else UTC_ZONE, clock)
    await witnesses.read()
    async with way.hearing(witnesses.hear):
        begun = clock()
        answered = await way.pbx.ring(pabx, attempt, number)
        if answered.answer == "refused":
            step = "that is the PABX's own answer to the call: mend the endpoint, the context or the user"
            return Tried([Check("call placed", "no", answered.detail, step)], [])
        said = placement(name, attempt, number, begun, pabx.ring_seconds)
        await _until_over(witnesses, said, clock)
        late = pabx.records.batch_seconds if isinstance(pabx.records, SqlRecords) else 0
        await _until_recorded(witnesses, clock() + RECORD + timedelta(seconds=late), clock, expected=source is not None)
    found = call(said, witnesses.pieces, over=True)
    taken = Check("call placed", "yes" if answered.answer == "ringing" else "?", answered.detail)
    return Tried([taken, *checks(found, witnesses.pieces, records=source is not None)], witnesses.pieces, found)


async def _until_over(witnesses: Witnesses, said: CallPlaced, clock: Callable[[], datetime]) -> None:
    ends = said.at + timedelta(seconds=said.ring_seconds) + MARGIN
    while True:
        await witnesses.read()
        found = call(said, witnesses.pieces, over=False)
        if found.outcome is not None or clock() > (ends + STAYS if found.heard.answered else ends):
            return
        await witnesses.more()


async def _until_recorded(witnesses: Witnesses, until: datetime, clock: Callable[[], datetime], *, expected: bool) -> None:
    while expected and not has_record(witnesses.pieces) and clock() < until:
        await witnesses.more()
        await witnesses.read()

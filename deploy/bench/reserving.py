"""What reserving a call costs, beside the least that anything lasting costs: one replacement on disk of a majority.

A reservation is an attempt written, three subjects read and replaced, and the attempt moved on: five such writes, one after
the other, because each must last before the next. Nobody else wants the same person here.
"""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from ulid import ULID

from deploy.bench.callees import CALLING
from deploy.bench.figures import Comparison, Figure, Result, Run, Target, percentile
from deploy.bench.scene import Scene, in_turn
from schemas.attempts import ATTEMPTS, LEDGER, Attempt, subjects_of
from sinks.originate.placing import judge_of
from sinks.originate.reserving import Late, Objected, Overtaken, Reserved, begin, reserve
from sinks.originate.steps import Begin, Find, Move, Read, Replace, Step, Steps, drive
from sinks.originate.stored import LASTING, StoredLedger

OURS, BARE = "reserve", "replace"
NOTES = {
    OURS: "insert the attempt; read client, person and number, judge them, replace each; move the attempt",
    BARE: "pymongo async replace_one of one small document, majority and journalled",
}
TARGET = Target(at_most=8)
"""Five such writes and one reading of a majority are six exchanges of this price; a third more is for rules and indexes."""
BARE_COLLECTION = "bare_ledger"
HOW = "one after the other, nobody else wants the same person"
MS = 1_000.0


async def measure(scene: Scene) -> list[Result]:
    """Both round by round; p50 and p99 of each, in milliseconds."""
    ledger = StoredLedger(scene.database)
    for name in (ATTEMPTS, LEDGER, BARE_COLLECTION):
        await scene.database[name].drop()
    await ledger.prepare()
    count = scene.sizes.reservations
    await scene.database[BARE_COLLECTION].insert_many([_document(number, 0) for number in range(count)])
    waits: dict[str, list[float]] = {OURS: [], BARE: []}
    runs = []
    for turn in range(scene.sizes.rounds):
        for program in in_turn((OURS, BARE), turn):
            scene.report(f"calls: round {turn + 1}, {program} {count} times")
            each = _reserved(ledger, turn) if program == OURS else _replaced(scene, turn)
            run, found = await _run(program, turn, count, each)
            runs.append(run)
            waits[program] += found
    compared = Comparison("reserving", "reservations", OURS, {BARE: TARGET}, runs, NOTES)
    return [compared, *(_figure(program, waits[program], percent) for program in (OURS, BARE) for percent in (50, 99))]


def _figure(program: str, seconds: list[float], percent: int) -> Figure:
    return Figure(f"reserving: {program}, p{percent}", MS * percentile(seconds, percent), "ms", note=HOW)


async def _run(program: str, turn: int, count: int, each: Callable[[int], Awaitable[bool]]) -> tuple[Run, list[float]]:
    """Seconds of each too."""
    waits: list[float] = []
    failed = 0
    cpu = time.process_time()
    for number in range(count):
        began = time.perf_counter()
        failed += not await each(number)
        waits.append(time.perf_counter() - began)
    cpu = time.process_time() - cpu
    wrong = f"wrong: {failed} of {count} were not written" if failed else ""
    return Run(program, turn, count, sum(waits), cpu=cpu, wrong=wrong), waits


def _reserved(ledger: StoredLedger, turn: int) -> Callable[[int], Awaitable[bool]]:
    async def do(step: Step) -> Any:  # noqa: ANN401 - what each step says of itself
        if not isinstance(step, Begin | Read | Replace | Move | Find):
            raise TypeError(f"{type(step).__name__}: somebody else wants the same person")
        return await ledger.do(step)

    async def one(number: int) -> bool:
        now = _now()
        found = await drive(_both(attempt(number, turn, now)), do, _now)
        return isinstance(found, Reserved)

    return one


def _replaced(scene: Scene, turn: int) -> Callable[[int], Awaitable[bool]]:
    lasting = scene.database.get_collection(BARE_COLLECTION, write_concern=LASTING)

    async def one(number: int) -> bool:
        done = await lasting.replace_one({"_id": number}, _document(number, turn + 1))
        return done.modified_count == 1

    return one


def _both(one: Attempt) -> Steps[Reserved | Objected | Late | Overtaken | None]:
    if not (yield from begin(one)):
        return None
    return (yield from reserve(one, judge_of(CALLING, CALLING.state)))


def attempt(number: int, turn: int, now: datetime) -> Attempt:
    """Of another client, person and number in each of the first hundred turns."""
    code, person = f"{turn}{number:06}", f"{turn:02}{number:030}"
    phone = f"+5582{turn:02}{number:07}"
    return Attempt(
        attempt=str(ULID.from_datetime(now)),
        state="reserving",
        instance=CALLING.name,
        code=code,
        person=person,
        number=phone,
        pabx=CALLING.pabx.address if CALLING.pabx else "",
        subjects=subjects_of(CALLING.name, code, person, phone, [phone], dry_run=False),
        at=now,
        changed_at=now,
    )


def _document(number: int, n: int) -> dict[str, Any]:
    """As small as the marks of one call."""
    return {"_id": number, "n": n, "calls": [{"attempt": str(ULID()), "at": _now(), "open": True, "human": False}]}


def _now() -> datetime:
    return datetime.now(UTC)

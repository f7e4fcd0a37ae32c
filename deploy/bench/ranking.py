"""The dialer when the hours open: so many are due at once, of a whole provider. And before: time alone publishes nothing.

Beside it: looking at everybody anew at that moment, as a dialer would that does not know whose turn comes.
"""

import asyncio
import sys
from functools import partial
from statistics import median

import orjson

from deploy import instances
from deploy.bench import history
from deploy.bench.callees import CALLING, OPENING, due_at_opening
from deploy.bench.deciding import DEBTORS_A_SECOND
from deploy.bench.figures import Comparison, Figure, Result, Run, Target
from deploy.bench.opening import MOMENTS, Measured
from deploy.bench.scene import Scene
from processors.dialer.stage import NAME
from schemas.debtor import Debtor
from schemas.runtime.settings import MongoSettings
from schemas.stages import Heartbeat
from schemas.topics import DEBTORS, QUEUE, REQUESTS
from schemas.views import STAGES

OURS, ANEW = "dialer", "all anew"
NOTES = {
    OURS: "one round over all partitions: whose turn has come, the best first, looked at once more, requests committed",
    ANEW: "every entry read and asked about, then sorted; no request is made",
}
WITHIN_S = 1.0
TARGET = Target(at_least=27_000 / DEBTORS_A_SECOND / WITHIN_S)
"""Of 27,000 debtors those that are due are asked for within a second. Deciding on all of them, as slowly as is allowed,
takes so many seconds: by that alone whoever looks at everybody anew would be late.
"""


async def measure(scene: Scene) -> list[Result]:
    """An opening a round, in one life of the dialer."""
    count, due = scene.sizes.debtors, min(scene.sizes.due, scene.sizes.debtors)
    scene.report(f"calls: {count} debtors in the queue, {due} due at the opening")
    await asyncio.to_thread(scene.kafka.renew, [DEBTORS, QUEUE, REQUESTS])
    await asyncio.to_thread(scene.kafka.forget, NAME)
    await history.states(scene.kafka.servers, count, 1, partial(_debtor, count, due))
    mongo = MongoSettings(mongo_uri=scene.env["MONGO_URI"], mongo_database=scene.database.name)
    await instances.add(mongo, CALLING, replace=True)
    await _fresh(scene)
    result = scene.folder / "opening.json"
    arguments = [sys.executable, "-m", "deploy.bench.opening", str(count), str(scene.sizes.rounds), str(result)]
    async with scene.run("opening", arguments) as running:
        await running.ended()
    await scene.database[STAGES].delete_many({})
    return results(orjson.loads(result.read_bytes()), count, due)


def results(found: Measured, count: int, due: int) -> list[Result]:
    """What the program measured, as values."""
    runs = []
    for number, one in enumerate(found["openings"]):
        wrong = "" if one["asked"] == one["best"] == due else f"wrong: {one['asked']} asked for of {one['best']}, not {due}"
        ours, anew = one["cpu"]
        runs.append(Run(OURS, number, count, one["round"], startup=one["looked"], cpu=ours, wrong=wrong))
        runs.append(Run(ANEW, number, count, one["anew"], cpu=anew))
    seconds = median(run.seconds for run in runs if run.program == OURS)
    quiet = f"of {count} debtors, decided on anew at {len(MOMENTS)} moments of two hours, an opening and a midnight"
    return [
        Comparison("ranking at the opening", "debtors", OURS, {ANEW: TARGET}, runs, NOTES),
        Figure(f"{due} of {count} due at once", seconds, "s", WITHIN_S, "from the opening until all are asked for"),
        Figure("queue records of quiet hours", found["published"], "records", 1, quiet),
    ]


def _debtor(count: int, due: int, number: int) -> Debtor:
    """The due ones are spread over all that there are."""
    return due_at_opening(number, 1, due=number * due // count != (number + 1) * due // count)


async def _fresh(scene: Scene) -> None:
    """As `views` would show it: a complete sweep, and a `hydrate` for which nothing waits."""
    at = OPENING.replace(hour=23)
    beat = Heartbeat(stage="hydrate", worker="0", at=at, since=OPENING, lag=0, progress=OPENING)
    sweep = {"instance": CALLING.name, "at": at}
    await scene.database["sweeps"].replace_one({"_id": f"{CALLING.name}:bill:completed"}, sweep, upsert=True)
    document = {**beat.model_dump(mode="json"), "at": at}
    await scene.database[STAGES].replace_one({"_id": "hydrate:0"}, document, upsert=True)

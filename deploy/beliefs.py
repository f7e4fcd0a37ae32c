"""What an operator says about a sweep that was held back: the poller looks for it within seconds."""

from datetime import UTC, datetime

from deploy.clients import database
from schemas.beliefs import BELIEFS, Belief, belief_id
from schemas.errors import StopWorker
from schemas.rows import Kind
from schemas.runtime.settings import MongoSettings

SWEEPS = "sweeps"


async def believe(settings: MongoSettings, instance: str, kind: Kind) -> Belief:
    """Say that what the last sweep missed is gone. Raises StopWorker where no sweep of this kind is held back."""
    async with database(settings) as stored:
        views = stored[SWEEPS]
        held = await views.find_one({"_id": f"{instance}:{kind}:held"})
        completed = await views.find_one({"_id": f"{instance}:{kind}:completed"})
        if held is None or (completed is not None and completed["version"] > held["version"]):
            raise StopWorker(f"no sweep of {kind} of {instance} is held back: see `collector status`")
        belief = Belief(instance=instance, kind=kind, missing=held["missing"], at=datetime.now(UTC))
        document = {**belief.model_dump(), "_id": belief_id(instance, kind)}
        await stored[BELIEFS].replace_one({"_id": document["_id"]}, document, upsert=True)
    return belief

"""What an operator says about a sweep that was held back: that the rows it misses are really gone (MongoDB collection)."""

from pydantic import Field

from schemas.model import InstanceName, Instant, Model
from schemas.rows import Kind

BELIEFS = "beliefs"


def belief_id(instance: str, kind: str) -> str:
    """The `_id` of the only belief about one kind of one instance."""
    return f"{instance}:{kind}"


class Belief(Model):
    """For one sweep: `missing` rows of `kind` are gone, as was said `at` an instant."""

    instance: InstanceName
    kind: Kind
    missing: int = Field(ge=0)
    at: Instant

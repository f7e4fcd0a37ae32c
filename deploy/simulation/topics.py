"""A record as Kafka would keep it; who reads it cares for topic, key and value."""

from dataclasses import dataclass, field

from schemas.dead import Headers


@dataclass(slots=True)
class Kept:
    """See `processors.keyed.stage.Record`."""

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int = 0
    offset: int = 0
    headers: Headers = field(default_factory=list)

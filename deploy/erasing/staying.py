"""What of an erased person stays where, and until when. Pure."""

from datetime import datetime, timedelta

from schemas.attempts import ATTEMPTS, ATTEMPTS_KEPT, LEDGER
from schemas.audit import AUDIT
from schemas.controls import BLOCKLIST
from schemas.suppression import SUPPRESSED
from schemas.topics import DEAD, ERASE, TOMBSTONES, Topic
from sinks.originate.marks import HUMAN_KEPT

KEPT = {
    ATTEMPTS: f"each {ATTEMPTS_KEPT.days} days after its call: how often somebody was rung must be shown",
    LEDGER: f"each mark by its own time, at most {HUMAN_KEPT.days} days: limits count on it",
    AUDIT: "for good, under the person's hash or the client's code: who did what",
    BLOCKLIST: "until `collector block --lift`: the wish not to be called outlives the client",
    SUPPRESSED: "until `collector erase --lift`: hashes, by which nobody comes back",
}
"""Collections that keep it by a rule of their own."""


def until(topic: Topic, newest: datetime) -> datetime:
    """When the last bytes are overwritten or deleted, at the latest. `newest`: the time of its last record of them."""
    return newest + topic.erased_within


def stays(now: datetime, rows: timedelta = ERASE) -> list[dict[str, object]]:
    """To be said after an erasure: where, and until when. `rows`: so long this installation's raw topics keep bytes."""
    day = "%Y-%m-%d"
    said = [
        ("raw topics and states, on Kafka's disks", f"{now + rows:{day}} at the latest, states mostly within hours"),
        ("keys without content (tombstones, graves)", f"{now + rows + TOMBSTONES:{day}} at the latest"),
        (f"{DEAD.name}, where records of theirs died", f"{DEAD.retention and now + DEAD.retention:{day}} at the latest"),
        (
            "MongoDB's freed blocks, history, journal and oplog",
            "until overwritten, by no clock; a backup restored has none of it",
        ),
        ("backups made before now", "as long as you keep them; after restoring one, erase again: it knows of no erasure"),
        *((f"collection {name}", kept) for name, kept in KEPT.items()),
    ]
    return [{"where": where, "until": when} for where, when in said]

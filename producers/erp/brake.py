"""Whether an ERP is believed that so much has disappeared. Pure: no clock, no socket."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from producers.erp.missing import Missing
from schemas.beliefs import Belief
from schemas.instances import Brake
from schemas.sweeps import Sweep

BELIEVED_FOR = timedelta(days=2)
"""What no sweep has used by then is no longer about what the operator saw. (The slowest kind is swept once a day.)"""


def too_much(brake: Brake, known: int, missing: int) -> bool:
    """Whether `missing` of `known` rows are more than may be closed without asking."""
    return missing > brake.rows and missing > brake.share * known


def covers(belief: Belief, brake: Brake, known: int, missing: int, now: datetime) -> bool:
    """Whether an operator has spoken of these rows. What has gone since then must itself be below the line."""
    return now - belief.at < BELIEVED_FOR and not too_much(brake, known, missing - belief.missing)


def must_wait(brake: Brake, sweep: Sweep, belief: Belief | None, now: datetime) -> bool:
    """Whether a sweep that has read everything may not close what it misses."""
    if not too_much(brake, sweep.known, sweep.missing):
        return False
    return belief is None or not covers(belief, brake, sweep.known, sweep.missing, now)


def reason(sweep: Sweep, missing: Sequence[Missing] = ()) -> str:
    """What an operator reads, with the next step. `missing`: those rows, as far as more is known of them."""
    unread = [one for one in missing if one.unread]
    mend = f". Mend first what cannot be read: {len(unread)}, such as {unread[0].code} ({unread[0].why})" if unread else ""
    return (
        f"{sweep.missing} of {sweep.known} known rows are no longer shown{', or cannot be read' if unread else ''}: none is"
        f" closed until a sweep shows them again, or until `collector instance believe {sweep.instance} {sweep.kind}`{mend}"
    )

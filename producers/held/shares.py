"""Which poller serves which instance. Pure: the turns that a process holds are partitions of a consumer group."""

from collections.abc import Collection

TURNS = 6
"""Partitions of the topic whose group the pollers form; more pollers have nothing to do."""
REST_S = 15.0
"""Longer than a session of the group: who is still a member after it has been told of every change before it."""


def mine(names: Collection[str], turns: Collection[int]) -> frozenset[str]:
    """Of all instances, those that fall to whoever holds these `turns`: by rank, so that pollers share them evenly."""
    return frozenset(name for rank, name in enumerate(sorted(names)) if rank % TURNS in turns)


def may_take(let_go_at: float | None, let_go_round: int, now: float, this_round: int) -> bool:
    """Whether an instance that this process let go of, because somebody else had taken it, may be taken again.

    A process that was paused believes in turns that are no longer its own: not before the group has gone through another
    round, or has kept this process for long enough. Times in seconds of one clock; None: it was never let go.
    """
    return let_go_at is None or this_round != let_go_round or now - let_go_at >= REST_S

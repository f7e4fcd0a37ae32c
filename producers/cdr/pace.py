"""When a witness is asked again. Pure; seconds throughout."""

LOOK_EVERY_S = 2.0
REST_SHARE = 10.0
"""A look that takes long is a burden to the PABX: ten times as long it is left in peace."""
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0
LONGEST_UNANSWERED_S = 1_800.0
"""Each attempt may stay with the PABX as a connection that it never gives back: it has about a hundred."""


def rest(took: float) -> float:
    """After a look that took so long and found everything."""
    return max(LOOK_EVERY_S, took * REST_SHARE)


def back_off(failures: int, longest: float = LONGEST_WAIT_S) -> float:
    """After so many failures in a row, at least one."""
    return min(longest, FIRST_WAIT_S * 2.0 ** (min(failures, 16) - 1))

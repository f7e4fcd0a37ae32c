"""Who is called first, as a sum of named parts that a clerk can check by hand (`ARCHITECTURE.md`). Pure.

`never_reached` and `best_hour` need the history of calls and join with the stage that reads it.
"""

from schemas.queue import Facts, Part

POINTS_A_DAY = 10
DAYS_COUNTED = 90
CENTS_A_POINT = 1_000
POINTS_FOR_AMOUNT = 300
POINTS_FOR_ACCESS = 150


def score(facts: Facts, days_late: int, overdue_cents: int) -> dict[Part, int]:
    """Points by part; parts of no points are left out. `days_late`: of the oldest overdue bill, at least 0."""
    parts: dict[Part, int] = {
        "days_late": POINTS_A_DAY * min(days_late, DAYS_COUNTED),
        "amount_due": min(overdue_cents // CENTS_A_POINT, POINTS_FOR_AMOUNT),
        "blocked_or_trust_unlock": POINTS_FOR_ACCESS if facts.blocked or facts.trust_unlock else 0,
    }
    return {part: points for part, points in parts.items() if points}

"""Who is called first, as a sum of named parts that a clerk can check by hand (`ARCHITECTURE.md`). Pure."""

from schemas.queue import Facts, Part

POINTS_A_DAY = 10
DAYS_COUNTED = 90
CENTS_A_POINT = 1_000
POINTS_FOR_AMOUNT = 300
POINTS_FOR_ACCESS = 150
POINTS_NEVER_REACHED = 100
POINTS_FOR_HOUR = 50


def score(facts: Facts, days_late: int, overdue_cents: int, hour: int) -> dict[Part, int]:
    """Points by part; parts of no points are left out. `days_late`: of the oldest overdue bill that counts, at least 0.

    Never reached: nobody answered in the 30 days of calls that are kept. `hour`: of now in UTC, best where a person answered
    in that hour before; in UTC as no zone of Brazil has a summer time or half hours.
    """
    answered = [call.at.hour for call in facts.calls if call.human]
    parts: dict[Part, int] = {
        "days_late": POINTS_A_DAY * min(days_late, DAYS_COUNTED),
        "amount_due": min(overdue_cents // CENTS_A_POINT, POINTS_FOR_AMOUNT),
        "blocked_or_trust_unlock": POINTS_FOR_ACCESS if facts.blocked or facts.trust_unlock else 0,
        "never_reached": 0 if answered else POINTS_NEVER_REACHED,
        "best_hour": POINTS_FOR_HOUR if hour in answered else 0,
    }
    return {part: points for part, points in parts.items() if points}

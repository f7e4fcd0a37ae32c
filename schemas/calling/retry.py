"""How long a debtor is left alone after an attempt, by its outcome: beside the limits, never instead of them. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from types import MappingProxyType

from schemas.attempts import Outcome
from schemas.instances import Rules
from schemas.queue import PastCall

MINUTES: Mapping[Outcome, int] = MappingProxyType(
    {
        "human": 0,  # `rest_days_after_human` is the rule for those
        "machine": 240,
        "machine_presumed": 240,
        "not_sure": 240,
        "dropped": 240,
        "busy": 30,
        "no_answer": 120,
        "congestion": 30,
        "invalid_number": 1_440,
        "failed": 60,
        "lost": 240,
    }
)
"""After the first attempt in vain; `Rules.retry_minutes` overrides. Each further one in a row doubles it."""
GROWS_TO = timedelta(days=1)
"""A delay grows no further; one that is configured longer stays as it is."""
DOUBLINGS = 16
"""More make no difference and would overflow."""


def retry_at(calls: Sequence[PastCall], rules: Rules) -> datetime | None:
    """Not before this instant, in UTC; None where no attempt asks for a delay. `calls`: oldest first."""
    ended = [call for call in calls if call.outcome is not None]
    if not ended:
        return None
    last = ended[-1]
    delay = timedelta(minutes=_minutes(last, rules))
    vain = sum(1 for _ in takewhile(lambda call: not call.human, reversed(ended)))
    if vain > 1:
        delay = max(delay, min(delay * 2 ** min(vain - 1, DOUBLINGS), GROWS_TO))
    return last.at.astimezone(UTC) + delay if delay else None


def _minutes(call: PastCall, rules: Rules) -> int:
    if call.outcome is None:
        return 0
    return rules.retry_minutes.get(call.outcome, MINUTES[call.outcome])

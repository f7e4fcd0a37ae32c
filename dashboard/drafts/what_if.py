"""Other rules tried out before they are saved: who does it, and when a draft can be asked about."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Protocol

from dashboard.drafts.draft import Draft
from dashboard.drafts.judged import Problem
from schemas.what_if import Compared, Progress


class WhatIf(Protocol):
    """Replays the last `days` of one instance under other `rules`, and rings nobody. To close it is to cancel it.

    The last it gives is the comparison. Raises NotCompared where there is none.
    """

    def __call__(self, instance: str, rules: Mapping[str, Any], days: int) -> AsyncGenerator[Progress | Compared, None]: ...


def other_rules(draft: Draft | None, problems: Sequence[Problem]) -> Mapping[str, Any] | None:
    """The rules of a draft that a comparison can be made with: of a stored instance, other than its own, and well formed.

    None where there is nothing to compare: also without a PABX, over which nobody is called under any rules.
    """
    if draft is None or draft.base is None or draft.broken or problems or not draft.base.get("pabx"):
        return None
    rules = draft.fields.get("rules")
    return rules if isinstance(rules, dict) and rules != draft.base.get("rules") else None

"""One comparison from the topics to its figures."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from deploy.replay.wanted import unerased
from deploy.whatif.play import Comparison, ready
from deploy.whatif.reading import WhatIfSettings, Whose, chosen, facts
from schemas.errors import StopWorker
from schemas.instances import wrong_field
from schemas.what_if import Compared, Progress

TELL_EVERY = 0.01
"""Of the whole."""

Tell = Callable[[Progress], None]


async def compare(
    settings: WhatIfSettings, name: str, rules: Mapping[str, Any], days: int, tell: Tell, *, whose: Whose = unerased
) -> Compared:
    """`rules`: fields of `Rules` that are others, for the instance `name` ("": for all). Raises StopWorker."""
    some = await chosen(settings, name)
    try:
        then = {key: ready(one, rules) for key, one in some.items()}
    except ValidationError as exc:
        raise StopWorker(f"rules.{wrong_field(exc)} is wrong: `collector instance show NAME` shows how they are") from None
    now = {key: ready(one) for key, one in some.items()}
    until = datetime.now(UTC)
    tell(Progress(done=0, at=until - timedelta(days=days)))
    found = await facts(settings, some, days, until, whose)
    span, told = (found.until - found.since).total_seconds(), 0.0
    comparison = Comparison(found, now, then)
    for at in comparison.steps():
        done = (at - found.since).total_seconds() / span
        if done - told >= TELL_EVERY:
            told = done
            tell(Progress(done=min(done, 1.0), at=at))
    return comparison.compared()

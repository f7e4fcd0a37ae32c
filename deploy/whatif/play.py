"""Both rules side by side through the same days: what was learnt, step by step, and what each would have done. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from deploy.whatif import tally
from deploy.whatif.outcomes import luck
from deploy.whatif.ripening import Ripening
from deploy.whatif.tally import Tally
from deploy.whatif.variant import Variant
from schemas.calls import Call
from schemas.controls import AllControls
from schemas.errors import StopWorker
from schemas.instances import Instance, Rules
from schemas.what_if import Compared
from sinks.originate.marks import HUMAN_KEPT
from sinks.snapshots.past import Past

STEP = timedelta(minutes=5)
"""What was learnt within one is known at its end."""
NOON = time(15, tzinfo=UTC)
"""In most of Brazil: when holds are counted."""
REMEMBERED = HUMAN_KEPT
"""As far as the ledger's marks go; the dialer lets go of older calls by itself."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read. `pasts`: folded from the raw topics; `calls`: really placed, each once, in any order."""

    since: datetime
    until: datetime
    pasts: Sequence[Past]
    calls: Sequence[Call]
    controls: AllControls


def ready(instance: Instance, rules: Mapping[str, Any] | None = None) -> Instance:
    """The instance as if nothing but its rules kept it from calling. `rules`: fields that are others.

    Raises StopWorker without a PABX, and pydantic's ValidationError for a wrong field.
    """
    if instance.pabx is None:
        raise StopWorker(f"{instance.name} has no PABX, so nobody is called: `collector pabx set {instance.name} --help`")
    changed = Rules.model_validate({**instance.rules.model_dump(mode="json"), **(rules or {})})
    return instance.model_copy(update={"paused": False, "rules": changed})


class Comparison:
    """`now`, `then`: the same instances under both rules. `tallies`: what became of each."""

    def __init__(self, facts: Facts, now: Mapping[str, Instance], then: Mapping[str, Instance]) -> None:
        self._facts = facts
        self._names = tuple(sorted(now))
        self._calls = [one for one in facts.calls if not one.dry_run and one.answer != "refused" and one.instance in now]
        self._luck = luck(one.outcome for one in self._calls)
        self._ripening = Ripening({name: least(now[name].rules, then[name].rules) for name in now})
        self._both = [Variant(some, facts.controls, self._luck, facts.since) for some in (now, then)]

    @property
    def tallies(self) -> tuple[Tally, Tally]:
        """Of today's rules, and of the others."""
        now, then = (variant.tally for variant in self._both)
        return now, then

    def steps(self) -> Iterator[datetime]:
        """Play it; an instant after each step."""
        facts, moment = self._facts, self._facts.since
        while moment < facts.until:
            changed = self._ripening.told((one for past in facts.pasts for one in past.states(moment)), moment)
            until = min(moment + STEP, facts.until)
            for variant in self._both:
                variant.learn(changed)
                for call in self._before() if moment == facts.since else ():
                    variant.remember(call)
                if is_noon(moment, until):
                    variant.look()
                variant.run(until)
            moment = until
            yield moment

    def _before(self) -> list[Call]:
        since = self._facts.since
        return sorted((one for one in self._calls if since - REMEMBERED <= one.at < since), key=lambda one: one.at)

    def compared(self) -> Compared:
        """What came of it."""
        facts = self._facts
        now, then = self.tallies
        return Compared(
            instances=self._names,
            since=facts.since,
            until=facts.until,
            basis=self._luck.basis,
            placed=sum(facts.since <= one.at < facts.until for one in self._calls),
            figures=tally.figures(now, then, (facts.until - facts.since) / timedelta(days=1)),
            hours=tally.hours(now, then),
            often=tally.often(now, then),
            holds=tally.holds(now, then),
            debtors=tuple(tally.debtors(now, then)),
        )


def least(one: Rules, other: Rules) -> int:
    """Days late at which the first of both calls."""
    return min(one.min_days_overdue, other.min_days_overdue)


def is_noon(moment: datetime, until: datetime) -> bool:
    """Whether noon of some day lies in this step."""
    noon = datetime.combine(moment.astimezone(UTC).date(), NOON)
    return moment <= noon < until

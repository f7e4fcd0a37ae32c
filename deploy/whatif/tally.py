"""What happened under one set of rules, counted; and two of them side by side. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from schemas.calling.decide import ORDER
from schemas.queue import HoldReason
from schemas.what_if import Debtor, Figure, FigureLine, HoldLine, HourLine, OftenLine


@dataclass(slots=True)
class Tally:
    """By debtor's key. `times`: of his calls, on his own clock. `refused`: requests to which the ledger objected.

    `held`: debtors by hold, at noon of any day.
    """

    times: defaultdict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    refused: int = 0
    held: defaultdict[HoldReason, set[str]] = field(default_factory=lambda: defaultdict(set))

    def calls(self, key: str) -> int:
        """Of one debtor."""
        return len(self.times.get(key, ()))

    def first(self, key: str) -> datetime | None:
        """His first call."""
        return next(iter(self.times.get(key, ())), None)

    @property
    def all_times(self) -> Iterator[datetime]:
        """Of all calls."""
        return (at for times in self.times.values() for at in times)

    def holds(self, key: str, reasons: Iterable[HoldReason]) -> None:
        """What objected to one debtor."""
        for reason in reasons:
            self.held[reason].add(key)


def figures(now: Tally, then: Tally, days: float) -> tuple[FigureLine, ...]:
    """`days`: of the whole period."""

    def of(tally: Tally) -> dict[Figure, float]:
        days_of = Counter(at.date() for at in tally.all_times)
        calls, debtors = days_of.total(), len(tally.times)
        return {
            "debtors": debtors,
            "calls": calls,
            "calls_each": round(calls / debtors, 2) if debtors else 0,
            "most_of_one": max(map(len, tally.times.values()), default=0),
            "calls_a_day": round(calls / days, 1) if days else 0,
            "busiest_day": max(days_of.values(), default=0),
            "refused": tally.refused,
        }

    ours, others = of(now), of(then)
    return tuple(FigureLine(what=what, now=ours[what], then=others[what]) for what in ours)


def hours(now: Tally, then: Tally) -> tuple[HourLine, ...]:
    """Every hour from the first to the last in which anybody was called."""
    ours, others = (Counter(at.hour for at in tally.all_times) for tally in (now, then))
    known = sorted(ours.keys() | others.keys())
    every = range(known[0], known[-1] + 1) if known else ()
    return tuple(HourLine(hour=hour, now=ours[hour], then=others[hour]) for hour in every)


def often(now: Tally, then: Tally) -> tuple[OftenLine, ...]:
    """Debtors by the number of their calls; nobody who was never called."""
    ours, others = (Counter(map(len, tally.times.values())) for tally in (now, then))
    return tuple(OftenLine(calls=n, now=ours[n], then=others[n]) for n in sorted(ours.keys() | others.keys()))


def holds(now: Tally, then: Tally) -> tuple[HoldLine, ...]:
    """In the rules' order; none that held nobody."""

    def line(reason: HoldReason) -> HoldLine:
        ours, others = now.held.get(reason, set()), then.held.get(reason, set())
        fell, came = len(ours - others), len(others - ours)
        return HoldLine(reason=reason, now=len(ours), then=len(others), fell=fell, came=came)

    return tuple(line(reason) for reason in sorted(now.held.keys() | then.held.keys(), key=ORDER.__getitem__))


def debtors(now: Tally, then: Tally) -> Sequence[Debtor]:
    """Everybody who was called at all, those whose calls differ most first."""

    def each() -> Iterator[Debtor]:
        for key in now.times.keys() | then.times.keys():
            instance, code = key.split(":", 1)
            fell = tuple(one for one in sorted(now.held, key=ORDER.__getitem__) if _fell(one, key))
            count = {"now": now.calls(key), "then": then.calls(key)}
            yield Debtor(
                instance=instance,
                code=code,
                **count,
                first_now=now.first(key),
                first_then=then.first(key),
                fell=fell,
            )

    def _fell(reason: HoldReason, key: str) -> bool:
        return key in now.held[reason] and key not in then.held.get(reason, set())

    return sorted(each(), key=lambda one: (-abs(one.then - one.now), one.instance, one.code))

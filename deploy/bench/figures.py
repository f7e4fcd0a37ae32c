"""What was measured, as values: repeated runs, what they are compared with, and the words that a table shows. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Literal

Row = dict[str, object]
Verdict = Literal["met", "not met", "failed", ""]


@dataclass(frozen=True, slots=True)
class Run:
    """One program once. `startup`: seconds before it was ready, not part of `seconds`.

    `cpu`: seconds of processor during `seconds`; `peak`: most resident megabytes (10^6 bytes), sampled ten times a second.
    `wrong`: why the result does not count, "" where it is right.
    """

    program: str
    round: int
    items: int
    seconds: float
    startup: float = 0.0
    cpu: float = 0.0
    peak: float = 0.0
    wrong: str = ""

    @property
    def rate(self) -> float:
        """Items a second."""
        return self.items / self.seconds


@dataclass(frozen=True, slots=True)
class Spread:
    """Of one figure over the rounds."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{_short(self.median)}\n{_short(self.least)} to {_short(self.most)}"


@dataclass(frozen=True, slots=True)
class Target:
    """Our rate ÷ the other program's rate (`at_least`), or our time ÷ its time (`at_most`)."""

    at_least: float | None = None
    at_most: float | None = None

    def holds(self, ratio: float) -> bool:
        """Whether `ratio`, a rate's or a time's as the target asks, is good enough."""
        return (self.at_least is None or ratio >= self.at_least) and (self.at_most is None or ratio <= self.at_most)

    def __str__(self) -> str:
        return f"≥ {self.at_least:g}" if self.at_least is not None else f"time ≤ {self.at_most:g}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`ours` against the programs in `targets`, each run once a round. `notes`: what a program does, by its name."""

    name: str
    unit: str
    ours: str
    targets: Mapping[str, Target]
    runs: Sequence[Run]
    notes: Mapping[str, str] = field(default_factory=dict)

    def ratio(self, other: str) -> Spread | None:
        """Ours against `other`, round by round, for what makes a round slow slows both; None where nothing can be said."""
        target = self.targets[other]
        pairs = [(self._run(self.ours, number), self._run(other, number)) for number in self._rounds()]
        ratios = [
            ours.rate / base.rate if target.at_least is not None else ours.seconds / base.seconds
            for ours, base in pairs
            if ours is not None and base is not None and not ours.wrong and not base.wrong
        ]
        return spread(ratios) if ratios else None

    def verdict(self, other: str) -> Verdict:
        """A program that was wrong in any round has failed, however fast it was."""
        ratio = self.ratio(other)
        if ratio is None or any(run.wrong for run in self.runs if run.program in {self.ours, other}):
            return "failed"
        return "met" if self.targets[other].holds(ratio.median) else "not met"

    def _rounds(self) -> list[int]:
        return sorted({run.round for run in self.runs})

    def _run(self, program: str, number: int) -> Run | None:
        return next((run for run in self.runs if run.program == program and run.round == number), None)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number by itself. `limit`: it must stay below, None for a figure that has no target."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    note: str = ""

    @property
    def verdict(self) -> Verdict:
        """Against the limit."""
        if self.limit is None:
            return ""
        return "met" if self.value < self.limit else "not met"


Result = Comparison | Figure


def spread(values: Iterable[float]) -> Spread:
    """Raises StatisticsError for no values."""
    found = list(values)
    return Spread(median(found), min(found), max(found))


def percentile(values: Iterable[float], percent: int) -> float:
    """The smallest of `values` that at least `percent` (1 to 100) of a hundred do not exceed. Raises IndexError for none."""
    ordered = sorted(values)
    return ordered[-(-len(ordered) * percent // 100) - 1]


def comparison_rows(of: Comparison) -> list[Row]:
    """A line a program, ours first: medians over the rounds, for rate and ratio with their spread."""
    return [_line(of, program) for program in (of.ours, *of.targets)]


def _line(of: Comparison, program: str) -> Row:
    runs = [run for run in of.runs if run.program == program]
    is_ours = program == of.ours
    return {
        "program": program,
        f"{of.unit} a second": spread(run.rate for run in runs),
        "start-up s": _short(median(run.startup for run in runs)),
        "cpu s": _short(median(run.cpu for run in runs)),
        "peak MB": _short(max(run.peak for run in runs)),
        "ours ÷ this": "" if is_ours else of.ratio(program),
        "target": "" if is_ours else str(of.targets[program]),
        "verdict": "" if is_ours else of.verdict(program),
    }


def remarks(of: Comparison) -> list[str]:
    """What each program does, and what was wrong with its result."""
    wrong = [f"{run.program}, round {run.round + 1}: {run.wrong}" for run in of.runs if run.wrong]
    return [*(f"{program}: {note}" for program, note in of.notes.items()), *wrong]


def figure_rows(figures: Iterable[Figure]) -> list[Row]:
    """A line a figure."""
    return [
        {
            "figure": one.name,
            "value": f"{_short(one.value)} {one.unit}",
            "target": "" if one.limit is None else f"< {_short(one.limit)} {one.unit}",
            "verdict": one.verdict,
            "how": one.note,
        }
        for one in figures
    ]


def plain(results: Iterable[Result]) -> list[Row]:
    """All of it for JSON, every single run too."""
    return [_plain(one) for one in results]


def _plain(one: Result) -> Row:
    if isinstance(one, Figure):
        return {**asdict(one), "verdict": one.verdict}
    against = {
        other: {"ratio": (ratio := one.ratio(other)) and asdict(ratio), "target": str(target), "verdict": one.verdict(other)}
        for other, target in one.targets.items()
    }
    return {**asdict(one), "targets": against}


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits tell enough

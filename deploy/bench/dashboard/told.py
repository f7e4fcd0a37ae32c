"""What was measured of the dashboard, as results with their limits. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from deploy.bench.dashboard.browsing import Seen, Turn
from deploy.bench.dashboard.crowd import EVERY_S, Held
from deploy.bench.dashboard.programs import OURS, STREAMLIT
from deploy.bench.dashboard.provider import YEAR_ROWS
from deploy.bench.figures import Comparison, Figure, Result, Run, Target

NOTES: Final[Mapping[str, str]] = {
    OURS: "collector run dashboard, page Monitoramento, a process that has just started; an item is a page",
    STREAMLIT: "one script, its read cached for a minute: the same pipelines, figures, five charts and tables",
}
FIRST, COMPLETE = Target(at_most=1.0), Target(at_most=1.2)
CHANGE_S, YEAR_S, MODELS = 1.5, 1.0, 251
RATIO, CPU_MS, KILOBYTES, GROWTH_MB = 1.5, 50.0, 20.0, 10.0
REFRESHES, ROUNDS = 5, 4
"""Refreshes that are counted; rounds of pages that come and go, after the first half of which memory must not grow."""


class Look(NamedTuple):
    """One program, opened once in a round. `startup`: seconds until it answered; `load`: of the machine, the last minute."""

    program: str
    round: int
    seen: Seen
    startup: float
    cpu: float
    peak: float
    load: float


def looks(found: Sequence[Look], wanted: int) -> list[Result]:
    """First figures, and all of the page. `wanted`: the debtors that both must show."""
    loads = [one.load for one in found]
    return [
        _compared("dashboard, first figures", FIRST, [_run(one, one.seen.first, wanted) for one in found]),
        _compared("dashboard, complete", COMPLETE, [_run(one, one.seen.complete, wanted) for one in found]),
        Figure("load of the machine", max(loads), "", note=f"most before a look; least {min(loads):.1f}"),
    ]


def _compared(name: str, target: Target, runs: Sequence[Run]) -> Comparison:
    return Comparison(name, "pages", OURS, {STREAMLIT: target}, runs, NOTES)


def _run(of: Look, seconds: float, wanted: int) -> Run:
    wrong = "" if of.seen.debtors == wanted else f"wrong: {of.seen.debtors} debtors shown of {wanted}"
    return Run(of.program, of.round, 1, seconds, of.startup, of.cpu, of.peak, wrong)


def page_figures(turned: Mapping[str, Turn], year: float, models: Mapping[str, int]) -> list[Result]:
    """Of all pages: the slowest turn, a year of Histórico, the most models; `models` of a tab that opened on the page."""
    slowest = max(turned, key=lambda path: turned[path].seconds)
    seconds = ", ".join(f"{path or 'first'} {turn.seconds:.2f}" for path, turn in turned.items())
    counts = {**models, **{f"{path}, after others": turn.models for path, turn in turned.items()}}
    most = max(counts, key=lambda name: counts[name])
    told = ", ".join(f"{name or 'first'} {count}" for name, count in counts.items())
    return [
        Figure(
            f"page change, the slowest ({slowest})", turned[slowest].seconds, "s", CHANGE_S, f"until its figures: {seconds}"
        ),
        Figure("a year of Histórico", year, "s", YEAR_S, f"from choosing it to its figures; {YEAR_ROWS} snapshots"),
        Figure(f"Bokeh models, the page with most ({most})", counts[most], "models", MODELS, told),
    ]


def crowd_figures(idle: Held, held: Sequence[Held], left: Sequence[float], visits: int) -> list[Result]:
    """`held`: few pages, then many. `left`: megabytes after each round of so many `visits`."""
    few, many = held
    every = f"a refresh each {EVERY_S} s, before each of which somebody pays"
    half = len(left) // 2
    return [
        Figure("CPU of a refresh that nobody sees", 1000 * idle.cpu / idle.refreshes, "ms", None, every),
        Figure(
            f"CPU of a page's refresh, {many.sessions} pages open",
            1000 * many.each(idle),
            "ms",
            CPU_MS,
            "without that of reading",
        ),
        Figure(
            f"the same, ÷ {few.sessions} pages open",
            many.each(idle) / few.each(idle) if few.each(idle) > 0 else 0,
            "",
            RATIO,
            f"{1000 * few.each(idle):.1f} ms there",
        ),
        Figure("sent to a page by a refresh", many.bytes_each / 1000, "KB", KILOBYTES, "over its websocket, not compressed"),
        Figure(
            "memory that closed pages leave",
            left[-1] - left[half - 1],
            "MB",
            GROWTH_MB,
            f"resident after each {visits} of {visits * len(left)}: {', '.join(f'{one:.0f}' for one in left)}",
        ),
    ]

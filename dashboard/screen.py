"""A board becomes the text of the page's blocks: HTML from `templates/`, escaped by Jinja, and the columns of the charts.

Painted once for each snapshot and selection, then shared: a session only compares and assigns strings.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboard.bars import Bars
from dashboard.board import EVERYBODY, Board, choose
from dashboard.freshness import of_snapshot
from dashboard.labels import HOLDS, KINDS, LEVELS, PARTS
from dashboard.language import Language
from dashboard.notices import notices
from dashboard.snapshot import Reading
from schemas.figures import AGES, Standing
from schemas.queue import HoldReason

TEMPLATES = Path(__file__).parent / "templates"
KEPT = 32
"""Paintings kept: the selections of a few snapshots."""

BETWEEN_TAGS = re.compile(r">\s+<")

NOT_IN_THE_WAY: HoldReason = "nothing_due"
"""Listed last: these clients owe nothing, so they do not explain a quiet queue."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything one page shows. `blocks`: HTML by the block's name. `choices`: title → instance, for the selector."""

    blocks: Mapping[str, str]
    amounts: Bars
    bills: Bars
    choices: Mapping[str, str]
    selected: str

    @property
    def numbers(self) -> bool:
        """There is something to show below the notices."""
        return bool(self.blocks["figures"])


BLOCKS = ("heading", "notices", "figures", "aging", "queue", "holds", "sources")
WITHOUT_NUMBERS = ("heading", "notices")


class Painter:
    """Paints in one language."""

    def __init__(self, language: Language) -> None:
        self.say = language
        self.environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        language.install(self.environment)
        self.environment.globals.update(
            say=language, many=language.many, holds=HOLDS, parts=PARTS, kinds=KINDS, levels=LEVELS
        )
        self.paint = lru_cache(maxsize=KEPT)(self._paint)

    @property
    def apology(self) -> str:
        """What is shown instead of a page that could not be built."""
        return self._html("apology", {})

    def _paint(self, reading: Reading, selected: str) -> Screen:
        """The screen of `selected` (an instance, or EVERYBODY) as of `reading`."""
        everybody = {self.say("All providers"): EVERYBODY}
        if reading.snapshot is None:
            return Screen(self._blocks(reading, None), *self._bars(Standing()), everybody, EVERYBODY)
        board = choose(reading.snapshot, selected)
        choices = {one.title: one.name for one in reading.snapshot.instances}
        if len(choices) < len(reading.snapshot.instances):  # two providers with one title
            choices = {f"{one.title} ({one.name})": one.name for one in reading.snapshot.instances}
        return Screen(self._blocks(reading, board), *self._bars(board.standing), {**everybody, **choices}, board.selected)

    def _blocks(self, reading: Reading, board: Board | None) -> dict[str, str]:
        ready = board is not None and board.instances
        values: dict[str, object] = {
            "reading": reading,
            "board": board,
            "notices": notices(reading, board, self.say),
            "level": of_snapshot(reading.at - reading.snapshot.built_at) if reading.snapshot else "never",
            "not_in_the_way": NOT_IN_THE_WAY,
        }
        shown = {name for name in BLOCKS if ready or name in WITHOUT_NUMBERS}
        return {name: self._html(name, values) if name in shown else "" for name in BLOCKS}

    def _html(self, name: str, values: Mapping[str, object]) -> str:
        # what stands between two tags is indentation, and every session is sent it
        return BETWEEN_TAGS.sub("><", self.environment.get_template(f"{name}.html").render(values)).strip()

    def _bars(self, standing: Standing) -> tuple[Bars, Bars]:
        labels = tuple(self.age(since, until) for since, until in AGES)
        aging = standing.aging
        return (
            Bars(
                labels, tuple(band.cents / 100 for band in aging), tuple(self.say.short_money(band.cents) for band in aging)
            ),
            Bars(labels, tuple(float(band.bills) for band in aging), tuple(self.say.number(band.bills) for band in aging)),
        )

    def age(self, since: int, until: int | None) -> str:
        """The name of one range of days late."""
        if until is None:
            return self.say("%(since)s days or more", since=since)
        return self.say("%(since)s to %(until)s days", since=since, until=until)

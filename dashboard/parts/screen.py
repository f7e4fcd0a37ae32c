"""A board becomes what the page "Monitoring" shows: the text of its blocks and the columns of its charts.

Painted once for each snapshot and selection, then shared: a session only compares and assigns strings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from dashboard.access import masking
from dashboard.facts.asked import EVERYBODY
from dashboard.facts.board import Board, choose
from dashboard.facts.freshness import freshness
from dashboard.facts.lately import Lately
from dashboard.facts.snapshot import Reading
from dashboard.parts import sparkline
from dashboard.parts.bars import PLAIN, REST, Bars, by_age, shortened
from dashboard.parts.chosen import ages
from dashboard.parts.html import Html
from dashboard.parts.lately_screen import goings
from dashboard.parts.ranking import Ranking, ranking
from dashboard.words.freshness import chip_text
from dashboard.words.gates import closed
from dashboard.words.labels import DEBTS
from dashboard.words.language import Language
from dashboard.words.notices import notices
from dashboard.words.notices import shortened as clipped
from schemas.figures.debts import SUBJECTS
from schemas.figures.scope import AGES
from schemas.figures.standing import Standing
from schemas.queue import HoldReason
from schemas.reverse_map import Subject
from schemas.users import Role

KEPT = 6
"""Paintings kept: the selections of a few snapshots."""

NOT_IN_THE_WAY: HoldReason = "nothing_due"
"""Listed last: these clients owe nothing, so they do not explain a quiet queue."""


class Top(NamedTuple):
    """What the app bar shows. `choices`: title → instance, for the selector. `chip`: how fresh the numbers are."""

    choices: Mapping[str, str]
    selected: str
    chip: str


@dataclass(frozen=True, slots=True)
class Screen:
    """What the page "Monitoring" shows. `blocks`: HTML by the block's name."""

    blocks: Mapping[str, str]
    amounts: Bars
    bills: Bars
    debts: Mapping[Subject, Bars]

    @property
    def numbers(self) -> bool:
        """There is something to show below the notices, if only what is being read."""
        return bool(self.blocks["figures"])


BLOCKS = ("heading", "notices", "figures", "aging", *SUBJECTS, "queue", "holds", "sources")
WITHOUT_NUMBERS = ("heading", "notices")
PENDING: tuple[str, ...] = ("aging", *SUBJECTS, "queue", "holds")
"""Those that show nothing but their title until a first reading is complete."""
CARDS = ("queue", "holds")
"""Blocks that bring their own card; the others stand in one with their charts."""
NO_BARS = Bars()


class Painter:
    """Paints in one language, what somebody of one role may see."""

    def __init__(self, language: Language, role: Role = "admin") -> None:
        self.role = role
        self.say = language
        self.html = Html(language)
        self.paint = lru_cache(maxsize=KEPT)(self._paint)
        self.top = lru_cache(maxsize=KEPT)(self._top)

    def _top(self, reading: Reading, selected: str) -> Top:
        """The app bar over every page that shows `selected` (an instance, or EVERYBODY) as of `reading`."""
        everybody = {self.say("All providers"): EVERYBODY}
        board = choose(reading.snapshot, selected) if reading.snapshot else None
        age = reading.at - reading.snapshot.built_at if reading.snapshot else None
        fresh = freshness(reading, board)
        worst, detail = chip_text(fresh, self.say)
        values = {"reading": reading, "board": board, "level": fresh.level, "age": age}
        chip = self.html("chip", {**values, "worst": worst if fresh.causes else "", "detail": detail})
        if reading.snapshot is None:
            return Top(everybody, EVERYBODY, chip)
        choices = {one.title: one.name for one in reading.snapshot.instances}
        if len(choices) < len(reading.snapshot.instances):  # two providers with one title
            choices = {f"{one.title} ({one.name})": one.name for one in reading.snapshot.instances}
        if board and board.unknown:  # the selector shows what was asked for, and any other choice is one
            choices |= {self.say("%(name)s (does not exist)", name=clipped(board.unknown)): board.unknown}
        return Top({**everybody, **choices}, (board.unknown or board.selected) if board else EVERYBODY, chip)

    def _paint(self, reading: Reading, selected: str, lately: Lately | None = None) -> Screen:
        """The screen of `selected` (an instance, or EVERYBODY) as of `reading`. `lately`: None until it is read."""
        if reading.snapshot is None:
            nothing = dict.fromkeys(SUBJECTS, NO_BARS)
            return Screen(self._blocks(reading, None, {}), NO_BARS, NO_BARS, nothing)
        board = masking.board(choose(reading.snapshot, selected), self.role)
        ranked = {subject: ranking(debts) for subject, debts in board.debts.items()}
        return Screen(
            self._blocks(reading, board, ranked, lately),
            *(self._aging(board.standing) if board.numbers else (NO_BARS, NO_BARS)),
            {subject: self._ranked(found) for subject, found in ranked.items()},
        )

    def _blocks(
        self, reading: Reading, board: Board | None, ranked: Mapping[Subject, Ranking], lately: Lately | None = None
    ) -> dict[str, str]:
        ready = board is not None and board.instances
        values: dict[str, object] = {
            "reading": reading,
            "board": board,
            "notices": notices(reading, board, self.say),
            "not_in_the_way": NOT_IN_THE_WAY,
            "goings": goings(board, lately, self.say) if board else {},
            "box": (sparkline.WIDTH, sparkline.HEIGHT),
            "gates": [(one, closed(one.gate, one.zone, reading.at, self.say)) for one in board.closed] if board else [],
        }
        blocks = dict.fromkeys(BLOCKS, "")
        for name in BLOCKS if ready else WITHOUT_NUMBERS:
            if board and board.instances and not board.numbers and name in PENDING:
                blocks[name] = self.html("pending", {**values, "title": self._title(name), "card": name in CARDS})
            elif name in SUBJECTS:
                blocks[name] = self.html("debt", {**values, "subject": name, "ranking": ranked[name]})
            else:
                blocks[name] = self.html(name, values)
        return blocks

    def _title(self, block: str) -> str:
        say = self.say
        titles = {"queue": say("Next in the call queue"), "holds": say("Why not in the queue")}
        titles |= {"aging": say("Overdue bills by days late")}
        return titles.get(block) or next(say(DEBTS[subject].title) for subject in SUBJECTS if subject == block)

    def _aging(self, standing: Standing) -> tuple[Bars, Bars]:
        labels = tuple(ages(self.say, since, until) for since, until in AGES)
        colours = by_age(len(labels))
        cents = [band.cents for band in standing.aging]
        bills = [band.bills for band in standing.aging]
        return self._amounts(labels, cents, colours), Bars(
            labels, tuple(map(float, bills)), tuple(map(self.say.number, bills)), colours
        )

    def _ranked(self, found: Ranking) -> Bars:
        labels = [shortened(debt.name) for debt in found.first]
        cents = [debt.share.cents for debt in found.first]
        colours = [PLAIN] * len(labels)
        if found.others:
            labels.append(self.say("Others (%(n)s)", n=self.say.number(found.others)))
            cents.append(found.rest.cents)
            colours.append(REST)
        return self._amounts(tuple(labels), cents, tuple(colours))

    def _amounts(self, labels: tuple[str, ...], cents: Sequence[int], colours: tuple[str, ...]) -> Bars:
        return Bars(labels, tuple(each / 100 for each in cents), tuple(map(self.say.short_money, cents)), colours)

"""A provider's figures counted one client after the other, written as a Brazilian writes them: what the page must show."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from schemas.calling.place import Place, place
from schemas.figures.scope import AGES
from schemas.instances import Instance
from schemas.queue import HoldReason, QueueEntry
from schemas.reverse_map import Subject
from tests.integration.dashboard_provider import BAIRROS, TYPES, Owing, entry


def number(value: int) -> str:
    """With a point for thousands."""
    return f"{value:,}".replace(",", ".")


def money(cents: int) -> str:
    """With the symbol and a comma for cents."""
    return f"R$ {number(cents // 100)},{cents % 100:02d}"


@dataclass(frozen=True)
class Expected:
    """The figures of `some` clients on the local date `today`."""

    of: Instance
    some: list[Owing]
    today: date
    at: datetime

    @property
    def overdue(self) -> list[tuple[int, int]]:
        """(days late, cents) of every overdue bill."""
        return [((self.today - due).days, cents) for one in self.some for due, cents in one.bills if due < self.today]

    @cached_property
    def places(self) -> list[tuple[QueueEntry, Place]]:
        """Every client's entry, and where it stands today."""
        entries = [entry(self.of, one, self.today, self.at) for one in self.some]
        return [(one, place(one.facts, one.verdict, self.of, self.at)) for one in entries]

    @property
    def cards(self) -> dict[str, str]:
        """What each card shows."""
        bills, limit = self.overdue, self.of.rules.min_days_overdue
        late = [[((self.today - due).days, cents) for due, cents in one.bills if due < self.today] for one in self.some]
        owing = [(max(days for days, _ in some), sum(cents for _, cents in some)) for some in late if some]
        return {
            "active_clients": number(sum(one.active for one in self.some)),
            "debtors": number(sum(any(due < self.today for due, _ in one.bills) for one in self.some)),
            "overdue": money(sum(cents for _, cents in bills)),
            "pre_collection": money(sum(cents for oldest, cents in owing if oldest <= limit)),
            "collection": money(sum(cents for oldest, cents in owing if oldest > limit)),
            "ready": number(sum(not found.holds for _, found in self.places)),
        }

    @property
    def aging(self) -> list[tuple[int, int, str]]:
        """First day of each range, bills, amount."""
        ranges = [
            (since, [cents for days, cents in self.overdue if since <= days <= (until or days)]) for since, until in AGES
        ]
        return [(since, len(some), money(sum(some))) for since, some in ranges]

    @property
    def first(self) -> list[QueueEntry]:
        """The first 20 who may be called."""
        ready = [(one, found) for one, found in self.places if not found.holds]
        ready.sort(key=lambda both: (-both[1].score, both[1].oldest_due_on or date.max, both[0].key))
        return [one for one, _ in ready[:20]]

    @property
    def queue(self) -> list[str]:
        """Their names."""
        return [one.facts.name for one in self.first]

    @property
    def situations(self) -> list[str]:
        """The ERP's own terms for their connections."""
        of = {one.code: one.access[2] for one in self.some}
        return [of[one.code] for one in self.first]

    def debts(self, subject: Subject) -> dict[str, tuple[int, int, int]]:
        """Debtors, overdue bills and their cents by the name that people read, most cents first."""
        found: dict[str, tuple[int, int, int]] = {}
        for one in self.some:
            late = [cents for due, cents in one.bills if due < self.today]
            if late:
                name = BAIRROS[one.bairro] if subject == "bairro" else TYPES[one.client_type]
                debtors, bills, cents = found.get(name, (0, 0, 0))
                found[name] = (debtors + 1, bills + len(late), cents + sum(late))
        return dict(sorted(found.items(), key=lambda item: (-item[1][2], item[0])))

    def ranked(self, subject: Subject) -> list[tuple[str, str, str, str]]:
        """The twelve with most to collect and all others as one, as the table behind the chart shows them."""
        debts = list(self.debts(subject).items())
        first, rest = debts[:12], [debt for _, debt in debts[12:]]
        if rest:
            debtors, bills, cents = (sum(column) for column in zip(*rest, strict=True))
            first.append((f"Outros ({len(rest)})", (debtors, bills, cents)))
        return [(name, number(debtors), number(bills), money(cents)) for name, (debtors, bills, cents) in first]

    @property
    def holds(self) -> dict[str, int]:
        """Clients by reason; of who owes nothing that one alone."""
        nothing: HoldReason = "nothing_due"
        return dict(
            Counter(reason for _, one in self.places for reason in ((nothing,) if nothing in one.holds else one.holds))
        )

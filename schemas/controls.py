"""What people decided in the dashboard and every rule must obey: promises to pay and the blocklist (MongoDB collections)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from schemas.model import Code, InstanceName, Model

PROMISES = "promises"
BLOCKLIST = "blocklist"
NUMBER, PERSON = "a number", "a person"
"""What the audit says of a block: never which."""
BlockReason = Literal["asked", "wrong_number", "deceased", "dispute", "other"]


class Promise(Model):
    """The debtor promised to pay; in force up to and including the local date `until`."""

    instance: InstanceName
    code: Code
    until: date

    @property
    def document(self) -> dict[str, Any]:
        """As the collection holds it: one of a debtor, the newest."""
        return {"_id": f"{self.instance}:{self.code}", **self.model_dump(mode="json")}


class Block(Model):
    """Never ring: a person (document hash) or a number (E.164). An empty field means nothing."""

    instance: InstanceName
    person: str = ""
    phone: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """As the collection holds it: one of a person, or of a number."""
        return {"_id": f"{self.instance}:{self.person or self.phone}", **self.model_dump()}

    @property
    def what(self) -> str:
        """Whether a person or a number is blocked, for the audit."""
        return PERSON if self.person else NUMBER


@dataclass(frozen=True, slots=True)
class Doubts:
    """Whom documents that cannot be read may concern."""

    codes: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    everybody: bool = False

    def of(self, code: str, person: str, phones: Iterable[str]) -> bool:
        """Whether one of them may concern this debtor."""
        return self.everybody or code in self.codes or person in self.people or not self.phones.isdisjoint(phones)

    def __or__(self, other: "Doubts") -> "Doubts":
        return Doubts(
            self.codes | other.codes,
            self.people | other.people,
            self.phones | other.phones,
            self.everybody or other.everybody,
        )


@dataclass(frozen=True, slots=True)
class Controls:
    """All of them of one instance. `promises`: code → last day in force."""

    promises: Mapping[str, date] = field(default_factory=dict)
    people: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    doubts: Doubts = Doubts()

    def silence(self, person: str, phones: Iterable[str]) -> bool:
        """Whether a person is on the blocklist, or every number that there is of him."""
        numbers = tuple(phones)
        return person in self.people or (bool(numbers) and self.phones.issuperset(numbers))


NO_CONTROLS = Controls()


@dataclass(frozen=True, slots=True)
class AllControls:
    """`named`: by instance; `others`: those of every instance that is not named."""

    named: Mapping[str, Controls] = field(default_factory=dict)
    others: Controls = NO_CONTROLS

    def of(self, instance: str) -> Controls:
        """Those of one instance."""
        return self.named.get(instance, self.others)


NOTHING_DECIDED = AllControls()


def in_force_since(today: date) -> date:
    """Promises that end before this are over in every zone. `today`: the date in UTC."""
    return today - timedelta(days=1)

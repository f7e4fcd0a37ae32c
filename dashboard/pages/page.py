"""What a page of the dashboard is: one file, one line in the list of `dashboard.pages`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol, TypeVar

from panel.viewable import Viewable

from dashboard.access.letters import LetterDesk
from dashboard.access.who import User
from dashboard.controls import Clerk
from dashboard.drafts.desk import Desk
from dashboard.drafts.what_if import WhatIf
from dashboard.facts.asked import Asked, Filters
from dashboard.facts.evidence import LookUp
from dashboard.facts.readings import counted
from dashboard.facts.sight import Read
from dashboard.facts.snapshot import Reading
from dashboard.parts.screen import Painter
from dashboard.selection import Selection
from dashboard.words.people import People
from schemas.users import Role

Facts = TypeVar("Facts")


class Seen(NamedTuple):
    """What a page is to show. `facts`: what its own `read` gave; `Unread` where it failed, None until it is there."""

    reading: Reading
    filters: Filters
    facts: Any

    @property
    def nobody(self) -> bool:
        """No provider is configured: nothing is going to be read, so that a skeleton would wait for ever."""
        return self.reading.snapshot is not None and not self.reading.snapshot.instances

    def numbers(self, kind: type[Facts]) -> Facts | None:
        """The facts, if they are there and enough of the ERP was read for them to be numbers."""
        return self.facts if isinstance(self.facts, kind) and counted(self.reading, self.filters.instance) else None


class Opened(NamedTuple):
    """The tab that a page is built for. Whatever a page chooses goes through `selection`, so that the address has it.

    `painter`: of the user's language and role. `clerk`: what the user may change. `people`: how much of them the user may
    see. `look_up`: reads what is known of one call. `desk`: through which the user changes instances. `letters`: where dead
    letters are settled. `what_if`: tries rules out; None where nobody does it, or not for this user.
    """

    painter: Painter
    selection: Selection
    user: User
    clerk: Clerk
    people: People
    look_up: LookUp
    desk: Desk
    letters: LetterDesk
    what_if: WhatIf | None = None

    @property
    def may_act(self) -> bool:
        """Whether the page offers to change anything."""
        return self.clerk.may_act


class Shown(Protocol):
    """A page of one tab, built when it is first opened."""

    body: Viewable

    def show(self, seen: Seen) -> None:
        """Assign what differs, in one `hold` and with the document's lock."""

    def recolour(self, *, dark: bool) -> None:
        """Make readable on dark or light what the theme does not reach."""


@dataclass(frozen=True, slots=True)
class Page:
    """`title`: a msgid. `path`: its name in an address, "" for the first page. `key`: after `g` it opens the page.

    `drawn`: the filters that change only how its facts are drawn: they are not read anew.
    `icon`: a name of `parts/templates/icons.html`. `read`: its own facts, beside the snapshot. `role`: the least that may
    open it. `of_all`: its facts are of every provider, whichever is chosen, also of those that are not valid.
    """

    title: str
    path: str
    key: str
    icon: str
    build: Callable[[Opened], Shown]
    read: Read | None = None
    role: Role = "viewer"
    of_all: bool = False
    drawn: tuple[str, ...] = ()

    def asked(self, filters: Filters) -> Asked:
        """The facts that it shows under `filters`."""
        none = Filters()
        return Asked(self.path, replace(filters, **{field: getattr(none, field) for field in self.drawn}))

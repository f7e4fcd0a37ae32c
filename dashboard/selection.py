"""What one tab shows: its page and its filters, which stand in its address too, both ways."""

from dataclasses import asdict, fields, replace
from typing import Any

import param
from panel.io.location import Location

from dashboard.facts.asked import Asked, Filters
from dashboard.words import address

ALL = (*(each.name for each in fields(Filters)), "page")


class Selection(param.Parameterized):
    """One tab's. `page`: its path, "" for the first one; the others as in `Filters`."""

    page = param.String("")
    instance = param.String("")
    since = param.Date(None)
    until = param.Date(None)
    due_on = param.Date(None)
    bairro = param.String("")
    client_type = param.String("")
    branch = param.String("")
    band = param.String("")
    figure = param.String("")
    group = param.String("")
    kind = param.String("")
    period = param.String("")

    @property
    def filters(self) -> Filters:
        """What is chosen now."""
        return Filters(**{each.name: getattr(self, each.name) for each in fields(Filters)})

    @property
    def asked(self) -> Asked:
        """The facts that the tab shows."""
        return Asked(self.page, self.filters)

    @property
    def search(self) -> str:
        """The address's query."""
        return address.write(self.page, self.filters)

    def read(self, search: str) -> None:
        """Become what the address says; what it does not name is chosen no more."""
        page, filters = address.read(search)
        self.param.update(page=page, **asdict(filters))

    def choose(self, **changes: Any) -> None:  # noqa: ANN401 - the fields of Filters
        """Change some filters, on the page that is open."""
        self.param.update(**asdict(replace(self.filters, **changes)))

    def follow(self, location: Location) -> None:
        """Follow the address, and let it follow. An address that says the same in other words is left as it is."""
        self.read(location.search)

        def told(*_changed: object) -> None:  # one event for each that changed at once
            if address.read(location.search) != (self.page, self.filters):
                location.search = self.search

        self.param.watch(told, list(ALL))
        location.param.watch(lambda event: self.read(event.new), "search")

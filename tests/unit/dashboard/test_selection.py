"""What a tab has chosen, and its address."""

from panel.io.location import Location

from dashboard.pages import PAGES
from dashboard.selection import Selection


def test_an_address_may_change_several_things_at_once() -> None:
    """Page and provider: one link names both, and whoever watches is told, of whatever changed, in one call."""
    location, selection, calls = Location(), Selection(), []
    selection.follow(location)
    selection.param.watch(lambda *events: calls.append({event.name for event in events}), ["page", "instance"])
    location.search = f"?pagina={PAGES[1].path}&instancia=norte"
    assert (selection.page, selection.filters.instance) == (PAGES[1].path, "norte")
    assert calls == [{"page", "instance"}]
    selection.choose(instance="")
    assert location.search == f"?pagina={PAGES[1].path}"

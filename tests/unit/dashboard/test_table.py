"""A table shows the rows of one choice, and a selection belongs to it."""

from typing import Any

import pytest
from panel.models.tabulator import SelectionEvent

from dashboard.parts.rows import Column, Rows
from dashboard.parts.table import Table
from dashboard.words.language import Language

pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")  # of pandas, to Panel
COLUMNS = (Column("code", "Código", "code"),)


def rows(*codes: str) -> Rows:
    return Rows(COLUMNS, tuple((code,) for code in codes))


class Seen:
    """A table, and what a browser would show of it."""

    def __init__(self, say: Language) -> None:
        self.told: list[tuple[str, ...]] = []
        self.table = Table(COLUMNS, say, name="rows", on_select=self.told.append)
        self.top, self.grid = (part for part in self.table.body)  # type: ignore[attr-defined]  # a Column's parts

    @property
    def codes(self) -> list[str]:
        return list(self.grid.value["code"])

    @property
    def status(self) -> Any:  # noqa: ANN401 - HTML
        return self.top[0].object


@pytest.fixture
def seen(portuguese: Language) -> Seen:
    return Seen(portuguese)


def test_newer_rows_of_the_same_choice_wait_for_the_selection(seen: Seen) -> None:
    """They would drop it."""
    seen.table.show(rows("1", "2"), "norte")
    seen.grid.selection = [1]
    seen.table.show(rows("1", "3"), "norte")
    assert seen.codes == ["1", "2"]
    assert "parada" in seen.status
    seen.grid.selection = []
    assert seen.codes == ["1", "3"]
    assert seen.told == [("2",), ()]


def test_of_single_rows_the_newest_is_selected(seen: Seen) -> None:
    """Also where the browser has forgotten that it selected one before, and so does not end that selection."""
    seen.table.show(rows("1", "2"), "norte")
    seen.grid._update_selection(SelectionEvent(None, [1], selected=True, flush=False))  # as the browser tells it
    seen.grid._update_selection(SelectionEvent(None, [0], selected=True, flush=False))
    seen.grid._update_selection(SelectionEvent(None, [1], selected=False, flush=False))
    assert seen.told == [("2",), ("1",)]


@pytest.mark.parametrize("held", [False, True])
def test_rows_of_another_choice_never_wait(seen: Seen, *, held: bool) -> None:
    """Somebody would act on the debtors of a provider that he left; those that waited are gone too."""
    seen.table.show(rows("1", "2"), "norte")
    seen.grid.selection = [0]
    seen.table.hold(held=held)
    seen.table.show(rows("1", "3"), "norte")
    seen.table.show(rows("8", "9"), "sul")
    assert seen.codes == ["8", "9"]
    assert (seen.table.selected, seen.told) == ((), [("1",), ()])
    assert "parada" not in seen.status


def test_what_is_not_read_is_neither_old_nor_nothing(seen: Seen) -> None:
    """Before the first rows, and when they can be read no more."""
    assert "ainda não" in seen.status
    assert "unread" in seen.grid.css_classes
    seen.table.show(rows(), "norte")
    assert "0 registro" in seen.status
    assert "unread" not in seen.grid.css_classes
    seen.table.show(rows("1"), "norte")
    seen.grid.selection = [0]
    seen.table.unread()
    assert (seen.codes, seen.told) == ([], [("1",), ()])
    assert "ainda não" in seen.status
    seen.table.show(rows("1"), "norte")
    assert seen.codes == ["1"]

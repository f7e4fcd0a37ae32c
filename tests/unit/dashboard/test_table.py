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
    return Rows(COLUMNS, tuple((code,) for code in codes), tuple(f"key {code}" for code in codes))


class Seen:
    """A table, and what a browser would show of it."""

    def __init__(self, say: Language) -> None:
        self.told: list[tuple[str, ...]] = []
        self.table = Table(COLUMNS, say, name="rows", on_select=self.told.append)
        self.top, self.grid = (part for part in self.table.body)  # type: ignore[attr-defined]  # a Column's parts

    def click(self, key: str, *, selected: bool = True) -> None:
        """As the browser tells it."""
        self.grid._update_selection(SelectionEvent(None, [key], selected=selected, flush=False))

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
    assert seen.told == [("key 2",), ()]


def test_of_single_rows_the_newest_is_selected(seen: Seen) -> None:
    """Also where the browser has forgotten that it selected one before, and so does not end that selection."""
    seen.table.show(rows("1", "2"), "norte")
    seen.click("key 2")
    seen.click("key 1")
    seen.click("key 2", selected=False)
    assert seen.told == [("key 2",), ("key 1",)]


def test_a_click_that_met_newer_rows_selects_what_was_clicked(seen: Seen) -> None:
    """By its key: its number is another row's by now. What is not there any more is refused with a word."""
    seen.table.show(rows("1", "2"), "norte")
    seen.table.show(rows("2", "3"), "norte")
    seen.click("key 2")
    assert (seen.told, seen.grid.selection) == ([("key 2",)], [0])
    seen.click("key 1")
    assert seen.told == [("key 2",)]
    assert "não está mais" in seen.status
    seen.click("key 3")
    assert seen.told == [("key 2",), ("key 3",)]
    assert "não está mais" not in seen.status
    seen.click("key 3", selected=False)
    seen.click("key 1")
    seen.table.show(rows("1"), "sul")
    assert "não está mais" not in seen.status


def test_on_another_page_of_the_table_a_click_is_of_its_row_too(seen: Seen) -> None:
    """Sorted and paged, the number of a row says even less."""
    seen.table.show(rows(*(f"{n:02}" for n in range(60))))
    seen.grid.sorters, seen.grid.page = [{"field": "code", "dir": "desc"}], 2
    seen.click("key 30")
    assert seen.told == [("key 30",)]


@pytest.mark.parametrize("held", [False, True])
def test_rows_of_another_choice_never_wait(seen: Seen, *, held: bool) -> None:
    """Somebody would act on the debtors of a provider that he left; those that waited are gone too."""
    seen.table.show(rows("1", "2"), "norte")
    seen.grid.selection = [0]
    seen.table.hold(held=held)
    seen.table.show(rows("1", "3"), "norte")
    seen.table.show(rows("8", "9"), "sul")
    assert seen.codes == ["8", "9"]
    assert (seen.table.selected, seen.told) == ((), [("key 1",), ()])
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
    assert (seen.codes, seen.told) == ([], [("key 1",), ()])
    assert "ainda não" in seen.status
    seen.table.show(rows("1"), "norte")
    assert seen.codes == ["1"]

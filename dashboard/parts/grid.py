"""Panel's Tabulator with what its options do not reach: our sorting and filtering, and models that columns share.

Pinned to panel 1.9.4: the methods are private there. By itself a column costs three Bokeh models, of which two say what
the next column's say too.
"""

# mypy: disable-error-code="no-untyped-call,no-any-unimported"
# Panel's constructors declare no types.

from collections.abc import Callable, Mapping, Sequence
from math import isnan
from typing import Any

import pandas as pd
import panel as pn
from bokeh.models.widgets.tables import CellEditor, DateFormatter, StringFormatter, TableColumn
from panel.models.tabulator import SelectionEvent

from dashboard.parts.rows import Column, kept, ordered

DAY, MOMENT = "%d/%m/%Y", "%d/%m/%Y %H:%M"


class Grid(pn.widgets.Tabulator):
    """Shows `declared` columns, which the value holds under their names. `selecting` titles the checkboxes.

    `gone` is called when somebody selected a row that newer rows lack: it was clicked before they came.
    """

    def __init__(
        self,
        declared: Sequence[Column],
        selecting: str,
        gone: Callable[[], None],
        **options: Any,  # noqa: ANN401 - they are Tabulator's
    ) -> None:
        self._declared = {column.name: column for column in declared}
        self._selecting, self._gone = selecting, gone
        super().__init__(**options)

    def _get_column_definitions(self, col_names: list[str], df: pd.DataFrame) -> list[TableColumn]:
        found = super()._get_column_definitions(col_names, df)
        editor, text = CellEditor(), StringFormatter()
        days = {"day": _dates(DAY), "moment": _dates(MOMENT)}
        for column in found:
            field = str(column.field)
            kind = self._declared[field].kind if field in self._declared else "text"
            column.update(editor=editor, formatter=days.get(kind, text))
        return found

    def _config_columns(self, column_objs: list[TableColumn]) -> Sequence[Any]:
        found: list[dict[str, Any]] = [dict(one) for one in super()._config_columns(column_objs)]
        for one in found:
            if one.get("formatter") == "rowSelection":
                one.update(title=self._selecting, cssClass="kind-select")
                one.pop("titleFormatter" if not one["titleFormatter"] else "", None)
            if column := self._declared.get(one.get("field", "")):
                one.update(cssClass=f"kind-{column.kind}", variableHeight=True, headerTooltip=False)
                one["headerFilterFuncParams"] = {"separator": ""}
                one.update({"minWidth": column.width, "widthGrow": 0} if column.width else {"minWidth": 90})
        return found

    def _process_column(self, values: Any, col: str, df: pd.DataFrame | None = None) -> Any:  # noqa: ANN401 - a column, as Panel sends it
        found = super()._process_column(values, col, df)
        if (
            getattr(getattr(found, "dtype", None), "kind", "") == "f"
        ):  # what is not known is an empty cell, and not the word NaN
            return [None if isnan(each) else each for each in found.tolist()]
        return found

    def _update_selection(self, indices: list[int] | SelectionEvent) -> None:
        """The rows that were clicked, by their keys (`assets/mends.js`): their numbers may be those of others by now.

        Of single rows the newest is selected, and no other: a browser that drew its rows anew forgot which one was.
        """
        if not isinstance(indices, SelectionEvent):  # what a browser does not send where the server pages
            return
        there = {key: row for row, key in enumerate(self.value.index)}
        rows = [there[key] for key in indices.indices if key in there]
        if not indices.selected:
            self.selection = [row for row in self.selection if row not in rows]
            return
        if rows:
            before = [] if self.selectable == "checkbox-single" else self.selection
            self.selection = list(dict.fromkeys([*before, *rows]))
        if len(rows) < len(indices.indices):
            self._gone()

    def _sort_df(self, df: pd.DataFrame) -> pd.DataFrame:
        return ordered(df, self.sorters)

    def _get_header_filters(self, df: pd.DataFrame) -> list[Any]:
        typed: Sequence[Mapping[str, Any]] = self.filters
        return [kept(df[one["field"]], str(one["value"])) for one in typed if one["field"] in df.columns]


def _dates(written: str) -> DateFormatter:
    return DateFormatter(format=written, null_format="", nan_format="", text_align="right")

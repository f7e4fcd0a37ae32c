"""What the ERP's own tables call a client's type or branch: the client holds the id alone. (A pipeline, and names.)"""

from collections.abc import Iterable, Mapping

from schemas.figures.narrow import By
from schemas.figures.scope import Pipeline, Row
from schemas.figures.unmapped import CLIENT_TYPES

BRANCHES: Mapping[str, tuple[str, ...]] = {"filial": ("fantasia", "razao")}
"""Reference table to the columns that name a branch, the better first; another ERP's client holds the name itself."""
COLUMNS: Mapping[By, Mapping[str, tuple[str, ...]]] = {
    "client_type": {table: (column,) for table, column in CLIENT_TYPES.items()},
    "branch": BRANCHES,
}
TABLES = tuple(table for tables in COLUMNS.values() for table in tables)
Named = Mapping[By, Mapping[str, str]]
"""By column: the ERP's id to its name. An id that is in no table is not there."""


def names_pipeline(instance: str) -> Pipeline:
    """Over `references`; its rows are for `named`."""
    columns = {f"row.{column}": 1 for tables in COLUMNS.values() for names in tables.values() for column in names}
    return [
        {"$match": {"instance": instance, "table": {"$in": list(TABLES)}}},
        {"$project": {"_id": 0, "table": 1, "code": 1, **columns}},
    ]


def named(rows: Iterable[Row]) -> Named:
    """The rows of `names_pipeline`. Of two tables with one id the first of `COLUMNS` counts."""
    found: dict[By, dict[str, str]] = {column: {} for column in COLUMNS}
    for row in sorted(rows, key=lambda row: TABLES.index(row["table"])):
        for by, tables in COLUMNS.items():
            values = [(row.get("row") or {}).get(column) for column in tables.get(row["table"], ())]
            written = [str(value) for value in values if value is not None]
            if written:
                found[by].setdefault(row["code"], next(filter(None, written), ""))
    return found

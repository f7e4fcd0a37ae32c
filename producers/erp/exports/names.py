"""Which files of a folder belong to which table. Pure."""

import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from producers.erp.exports.files import File
from schemas.erp.altarede import TABLES
from schemas.erp.declaration import Table

ENDINGS = frozenset({".xls", ".xml", ".csv"})
ALSO: Mapping[str, tuple[str, ...]] = {"Financeiro": ("Carnes",)}
"""Further groups of files with rows of a table, which need not be there: bills of a booklet come in a file of their own."""
Files = Mapping[str, File]
"""The newest file of each group of one table, the newest of them first."""


def folded(text: str) -> str:
    """Without accents and capitals."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)).casefold()


GROUPS: Mapping[str, tuple[str, ...]] = {
    table.name: tuple(folded(group) for group in (table.name, *ALSO.get(table.name, ()))) for table in TABLES
}


def group_of(name: str) -> str:
    """The group to which a file's name belongs by its beginning and its ending; "" for none."""
    path = PurePath(folded(name))
    known = (group for groups in GROUPS.values() for group in groups if path.stem.startswith(group))
    return next(known, "") if path.suffix in ENDINGS else ""


def newest(found: Iterable[File], table: Table) -> Files:
    """By time of change; nothing where the table's own group has no file."""
    latest: dict[str, File] = {}
    for file in sorted(found, key=lambda file: (file.mtime_ns, file.name)):
        latest[group_of(file.name)] = file
    groups = sorted((group for group in GROUPS[table.name] if group in latest), key=lambda group: -latest[group].mtime_ns)
    files = {group: latest[group] for group in groups}
    return files if folded(table.name) in files else {}


def is_not_older(files: Files, read: Files) -> bool:
    """Whether no group went back or away since it was read: a file that is cleared away brings no older truth back."""
    return all(group in files and files[group].mtime_ns >= file.mtime_ns for group, file in read.items())

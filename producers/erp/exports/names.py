"""Which files of a folder belong to which table. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from producers.erp.exports.files import File
from schemas.erp.altarede import TABLES
from schemas.erp.declaration import Table

ENDINGS = frozenset({".xls", ".xml", ".csv"})
ALSO: Mapping[str, tuple[str, ...]] = {"Financeiro": ("Carnes",)}
"""Further groups of files with rows of a table, which need not be there: bills of a booklet come in a file of their own."""
PAYABLE = re.compile(r"(?:(?<![a-z])|(?:contas?|titulos?|financeiro|carnes))a[\W_]*pagar(?![a-z])|fornecedor")
"""In the name of a file, of what the provider itself owes: nobody in it is a debtor. "Pagar.me" is a gateway."""
NAMED = 3
"""So many files that were passed over are named."""
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
    return "" if _is_payable(name) else _named(name)


def _named(name: str) -> str:
    path = PurePath(folded(name))
    known = (group for groups in GROUPS.values() for group in groups if path.stem.startswith(group))
    return next(known, "") if path.suffix in ENDINGS else ""


def payable(found: Iterable[File], table: Table) -> str:
    """The name of a file that would be one of the table's, but for what else its name says; "" where there is none."""
    return next((file.name for file in found if _named(file.name) == folded(table.name) and _is_payable(file.name)), "")


def _is_payable(name: str) -> bool:
    return PAYABLE.search(folded(name)) is not None


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


def passed_over(found: Iterable[File], files: Files) -> str:
    """A sentence on the other files of the groups that `files` were taken from; "" where there are none."""
    read = set(files.values())
    ours = (file for file in found if _named(file.name) in files and file not in read)
    others = sorted(ours, key=lambda file: -file.mtime_ns)
    if not others:
        return ""
    names = ", ".join(file.name for file in others[:NAMED]) + (f" and {len(others) - NAMED} more" if others[NAMED:] else "")
    return f"only {', '.join(file.name for file in files.values())} counts, the newest: passed over were {names}"

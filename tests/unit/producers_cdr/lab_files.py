"""What a real Asterisk wrote, with its ids replaced by attempts' ids as `originate` would have given them."""

import re
from pathlib import Path

from ulid import ULID

from schemas.evidence import FIELDS

LAB = Path(__file__).parent / "lab"
OWN_ID = re.compile(r"(?<![0-9A-Za-z.-])(?:17953\d{5}\.\d+|att\d{6}|cobr-attempt-\d+|(?:att|ari|dup|pan)-\d+)(?![0-9])")
BORN = 1_795_354_800_000
"""Milliseconds: just before the first of these calls."""


def attempt(number: int) -> str:
    """The id of one attempt, the same in every run."""
    return str(ULID((BORN + number).to_bytes(6, "big") + number.to_bytes(10, "big")))


def as_ours(text: str) -> str:
    """Each of Asterisk's own ids becomes an attempt's, the same one everywhere."""
    found = {own: attempt(n) for n, own in enumerate(dict.fromkeys(OWN_ID.findall(text)))}
    return OWN_ID.sub(lambda match: found[match.group()], text)


def lab(name: str) -> str:
    return as_ours((LAB / name).read_text())


def rows() -> list[dict[str, str]]:
    """Of the table, by its own columns."""
    head, *lines = lab("freepbx_rows.tsv").splitlines()
    return [dict(zip(head.split("\t"), line.split("\t"), strict=True)) for line in lines]


def csv_line(fields: dict[str, str], names: tuple[str, ...]) -> str:
    """As `cdr_csv` writes a record of these columns: text in quotes, inner ones doubled, numbers and no answer bare."""
    assert set(names) <= set(FIELDS)
    return ",".join(_cell(name, fields.get(name, "")) for name in names) + "\n"


def _cell(name: str, value: str) -> str:
    if name in {"duration", "billsec", "sequence"} or (name == "answer" and not value):
        return value
    return '"' + value.replace('"', '""') + '"'

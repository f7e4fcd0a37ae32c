"""The phone columns of an ERP: callable numbers of Brazil, and why the rest of them is none (`BRAZIL.md`).

A field holds whatever a clerk typed: two numbers, a name, a carrier code, no area code. It is cut at what never stands
inside a number; each part is searched for numbers as they are usually grouped, and if there is none taken as one number.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from schemas.debtor import PhoneProblem
from schemas.erp.numbers import digits_of
from schemas.erp.phone_number import AREA, LONG, read_number, unglued
from schemas.rows import ErpRow

CARRIER_SIGN = re.compile(r"(0?)\s*[Xx*]{2,3}\s*(?=\(?[0-9])")
AREA_FIRST = re.compile(rf"^\W*(0?{AREA})\W?\s*[/\\:;,]\s*(?=[2-9(])")
BETWEEN = re.compile(
    r"\b(?:r|ramal)\b\W*[0-9]{1,5}\b|[/\\;,|:=&#_]|[^\W\d_]+|(?<=[0-9])(?:\+| \+ )(?!\(?55)|(?=\+)", re.IGNORECASE
)
GROUPED = re.compile(
    r"(?<![0-9])("
    r"0(?:800|30[034]|500|900)[^0-9]{0,3}[0-9]{2,5}[^0-9]{0,3}[0-9]{3,5}"
    r"|(?:(?:\+[^0-9]{0,2}|00)?55[^0-9]{0,3}|0[^0-9]{0,2}[1-9][0-9][^0-9]{0,3}(?:55[^0-9]{0,3})?)?"
    r"(?:\(?0?[1-9][0-9][^0-9]{0,4})?"
    r"(?:9[^0-9]?)?[2-9][^0-9]?[0-9]{3}[^0-9]{0,3}[0-9]{4}"
    r")(?![0-9]|[.-][0-9]{1,4}(?![0-9]))"
)
"""A number as people group its digits; what hangs on it by a dot or a dash makes it something else."""
DIGIT, NO_DIGITS, LETTER = re.compile(r"[0-9]"), re.compile(r"[^0-9]+"), re.compile(r"[^\W\d_]")
REMARK = 5
"""So few digits beside a number are no other number."""


class Field(NamedTuple):
    """What one column holds."""

    numbers: tuple[str, ...]
    problems: tuple[PhoneProblem, ...]


def phones(*fields_and_event: str | ErpRow) -> tuple[str, ...]:
    """E.164 numbers in the columns' order, each once; what is no callable number is left out.

    The last argument is the row's event: its `ddd` completes numbers without an area code, unless a neighbour in the same
    column has one.
    """
    return tuple(dict.fromkeys(number for field in _fields(fields_and_event) for number in field.numbers))


def phone_problems(*fields_and_event: str | ErpRow) -> tuple[PhoneProblem, ...]:
    """Why parts of the columns are no callable number: each reason once, sorted. Arguments as for `phones`."""
    return tuple(sorted({problem for field in _fields(fields_and_event) for problem in field.problems}))


def _fields(fields_and_event: tuple[str | ErpRow, ...]) -> list[Field]:
    *fields, event = fields_and_event
    if not isinstance(event, ErpRow):
        raise TypeError("the last argument is the event")
    return [_field(str(field), event.ddd) for field in fields if field]


@lru_cache(maxsize=100_000)
def _field(field: str, ddd: str) -> Field:
    if not DIGIT.search(field):
        return Field((), ("text",) if LETTER.search(field) else ())
    parts = list(_parts(digits_of(field)))
    areas = [read_number(written, "")[0][3:5] for written in parts]
    found = [read_number(written, _area(areas, place) or ddd) for place, written in enumerate(parts)]
    return Field(tuple(number for number, _ in found if number), tuple(problem for _, problem in found if problem))


def _area(areas: list[str], place: int) -> str:
    """That of the nearest neighbour that has one, the one before where two are as near; "" where none has."""
    near = sorted((abs(other - place), other) for other, area in enumerate(areas) if area)
    return areas[near[0][1]] if near else ""


def _parts(field: str) -> Iterator[str]:
    """The digits of each would-be number; a "+" before them says that they begin with the country."""
    text = " ".join(field.replace("\n", ";").split())  # runs of spaces would cost time that grows with their square
    text = AREA_FIRST.sub(r"\1 ", CARRIER_SIGN.sub(r" \1", text))
    for part in BETWEEN.split(text):
        digits = NO_DIGITS.sub("", part)
        if not digits:
            continue
        if _abroad(part, digits):
            yield "+" + digits
        elif len(pieces := GROUPED.split(part)) > 1:
            for place, piece in enumerate(pieces):
                only = NO_DIGITS.sub("", piece)
                if place % 2 or len(only) > REMARK:  # every second piece is what `GROUPED` found
                    yield "+" + only if "+" in piece else only
        elif "+" in part:
            yield "+" + digits
        else:
            yield from unglued(digits)


def _abroad(part: str, digits: str) -> bool:
    if "+" in part:
        return not digits.lstrip("0").startswith("55")
    return digits.startswith("00") and not digits.startswith("0055") and len(digits.lstrip("0")) > LONG

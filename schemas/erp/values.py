"""Readers: the ERP's text to a typed value. Each raises ValueError whose message never holds the text."""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import date
from functools import lru_cache
from typing import Literal

from schemas.erp.mending import mended
from schemas.nothing import is_no_day, is_nothing
from schemas.spelling import plain

Form = Literal["", "ymd", "ydm"]
"""How an ERP writes dates: year, month, day; or year, day, month; "" while nothing has settled it."""

TIME = r"(?:[ T](?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?)?"
YEAR_FIRST = re.compile(rf"([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}}){TIME}")
THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+")
MONTHS = 12
FLAGS = ("S", "N")
"""As the ERPs' documentation writes them, and nearly every row."""
YES = frozenset({"s", "sim", "1", "true", "t", "y", "yes", "verdadeiro"})
NO = frozenset({"n", "nao", "no", "0", "false", "f", "falso"})
"""As other versions, databases, workflows and spreadsheets write them, without accents and capitals."""


@lru_cache(maxsize=20_000)
def text(value: str) -> str:
    """Without surrounding or doubled spaces, and without what a program too many made of accents."""
    return " ".join(mended(value).split())


def first_of(*values: str) -> str:
    """The first that is something, else ""."""
    return next((value for value in values if not is_nothing(value)), "")


@lru_cache(maxsize=1_000)
def flag(value: str) -> bool | None:
    """Yes or no, however it is spelled; None where it is neither, and where there is nothing."""
    word = plain(value).strip()
    return True if word in YES else False if word in NO else None


def yes(value: str) -> bool:
    """What is no yes is none: for what nobody may be called for."""
    return value == "S" or flag(value) is True


def perhaps(value: str) -> bool:
    """What says something, and not no, may be a yes: for what holds a call."""
    return value == "S" or (not is_no(value) and not is_nothing(value))


def is_no(value: str) -> bool:
    """Anything else, also an unknown code, is none."""
    return value == "N" or flag(value) is False


def not_no(value: str) -> bool:
    """See `is_no`."""
    return not is_no(value)


def unmapped(*names: str, also: Collection[str] = ()) -> Callable[..., dict[str, str]]:
    """Reads a flag for each of our fields `names`: those whose text is neither yes nor no, nor one of `also`, with it."""

    def read(*values: str) -> dict[str, str]:
        return {
            name: text(value)
            for name, value in zip(names, values, strict=True)
            if value not in FLAGS and flag(value) is None and value.strip().upper() not in also and not is_nothing(value)
        }

    return read


def something(*values: str) -> bool:
    """Whether any column holds a value."""
    return not all(is_nothing(value) for value in values)


def plain_code(value: str) -> str:
    """A number without the dots that an export sets behind thousands ("1.152" is 1152); any other text as it is."""
    return value.replace(".", "") if THOUSANDS.fullmatch(value) else value


def day_of_form(value: str, form: str) -> date:
    """A date whose order of day and month is `form`. Where that is not known ("") it must show it itself: 2026-13-01."""
    year, second, third = _parts(value, YEAR_FIRST, "YYYY-MM-DD or YYYY-DD-MM")
    shown = form or _shown((year, second, third))
    if not shown and second != third and max(second, third) <= MONTHS:
        raise ValueError("ambiguous day and month")
    return _date((year, third, second) if shown == "ydm" else (year, second, third), "YYYY-MM-DD or YYYY-DD-MM")


def form_of(texts: Iterable[str]) -> Form:
    """The order that these dates of one ERP show by days above 12; "" where none shows it, or where they contradict.

    What is no date is passed over, and so is what means none: a program writes 1899-12-30 in an order of its own.
    """
    found = (YEAR_FIRST.fullmatch(one.strip()) for one in texts if not is_no_day(one))
    forms = {_shown((int(one[1]), int(one[2]), int(one[3]))) for one in found if one} - {""}
    return forms.pop() if len(forms) == 1 else ""


def _shown(parts: tuple[int, int, int]) -> Form:
    year, second, third = parts
    if second <= MONTHS < third:
        return "ymd" if _exists(year, second, third) else ""
    if third <= MONTHS < second:
        return "ydm" if _exists(year, third, second) else ""
    return ""


def _exists(*parts: int) -> bool:
    try:
        date(*parts)
    except ValueError:
        return False
    return True


def _parts(value: str, form: re.Pattern[str], name: str) -> tuple[int, int, int]:
    if (found := form.fullmatch(value.strip())) is None:
        raise ValueError(f"not a date {name}")
    return int(found[1]), int(found[2]), int(found[3])


def _date(parts: tuple[int, int, int], name: str) -> date:
    try:
        return date(*parts)
    except ValueError:
        raise ValueError(f"not a date {name}") from None

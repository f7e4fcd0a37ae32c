"""Money as ERPs, exports and people write it, to cents."""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Literal

Point = Literal["", ".", ","]
"""What one instance sets before its decimals, where three of them may be thousands; "" while nothing has settled it."""

AROUND = re.compile(r"^\s*(?:R\$)?\s*|\s+$")
USUAL = re.compile(r"(?:[0-9]+(?:[.,][0-9]{1,2})?)?")
"""Nearly every amount: it has one reading, and says nothing of thousands."""
PLAIN = re.compile(r"([0-9]+)(?:[.,]([0-9]{1,2})0*)?")
GROUPED = (
    re.compile(r"([1-9][0-9]{0,2}(?:\.[0-9]{3})+),([0-9]{1,2})0*"),
    re.compile(r"([1-9][0-9]{0,2}(?:,[0-9]{3})+)\.([0-9]{1,2})0*"),
    re.compile(r"([1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}|[1-9][0-9]{0,2}(?:,[0-9]{3}){2,})()"),
)
DOUBTFUL = re.compile(r"([1-9][0-9]{0,2})([.,])([0-9]{3})")
BINARY = re.compile(r"(?=(?:[.,]?[0-9]){15,}$)([0-9]+)[.,]([0-9]{4,})")
"""What a program that counts in binary fractions writes: 179.79999999999998. Nobody else writes fifteen digits."""
TELLING = (
    re.compile(r"(?:[0-9]{4,}|0[0-9]*)([.,])[0-9]{3}"),
    re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(,)[0-9]+"),
    re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(\.)[0-9]+"),
    re.compile(r"[0-9]+([.,])[0-9]{4,}"),
)
"""Amounts that allow one reading only, and what stands before their decimals."""
GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\1[0-9]{3})+")
OTHER: dict[str, Point] = {".": ",", ",": "."}
THOUSANDS = re.compile(r"[.,]")
LONGEST = 10
FIFTEEN_DIGITS = Context(prec=15)
"""As many as a binary fraction keeps."""


@lru_cache(maxsize=20_000)
def cents(value: str, point: str = "") -> int:
    """Cents of "99.90", "99,90", "1.234,56", "1,234.56" or "R$ 99"; never negative.

    At most ten digits before the decimals, of which only the first two may be other than zero, but where a program's binary
    fraction or an instance's third decimal (`point`) is rounded. What may be both thousands and decimals ("1.152") is
    refused while `point` is "": a wrong guess is wrong a thousandfold. Raises ValueError that never holds the text.
    """
    amount = AROUND.sub("", value)
    if found := DOUBTFUL.fullmatch(amount):
        if not point:
            raise ValueError("not an amount such as 99.90: its last three digits may be decimals or not")
        whole, sign, part = found.groups()
        return _cents(whole, part) if sign == point else _cents(whole + part, "0")
    for form in (PLAIN, *GROUPED):
        if found := form.fullmatch(amount):
            whole, part = THOUSANDS.sub("", found[1]), found[2] or "0"
            if len(whole) <= LONGEST:
                return _cents(whole, part)
    if (found := BINARY.fullmatch(amount)) and len(found[1]) <= LONGEST:
        return _cents(*f"{FIFTEEN_DIGITS.create_decimal(f'{found[1]}.{found[2]}'):f}".split("."))
    if point and (found := re.fullmatch(rf"([0-9]+){re.escape(point)}([0-9]{{3}})", amount)) and len(found[1]) <= LONGEST:
        return _cents(found[1], found[2])
    raise ValueError("not an amount such as 99.90")


def _cents(whole: str, part: str = "0") -> int:
    return int(Decimal(f"{whole}.{part}").scaleb(2).quantize(Decimal(1), ROUND_HALF_UP))


def is_usual(value: str) -> bool:
    """Whether neither `is_doubtful` nor `points_of` need look at it."""
    return USUAL.fullmatch(value) is not None


def is_doubtful(value: str) -> bool:
    """Whether `point` decides what it says."""
    return DOUBTFUL.fullmatch(AROUND.sub("", value)) is not None


def points_of(values: Iterable[str]) -> set[Point]:
    """What these amounts of one instance show by themselves; both where they contradict one another."""
    shown: set[Point] = set()
    for value in values:
        amount = AROUND.sub("", value)
        if found := GROUPS.fullmatch(amount):
            shown.add(OTHER[found[1]])
        elif found := next((found for form in TELLING if (found := form.fullmatch(amount))), None):
            shown.add("." if found[1] == "." else ",")
    return shown

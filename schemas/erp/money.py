"""Money as ERPs, exports and people write it, to cents."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Literal

Point = Literal["", ".", ","]
"""What one instance sets before its decimals, where three of them may be thousands; "" while nothing has settled it."""

AROUND = re.compile(r"^\s*(?:R\$)?\s*|\s+$")
USUAL = re.compile(r"(?:[0-9]+(?:([.,])[0-9]{1,2})?)?")
"""Nearly every amount: it has one reading; and what stands before its decimals, where it has any."""
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
THIRD = re.compile(r"(?:[0-9]{4,}|0[0-9]*)[.,][0-9]{2}[1-9]")
"""Three decimals, of which the last is no cent: whether an instance writes so tells whether it may be rounded away."""
GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\1[0-9]{3})+")
OTHER: dict[str, Point] = {".": ",", ",": "."}
POINTS: dict[str, Point] = {".": ".", ",": ",", "": ""}
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


def is_amount(value: str) -> bool:
    """Whether it is an amount, also one that only the instance's `point` makes readable."""
    if value and len(value) <= LONGEST and USUAL.fullmatch(value):
        return True
    try:
        cents(value, ".")
    except ValueError:
        return needs_point(value)
    return True


def _cents(whole: str, part: str = "0") -> int:
    return int(Decimal(f"{whole}.{part}").scaleb(2).quantize(Decimal(1), ROUND_HALF_UP))


def needs_point(value: str) -> bool:
    """Whether it is no amount without `point`, and may be one with it."""
    amount = AROUND.sub("", value)
    return bool(DOUBTFUL.fullmatch(amount) or THIRD.fullmatch(amount))


def thousands_at(value: str) -> Point:
    """Of a doubtful amount what stands before its last three digits: its point, unless these are thousands. Else ""."""
    found = DOUBTFUL.fullmatch(AROUND.sub("", value))
    return POINTS[found[2]] if found else ""


def point_of(value: str) -> Point:
    """What stands before the decimals of an amount that allows one reading only; "" where it has none, or two readings."""
    amount = AROUND.sub("", value)
    found = USUAL.fullmatch(amount)
    return POINTS[found[1] or ""] if found else _telling(amount)


def is_telling(value: str) -> bool:
    """Whether it shows what an instance means by three digits behind a point, which 99.90 does not."""
    return _telling(AROUND.sub("", value)) != ""


def _telling(amount: str) -> Point:
    if found := GROUPS.fullmatch(amount):
        return OTHER[found[1]]
    return next((POINTS[found[1]] for form in TELLING if (found := form.fullmatch(amount))), "")

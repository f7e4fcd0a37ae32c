"""Readers: the ERP's text to a typed value. Each raises ValueError whose message never holds the text."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import phonenumbers

from schemas.rows import ErpRow

NOTHING = frozenset({"", "0", "0000-00-00", "0000-00-00 00:00:00"})
"""How IXC and its like say "no value" (`reference/erp.md`, 1.3)."""

BETWEEN_NUMBERS = re.compile(r"[/;,|]|\s+(?:ou|e)\s+|\s{2,}|[A-Za-zÀ-ÿ]+")
DOCUMENT_SIGNS = re.compile(r"[^0-9A-Z]")
AREA_AND_NUMBER = 10
CPF_LENGTH = 11
LEGACY_MOBILE = 8


def text(value: str) -> str:
    """Without surrounding or doubled spaces."""
    return " ".join(value.split())


def first_of(*values: str) -> str:
    """The first that is something, else ""."""
    return next((value for value in values if value not in NOTHING), "")


def yes(value: str) -> bool:
    """S is true, anything else is not."""
    return value == "S"


def not_no(value: str) -> bool:
    """N is false, anything else (also an unknown code) is true."""
    return value != "N"


def something(*values: str) -> bool:
    """Whether any column holds a value."""
    return any(value not in NOTHING for value in values)


def day(value: str) -> date:
    """`YYYY-MM-DD`, a time behind it is cut off."""
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        raise ValueError("not a date YYYY-MM-DD") from None


def cents(value: str) -> int:
    """Money with a decimal point, at most two decimals, not negative."""
    try:
        amount = Decimal(value.strip()) * 100
    except InvalidOperation:
        raise ValueError("not an amount such as 99.90") from None
    if not amount.is_finite() or amount != int(amount) or amount < 0:
        raise ValueError("not an amount of zero or more with at most two decimals")
    return int(amount)


def one_of(**codes: str) -> Callable[[str], str]:
    """The ERP's code to our word; a code that is not listed becomes "unknown" (its raw text is kept beside it)."""
    return lambda value: codes.get(value, "unknown")


def document(value: str) -> str:
    """CPF or CNPJ without signs, letters kept (alphanumeric CNPJ since 2026-07); "" where it cannot be one."""
    bare = DOCUMENT_SIGNS.sub("", value.upper())
    return bare if len(bare) >= CPF_LENGTH and len(set(bare)) > 1 else ""


def masked(bare: str) -> str:
    """A normalised document with all but its middle hidden."""
    return f"***{bare[3:9]}**" if bare else ""


def phones(*fields_and_event: str | ErpRow) -> tuple[str, ...]:
    """E.164 numbers of Brazil in the columns' order, each once; what is no callable number is left out.

    The last argument is the row's event: its `ddd` completes numbers without an area code.
    """
    *fields, event = fields_and_event
    if not isinstance(event, ErpRow):
        raise TypeError("the last argument is the event")
    found = [phone for field in fields for phone in _in_field(str(field), event.ddd)]
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=100_000)
def _in_field(field: str, ddd: str) -> tuple[str, ...]:
    parts = [part for part in BETWEEN_NUMBERS.split(field) if part.strip()]
    return tuple(phone for part in parts if (phone := _e164(re.sub(r"\D", "", part), ddd)))


def _e164(digits: str, ddd: str) -> str:
    """Empty for what is no fixed or mobile number of a debtor: too short, a repeated digit, 0800 and its like."""
    bare = digits.lstrip("0")
    if bare.startswith("55") and len(bare) > AREA_AND_NUMBER + 1:
        bare = bare[2:]
    if len(bare) < AREA_AND_NUMBER and ddd:
        bare = ddd + bare
    area, number = bare[:2], bare[2:]
    if len(number) == LEGACY_MOBILE and number[0] in "6789":
        number = "9" + number
    if len(set(number)) < 2 or digits.startswith(("0800", "0300", "0303", "0304")):  # noqa: PLR2004 - one repeated digit
        return ""
    try:
        parsed = phonenumbers.parse(f"+55{area}{number}")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)

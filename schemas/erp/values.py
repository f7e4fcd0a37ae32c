"""Readers: the ERP's text to a typed value. Each raises ValueError whose message never holds the text."""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

import phonenumbers

from schemas.rows import ErpRow

NOTHING = frozenset({"", "0", "0000-00-00", "0000-00-00 00:00:00"})
"""How IXC and its like say "no value" (`reference/erp.md`, 1.3)."""

BETWEEN_NUMBERS = re.compile(r"[/;,|]|\s+(?:ou|e)\s+|\s{2,}|\s+(?=\()|[A-Za-zÀ-ÿ]+")
AMOUNT = re.compile(r"([0-9]{1,10})(?:\.([0-9]{1,2})0*)?")
DOCUMENT_SIGNS = re.compile(r"[^0-9A-Z]")
DOCUMENT = re.compile(r"[0-9]{11}|[0-9A-Z]{12}[0-9]{2}")
AREA_AND_NUMBER = 10
LEGACY_MOBILE = 8
OF_A_PERSON = frozenset(
    {
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }
)


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
    """Money with a decimal point: at most ten digits before it, two behind it and then only zeros; never negative."""
    if (amount := AMOUNT.fullmatch(value.strip())) is None:
        raise ValueError("not an amount such as 99.90")
    whole, part = amount.groups(default="")
    return int(whole + part.ljust(2, "0"))


def one_of(**codes: str) -> Callable[[str], str]:
    """The ERP's code to our word; a code that is not listed becomes "unknown" (its raw text is kept beside it)."""
    return lambda value: codes.get(value, "unknown")


def document(value: str) -> str:
    """CPF or CNPJ without signs, letters kept (alphanumeric CNPJ since 2026-07); "" where it cannot be one.

    Not what clerks type instead of one: whoever shares such a word would be taken for the same person.
    """
    bare = DOCUMENT_SIGNS.sub("", value.upper())
    return bare if DOCUMENT.fullmatch(bare) and len(set(bare)) > 1 else ""


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
    if phonenumbers.number_type(parsed) not in OF_A_PERSON:
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)

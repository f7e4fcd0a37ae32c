"""How a page tells a person's name and telephone: in full, or as little as a reader's role may see (pure)."""

from collections.abc import Callable
from dataclasses import dataclass

import phonenumbers

COUNTRY = 55


def dialled(phone: str) -> str:
    """A number in E.164 as people here write it, such as `(82) 99999-0000`; another country's, or none, as it is."""
    try:
        parsed = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    if parsed.country_code != COUNTRY:
        return phone
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))


@dataclass(frozen=True, slots=True)
class People:
    """`name` and `phone`: from what is known to what is shown. What is painted with one is never shown under another."""

    name: Callable[[str], str] = str
    phone: Callable[[str], str] = dialled


IN_FULL = People()

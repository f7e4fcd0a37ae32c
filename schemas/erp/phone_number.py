"""The digits of one would-be telephone number: the number of a person in Brazil, or why it is none (`BRAZIL.md`)."""

import re

import phonenumbers

from schemas.debtor import PhoneProblem

AREA = r"(?:1[1-9]|2[12478]|3[1-578]|4[1-9]|5[1345]|6[1-9]|7[134579]|8[1-9]|9[1-9])"
VALID_AREA = re.compile(AREA)
SUBSCRIBER = r"(?:9[0-9]{8}|[2-9][0-9]{7})"
NATIONAL = re.compile(rf"(?:0*|0[1-9][0-9](?:55)?)({AREA})({SUBSCRIBER})")
"""Area code and number, behind zeros or behind zero and a carrier's code."""
LOCAL = re.compile(rf"0*({SUBSCRIBER})")
COUNTRY = re.compile(r"^0*55(?=[0-9]{8})")
SERVICE = re.compile(r"0*(?:800[0-9]{6,7}|(?:30[034]|500|900)[0-9]{7}|1[0-9]{2}|10[0-9]{3})")
NATIONWIDE = ("300", "400", "4020")
"""They begin the eight digits that reach the same company from everywhere."""
LEGACY_MOBILE = "6789"
SHORT, WITH_AREA, LONG = 8, 10, 11
OF_A_PERSON = frozenset(
    {
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }
)


def read_number(written: str, ddd: str) -> tuple[str, PhoneProblem | None]:
    """E.164, or "" and the reason; neither where there is nothing.

    `written`: digits; a "+" before them says that the country comes first. `ddd` completes a number without area code.
    """
    digits = written.lstrip("+")
    international = written != digits
    if international and not COUNTRY.match(digits):
        return "", "not_a_brazilian_number"
    inland = COUNTRY.sub("", digits) if international or not NATIONAL.fullmatch(digits) else digits
    if (problem := _junk(inland)) or not inland.strip("0"):  # "0" is how an ERP says nothing
        return "", problem
    if found := NATIONAL.fullmatch(inland):
        return _callable(found[1], found[2])
    if found := LOCAL.fullmatch(inland):
        return _callable(ddd, found[1])
    return "", _misfit(inland.lstrip("0"))


def unglued(digits: str) -> tuple[str, ...]:
    """Two whole numbers where a program left out what stood between them, if there is one way to cut; else one."""
    cuts = [(digits[:at], digits[at:]) for at in (WITH_AREA, LONG)]
    found = [pair for pair in cuts if all(len(one) >= WITH_AREA and NATIONAL.fullmatch(one) for one in pair)]
    return found[0] if len(found) == 1 else (digits,)


def _junk(inland: str) -> PhoneProblem | None:
    if SERVICE.fullmatch(inland):
        return "service_number"
    return "repeated_digit" if len(inland) >= SHORT and len(set(inland[-SHORT:])) == 1 else None


def _callable(area: str, number: str) -> tuple[str, PhoneProblem | None]:
    if len(number) == SHORT and number.startswith(NATIONWIDE):
        return "", "service_number"
    if not VALID_AREA.fullmatch(area):
        return "", "no_area_code"
    if len(number) == SHORT and number[0] in LEGACY_MOBILE:
        number = "9" + number
    parsed = phonenumbers.PhoneNumber(country_code=55, national_number=int(area + number))
    if phonenumbers.number_type(parsed) not in OF_A_PERSON:
        return "", "not_a_brazilian_number"
    return f"+55{area}{number}", None


def _misfit(bare: str) -> PhoneProblem:
    if len(bare) > LONG:
        return "too_long"
    if len(bare) >= WITH_AREA:
        return "not_a_brazilian_number" if VALID_AREA.match(bare) else "unknown_area_code"
    return "not_a_brazilian_number" if len(bare) == SHORT else "too_short"

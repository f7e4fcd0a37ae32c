"""What spreadsheets and programs make of digits that are no amount: `82999123456.0`, `8.2999123456E10`. Pure."""

import re

from schemas.nothing import is_nothing

WHOLE = re.compile(r"([0-9]+)[.,]0+")
SCIENTIFIC = re.compile(r"([1-9])(?:[.,]([0-9]+))?[Ee]\+?([0-9]{1,2})")
GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:[.,][0-9]{3})+")
NUMERIC = re.compile(
    r"[0-9]+(?:[.,][0-9]{3})*[.,][0-9]*|[.,][0-9]+|[0-9]+[.,][0-9]+[Ee][+-]?[0-9]+|[0-9]+[Ee][+-][0-9]+",
)
ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
"""Of a machine, which may be a login."""
DAMAGED = re.compile(r"(?=.*[0-9])[0-9.,]*[^\x00-\x7f][0-9.,\u0080-\uffff]*")
"""Digits with a sign beyond ASCII among them: half of a character, or a byte of another encoding."""


def digits_of(written: str) -> str:
    """The digits that were there before a program took them for a number; any other text as it is.

    `8.2E10` stays: which digits were rounded away nobody knows.
    """
    bare = written.strip()
    if found := WHOLE.fullmatch(bare):
        return found[1]
    if (found := SCIENTIFIC.fullmatch(bare)) and len(found[2] or "") == int(found[3]):
        return found[1] + (found[2] or "")
    return written


def code_of(written: str) -> str:
    """A code, without what a program made of it that took it for a number: `100.0` is 100.

    Raises ValueError for what is written as a number and whose digits nobody knows: `1.5`, `8.2E10`, and also `1.152` and
    `1,000`: whoever knows that dots stand behind thousands takes them out before.
    """
    if written.isdecimal():
        return written
    bare = written.strip()
    if not GROUPED.fullmatch(bare):
        bare = digits_of(bare)
    if NUMERIC.fullmatch(bare) and not ADDRESS.fullmatch(bare):
        raise ValueError("is written as a number that is no code")
    return bare


def is_damaged(code: str) -> bool:
    """Whether a sign stands among a code's digits that is none: which code it was nobody knows."""
    return not code.isascii() and not code.isdecimal() and DAMAGED.fullmatch(code) is not None


def reference(*written: str) -> str:
    """The first that is something, "" for none, and where it is another row's code: as that row has it."""
    found = next((one for one in written if not is_nothing(one)), "")
    digits = "" if GROUPED.fullmatch(found.strip()) else digits_of(found)
    return digits if digits.isdecimal() else found

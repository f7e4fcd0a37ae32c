"""What spreadsheets and programs make of digits that are no amount: `82999123456.0`, `8.2999123456E10`. Pure."""

import re

WHOLE = re.compile(r"([0-9]+)[.,]0+")
SCIENTIFIC = re.compile(r"([1-9])(?:[.,]([0-9]+))?[Ee]\+?([0-9]{1,2})")


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

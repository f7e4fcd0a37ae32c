"""Codes that are numbers close together, as a provider's million bills are: by place they take a few bits each. Pure."""

DENSE = 1 << 27
"""Larger codes are kept as they are."""
LONGEST = len(str(DENSE))


def place(code: str) -> int:
    """The number that the code is; 0 where it is none below `DENSE`, or is written with zeros before it."""
    if not (code.isascii() and code.isdecimal()) or code[0] == "0" or len(code) > LONGEST:
        return 0
    number = int(code)
    return number if number < DENSE else 0

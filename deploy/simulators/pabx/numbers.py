"""Whom an endpoint dials, and which telephone number that is; pure."""

from typing import Final, NamedTuple

COUNTRY: Final = "55"
NATIONAL: Final = (10, 11)
LOCAL: Final = (8, 9)


class Dialled(NamedTuple):
    """`trunk`: with its technology, `PJSIP/trunk`; `digits`: what follows; `dialstring`: all after the technology."""

    trunk: str
    digits: str
    dialstring: str


def dialled(endpoint: str) -> Dialled | None:
    """Of `PJSIP/NUMBER@trunk`, `SIP/trunk/NUMBER`; None without a technology or a trunk."""
    technology, slash, dialstring = endpoint.partition("/")
    if not (technology and slash and dialstring):
        return None
    if "@" in dialstring:
        digits, _, trunk = dialstring.rpartition("@")
    else:
        trunk, _, digits = dialstring.partition("/")
    return Dialled(f"{technology}/{trunk}", digits, dialstring)


def e164(digits: str, area: str = "") -> str:
    """A Brazilian number as `+55…`, whatever prefix it was dialled with; what is none stays as it is."""
    if digits.startswith("+"):
        return digits
    bare = digits.lstrip("0")
    if not bare.isdecimal():
        return digits
    if bare.startswith(COUNTRY) and len(bare) - len(COUNTRY) in NATIONAL:
        return f"+{bare}"
    if len(bare) in NATIONAL:
        return f"+{COUNTRY}{bare}"
    return f"+{COUNTRY}{area}{bare}" if area and len(bare) in LOCAL else digits

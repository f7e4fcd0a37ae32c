"""CPF and CNPJ: what is one, and why the rest is none (`schemas/erp/BRAZIL.md`, "Documents")."""

import re
from collections.abc import Sequence
from functools import lru_cache
from operator import mul

from schemas.debtor import DocumentProblem
from schemas.erp.numbers import digits_of
from schemas.nothing import is_nothing

SIGNS = re.compile(r"[^0-9A-Z]")
NAMED = re.compile(
    r"^\W*(?:(?:CPF|CNPJ|CNPF|CGC|C\.P\.F|C\.N\.P\.J|DOC(?:UMENTO|TO)?|INSCRI[CÇ][AÃ]O|N[UÚ]MERO|N[RO]?|Nº|N°|PF|PJ|MEI|DO|DA)\b[\W_]*)+"
)
"""Words before a document that only say what it is; any other may say that it is somebody else's."""
CPF = re.compile(r"[0-9]{11}")
CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
CPF_WEIGHTS, CNPJ_WEIGHTS = (tuple(2 + place % turn for place in range(13)) for turn in (10, 8))
"""Weights run from 2 at the last character leftwards, for a CNPJ again from 2 after 9."""
PADDED = {9: 11, 10: 11, 12: 14, 13: 14}
"""Digits left of a document that a numeric column stored, to the digits it had."""
CHECK_DIGITS = 2
ELEVEN = 11


def document(value: str) -> str:
    """CPF or CNPJ with right check digits, without signs, letters in capitals (alphanumeric CNPJ since 2026-07); else "".

    Not what clerks type instead of one: whoever shares such a text would be taken for the same person.
    """
    return _read(value)[0]


def document_problem(value: str) -> DocumentProblem:
    """Why `document` gives nothing; "" where it gives one."""
    return _read(value)[1]


def is_company(value: str) -> bool:
    """Whether a CNPJ is meant, be its check digits right or not."""
    bare = document(value) or SIGNS.sub("", _unnamed(digits_of(value)).upper())
    return CNPJ.fullmatch(bare) is not None and bool(bare.strip("0"))


def masked(bare: str) -> str:
    """A normalised document with all but its middle hidden."""
    return f"***{bare[3:9]}**" if bare else ""


@lru_cache(maxsize=16)  # both questions about one document come at once; people's documents are not kept for longer
def _read(value: str) -> tuple[str, DocumentProblem]:
    """As it stands, and else without the word that only names it: a CNPJ may begin with letters."""
    read = digits_of(value)
    found = _plain(read)
    return found if found[0] else _plain(_unnamed(read))


def _unnamed(read: str) -> str:
    return digits_of(NAMED.sub("", read.upper()))


def _plain(value: str) -> tuple[str, DocumentProblem]:
    bare = SIGNS.sub("", value.upper())
    if len(bare) not in PADDED.values() and is_nothing(value):
        return "", "missing"
    if not CPF.fullmatch(bare) and not CNPJ.fullmatch(bare):
        # A numeric column loses leading zeros; that the check digits hold after all is too rare a chance to be one.
        typed = value.strip()
        whole = typed.zfill(PADDED.get(len(typed), 0)) if typed.isascii() and typed.isdecimal() else ""
        return (whole, "") if len(whole) > len(typed) and _checks(whole) else ("", "shape")
    if len(set(bare)) == 1:
        return "", "repeated"
    return (bare, "") if _checks(bare) else ("", "check_digits")


def _checks(bare: str) -> bool:
    weights = CPF_WEIGHTS if len(bare) == ELEVEN else CNPJ_WEIGHTS
    root = bare[:-CHECK_DIGITS]
    for _ in range(CHECK_DIGITS):
        root += _digit(root, weights)
    return root == bare


def _digit(root: str, weights: Sequence[int]) -> str:
    weighed = sum(map(mul, reversed(root.encode("ascii")), weights)) - ord("0") * sum(weights[: len(root)])
    remainder = weighed % ELEVEN
    return str(-remainder % ELEVEN % 10)  # what is missing to a multiple of eleven; ten is written 0

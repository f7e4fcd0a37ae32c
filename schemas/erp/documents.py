"""CPF and CNPJ: what is one, and why the rest is none (`schemas/erp/BRAZIL.md`, "Documents")."""

import re
from collections.abc import Iterable
from itertools import chain
from operator import mul
from typing import NamedTuple

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
ELEVEN = 11
WEIGHTS = {
    length: [tuple(2 + place % turn for place in reversed(range(place))) for place in (length - 2, length - 1)]
    for length, turn in ((ELEVEN, 10), (14, 8))
}
"""Of all that stands before each of the two check digits: from 2 at the last character leftwards, for a CNPJ again from 2
after 9."""
PADDED = {9: 11, 10: 11, 12: 14, 13: 14}
"""Digits left of a document that a numeric column stored, to the digits it had."""
ZERO = ord("0")


class Document(NamedTuple):
    """What a text in a document's place is: see `document`, `document_problem` and `is_company`."""

    bare: str
    problem: DocumentProblem
    is_company: bool


def document(value: str) -> str:
    """CPF or CNPJ with right check digits, without signs, letters in capitals (alphanumeric CNPJ since 2026-07); else "".

    Not what clerks type instead of one: whoever shares such a text would be taken for the same person.
    """
    return read_document(value).bare


def document_problem(value: str) -> DocumentProblem:
    """Why `document` gives nothing; "" where it gives one."""
    return read_document(value).problem


def is_company(value: str) -> bool:
    """Whether a CNPJ is meant, be its check digits right or not."""
    return read_document(value).is_company


def written_document(texts: Iterable[str]) -> str:
    """Which of several columns is meant: the first that is a document, else one with wrong check digits, else that is not
    nothing, else "".

    Where a client has a CNPJ, its CPF may hold a word, or ones alone: they must not make somebody without a document of it.
    """
    told = [one for one in texts if not is_nothing(one)]
    read = [(one, read_document(one)) for one in told] if len(told) > 1 else []
    documents = (one for one, found in read if found.bare)
    meant = (one for one, found in read if found.problem == "check_digits")
    return next(chain(documents, meant, told), "")


def masked(bare: str) -> str:
    """A normalised document with all but its middle hidden."""
    return f"***{bare[3:9]}**" if bare else ""


def read_document(value: str) -> Document:
    """As it stands, and else without the word that only names it: a CNPJ may begin with letters."""
    read = digits_of(value)
    bare, problem = _plain(read)
    if not bare:
        read = _unnamed(read)
        bare, problem = _plain(read)
    shown = bare or SIGNS.sub("", read.upper())
    return Document(bare, problem, CNPJ.fullmatch(shown) is not None and bool(shown.strip("0")))


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
    values = [sign - ZERO for sign in bare.encode("ascii")]  # a letter of a CNPJ counts as its place in ASCII from there
    # What is missing to a multiple of eleven; ten is written 0
    return all(-sum(map(mul, values, weights)) % ELEVEN % 10 == values[len(weights)] for weights in WEIGHTS[len(bare)])

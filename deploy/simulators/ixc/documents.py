"""CPF and CNPJ with right check digits, belonging to nobody on purpose, and written as ERP data writes them."""

from random import Random
from typing import Final

CNPJ_CHARACTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CPF_ROOT: Final = 9
ELEVEN: Final = 11
ALPHANUMERIC_SHARE: Final = 0.1  # new companies since July 2026
UNMASKED_SHARE: Final = 0.04


def cpf(root: str) -> str:
    """11 digits from the first 9."""
    for weights in (range(10, 1, -1), range(11, 1, -1)):
        root += _digit(root, tuple(weights))
    return root


def cnpj(root: str) -> str:
    """14 characters from the first 12, which may be letters."""
    for first in (5, 6):
        root += _digit(root, (*range(first, 1, -1), *range(9, 1, -1)))
    return root


def masked_cpf(number: str) -> str:
    """`000.000.000-00`."""
    return f"{number[:3]}.{number[3:6]}.{number[6:9]}-{number[9:]}"


def masked_cnpj(number: str) -> str:
    """`00.000.000/0000-00`."""
    return f"{number[:2]}.{number[2:5]}.{number[5:8]}/{number[8:12]}-{number[12:]}"


def person_document(rng: Random) -> str:
    """A CPF, nearly always masked."""
    number = cpf(f"{rng.randrange(10**8, 10**CPF_ROOT)}")
    return number if rng.random() < UNMASKED_SHARE else masked_cpf(number)


def company_document(rng: Random) -> str:
    """A CNPJ, nearly always masked, sometimes with letters."""
    letters = rng.random() < ALPHANUMERIC_SHARE
    root = "".join(rng.choices(CNPJ_CHARACTERS, k=8)) if letters else f"{rng.randrange(10**7, 10**8)}"
    number = cnpj(root + "0001")
    return number if rng.random() < UNMASKED_SHARE else masked_cnpj(number)


def _digit(root: str, weights: tuple[int, ...]) -> str:
    remainder = sum((ord(each) - ord("0")) * weight for each, weight in zip(root, weights, strict=True)) % ELEVEN
    return str(0 if remainder < 2 else ELEVEN - remainder)  # noqa: PLR2004  # the rule's own number (mod 11)

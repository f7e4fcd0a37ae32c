"""Reverse maps: the many spellings of a bairro or client type, to the one name that people read (`ARCHITECTURE.md`)."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal

from schemas.nothing import is_nothing
from schemas.spelling import PARTICLES, ROMAN, fold

Subject = Literal["bairro", "client_type"]
Variants = dict[str, tuple[str, ...]]
"""Canonical name to its other spellings, as an instance keeps them; the canonical name need not be among them."""

UNDEFINED = "Indefinido"
WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=50_000)
def title_case(text: str) -> str:
    """As names are written in Portuguese: "jardim DAS rosas ii" is "Jardim das Rosas II"."""
    text = " ".join(text.split())
    return WORD.sub(lambda found: _word(found.group(), first=found.start() == 0), text)


def _word(word: str, *, first: bool) -> str:
    if ROMAN.fullmatch(word):
        return word.upper()
    return word.lower() if word.lower() in PARTICLES and not first else word.capitalize()


def consistent(variants: Variants) -> Variants:
    """A validator for pydantic: ValueError where a spelling is blank or stands under two canonical names."""
    ReverseMap(variants)
    return variants


class ReverseMap:
    """One reverse map. Raises ValueError as `consistent` does."""

    def __init__(self, variants: Mapping[str, Sequence[str]]) -> None:
        self.variants = variants
        self._canonical: dict[str, str] = {}
        for canonical, others in variants.items():
            if not fold(canonical):
                raise ValueError("a canonical name is blank")
            for variant in (canonical, *others):
                if not fold(variant):
                    raise ValueError(f"a variant of {canonical} is blank")
                known = self._canonical.setdefault(fold(variant), canonical)
                if known != canonical:
                    raise ValueError(f"{variant!r} is a variant of both {known} and {canonical}")

    def shown(self, raw: str) -> str:
        """The canonical name; where there is none title case, and `UNDEFINED` for a blank."""
        return self._canonical.get(fold(raw)) or (UNDEFINED if is_nothing(raw) else title_case(raw))

    def known(self, raw: str) -> bool:
        """Whether the map names it. A blank needs no name."""
        return fold(raw) in self._canonical or is_nothing(raw)

"""One enumeration of an ERP, both ways: its codes to our words, our words to its codes, its codes to its own terms."""

from collections.abc import Mapping
from dataclasses import dataclass

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Codes:
    """`known`: the ERP's code to (our word, the ERP's own term as its users read it).

    Several codes may share a word; the first of them is the one that stands for it. Any other code is `unknown`; its raw
    text is kept beside it by the column that names it (`ARCHITECTURE.md`, "Cents, aware times, closed words").
    """

    known: Mapping[str, tuple[str, str]]

    def __call__(self, code: str) -> str:
        """Our word."""
        return self.known[code][0] if code in self.known else UNKNOWN

    def codes_of(self, word: str) -> tuple[str, ...]:
        """The ERP's codes for our word, none where it has none."""
        return tuple(code for code, (ours, _) in self.known.items() if ours == word)

    def code_of(self, word: str) -> str:
        """The code that stands for our word, to build a filter with. Raises LookupError where the ERP has none."""
        return self.codes_of(word)[0]

    def term(self, code: str) -> str:
        """The ERP's own term; the raw code where it is not known."""
        return self.known[code][1] if code in self.known else code

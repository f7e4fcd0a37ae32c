"""One enumeration of an ERP, both ways: its codes to our words, our words to its codes, its codes to its own terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UNKNOWN = "unknown"


def spelled(written: str) -> str:
    """A code as ERPs document it: databases compare codes without case and without the blanks around them."""
    return written.strip().upper()


def is_code(written: Any, code: str) -> bool:  # noqa: ANN401 - JSON, before it is text
    """Whether this is written for `code`."""
    return written == code or (isinstance(written, str) and spelled(written) == code)


@dataclass(frozen=True, slots=True)
class Codes:
    """`known`: the ERP's code to (our word, the ERP's own term as its users read it).

    Several codes may share a word; the first of them is the one that stands for it. Any other code is `unknown`; its raw
    text is kept beside it by the column that names it (`ARCHITECTURE.md`, "Cents, aware times, closed words"). One that
    differs in case or surrounding blanks alone is the known one.
    """

    known: Mapping[str, tuple[str, str]]

    def __call__(self, code: str) -> str:
        """Our word."""
        return self._found(code)[0]

    def knows(self, code: str) -> bool:
        """Whether it is one of them."""
        return code in self.known or spelled(code) in self.known

    def codes_of(self, word: str) -> tuple[str, ...]:
        """The ERP's codes for our word, none where it has none."""
        return tuple(code for code, (ours, _) in self.known.items() if ours == word)

    def code_of(self, word: str) -> str:
        """The code that stands for our word, to build a filter with. Raises LookupError where the ERP has none."""
        return self.codes_of(word)[0]

    def term(self, code: str) -> str:
        """The ERP's own term; the raw code where it is not known."""
        return self._found(code)[1]

    def _found(self, code: str) -> tuple[str, str]:
        return self.known.get(code) or self.known.get(spelled(code)) or (UNKNOWN, code)

"""Whose rows an ISP's webhooks can be asked for: they want a document, and only clients have one. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from schemas.erp.altarede import CLIENTS
from schemas.erp.declaration import Row
from schemas.erp.documents import read_document, written_document
from schemas.erp.numbers import GROUPED, NUMERIC, digits_of
from schemas.nothing import is_no_code

SIGNS = re.compile(r"[^0-9A-Z]")


class Clients:
    """The documents of one instance's clients. They stay in this process's memory and go to the webhooks, nowhere else.

    A client that was learnt is not forgotten: one that a shifting page left out must not lose its bills.
    """

    def __init__(self) -> None:
        self.whole = False
        """Whether every client was learnt once."""
        self._of: dict[str, str] = {}
        self._written: dict[str, str] = {}
        self._alone: dict[str, str] | None = None

    def learn(self, rows: Iterable[Row]) -> None:
        """Rows of `Clientes`. A document is taken as it is, also with wrong check digits: the ERP knows it so."""
        self._alone = None
        for row in rows:
            code = str(row.get(CLIENTS.key, ""))
            told = (str(row.get(column) or "").strip() for column in CLIENTS.document)
            written = written_document(one for one in told if not is_no_code(one))
            bare = _asked_for(written)
            if bare:
                self._of[code] = bare
                self._written[bare] = written
            else:
                self._of.pop(code, None)

    def documents(self, codes: Iterable[str] | None = None) -> list[str]:
        """Letters and digits of each document once; with `codes` those of these clients, as far as they have one."""
        wanted = self._of.values() if codes is None else (self._of[code] for code in codes if code in self._of)
        return list(dict.fromkeys(wanted))

    def words(self, document: str) -> Mapping[str, str]:
        """What a resource may ask for: the document, and how a client's row has it."""
        return {"document": document, "document_written": self._written[document]}

    def alone(self) -> Mapping[str, str]:
        """Documents of one client only, to its code."""
        if self._alone is None:
            shared = Counter(self._of.values())
            self._alone = {document: code for code, document in self._of.items() if shared[document] == 1}
        return self._alone


def _asked_for(written: str) -> str:
    """Its letters and digits, with the zeros before it that a program took away, without a word before it or a tail behind.

    "" for a number whose digits nobody knows (`1,23E+10`): who is asked for another one has no bills.
    """
    read = read_document(written)
    digits = digits_of(written)
    if read.problem == "shape" and NUMERIC.fullmatch(digits.strip()) and not GROUPED.fullmatch(digits.strip()):
        return ""
    bare = SIGNS.sub("", digits.upper())
    return read.bare or read_document(bare).bare or bare

"""The codes of a webhook's answers, and whether two rows of it fall together once they are read."""

from typing import Any

from schemas.erp.numbers import code_of, digits_of
from schemas.erp.values import THOUSANDS, plain_code
from schemas.errors import StopWorker


class Spelled:
    """Of one reading of one webhook. It holds each `key` of a row as it was written: nobody knows which will come again."""

    def __init__(self, path: str, key: str) -> None:
        self._path = path
        self._key = key
        self._written: dict[str, str] = {}

    @property
    def keys(self) -> int:
        """How many different ones it has seen."""
        return len(self._written)

    def code(self, column: str, value: Any) -> str:  # noqa: ANN401 - JSON
        """Without dots behind thousands and a number's tail.

        Raises StopWorker for one that cannot be read, and for a key with dots and without: they may be two rows. A tail
        is no such difference (`7.0` is no other code than `7`), and that two owners are two their own table shows.
        """
        if isinstance(value, float):  # 1.15 was 1.150, which is 1150, or was it not?
            raise StopWorker(f"{self._path} answers {column} as a number with decimals: let it answer texts")
        written = "" if value is None else str(value).strip()
        try:
            code = code_of(plain_code(written))
        except ValueError as exc:
            raise StopWorker(
                f"{self._path} answers a {column} that {exc}: let it answer texts, as the ERP shows them"
            ) from None
        if column == self._key:
            self._compare(code, written)
        return code

    def _compare(self, code: str, written: str) -> None:
        bare = written if THOUSANDS.fullmatch(written) else digits_of(written)  # 1.000 is no 1 with a tail
        before = self._written.setdefault(code, bare)
        if before != bare:
            raise StopWorker(
                f"{self._path} answers {self._key} as {before} and as {written}, which may be two: let it write all of them"
                " without dots, or none of them like the other"
            )

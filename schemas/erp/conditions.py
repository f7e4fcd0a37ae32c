"""Conditions on an ERP's rows: to ask it with, to check its answer with, and whether a row denies them. Pure."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from schemas.erp.codes import is_code, spelled
from schemas.erp.days import UNTIMED, is_unpaid
from schemas.erp.values import FLAGS, flag
from schemas.errors import RejectRecord

ORDER = "day_order"
"""Column that the poller adds to those rows of which one of the table's `days` has its year last, where the instance does
not write the day first: see `schemas.erp.days.Order`."""
Operator = Literal["=", "!=", ">", ">=", "in", "none"]


@dataclass(frozen=True, slots=True)
class Where:
    """One condition, used twice: to ask the ERP and to check its answer. `value`: for "in" separated by commas.

    "none" (a day of payment is none) is only checked, never asked. "=" with one of `FLAGS` is about a flag: the answer may
    spell it otherwise.
    """

    column: str
    operator: Operator
    value: str

    def holds(self, row: Mapping[str, Any], seen: date = UNTIMED) -> bool:
        """Whether the row, seen on the day `seen`, meets the condition.

        ">" compares as whole numbers, ">=" as text (ISO dates and times). Codes are compared as databases do, so that a row
        is read as it was chosen: see `codes.spelled`.

        Raises RejectRecord for a day of payment that is neither none nor one that can have come by `seen`.
        """
        have = row.get(self.column, "")
        match self.operator:
            case "=":
                return is_code(have, self.value) or (self.value in FLAGS and _flag(have) is _flag(self.value))
            case "!=":
                return not is_code(have, self.value)
            case ">":
                return have.isdecimal() and int(have) > int(self.value)
            case ">=":
                return bool(have >= self.value)
            case "in":
                return have in self.value.split(",")
            case "none":
                try:
                    return is_unpaid(have, seen, row.get(ORDER, ""))
                except ValueError as exc:
                    raise RejectRecord(f"{self.column}: {exc}", field=self.column) from None

    def denied(self, row: Mapping[str, str], known: AbstractSet[str]) -> bool:
        """Whether the row says by a value that is known that it does not meet the condition. `known`: the column's codes.

        Nothing, or a code that nobody knows, says neither. Raises RejectRecord as `holds` does.
        """
        have = row.get(self.column, "")
        match self.operator:
            case "=" if self.value in FLAGS:
                return _flag(have) not in {None, _flag(self.value)}
            case "=" | "in" if self.value:
                return not self.holds(row) and spelled(have) in known
            case ">":
                return have.isdecimal() and not self.holds(row)
            case _:
                return not self.holds(row)


def _flag(written: Any) -> bool | None:  # noqa: ANN401 - JSON, before it is text
    return flag(written) if isinstance(written, str) else None

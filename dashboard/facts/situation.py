"""What the ERP's own users call the state of a debtor's connections (pure)."""

from collections.abc import Iterable, Mapping
from typing import Any

from schemas.debtor import Access
from schemas.erp import ERPS

WORST: tuple[Access, ...] = (
    "disabled",
    "blocked_manual",
    "blocked_auto",
    "blocked",
    "throttled",
    "notice",
    "awaiting_signature",
    "unknown",
    "active",
)


def situation(kind: str, contracts: Iterable[Mapping[str, Any]]) -> str:
    """The ERP's term for the worst access among `contracts` of the view `debtors`; an unknown code is shown as it is.

    "" where none is listed: an ERP may list only the connections that are not normal. A lost one says nothing any more.
    """
    listed = [contract for contract in contracts if not contract.get("lost")]
    if not listed:
        return ""
    worst = min(listed, key=lambda contract: (WORST.index(contract["access"]), contract["access_raw"]))
    return term(kind, worst["access"], worst["access_raw"])


def term(kind: str, access: str, raw: str) -> str:
    """The ERP's term for our word `access`, which its own code `raw` need not tell: RBX lists who is blocked elsewhere.

    Where the ERP has no code for the word, as for `unknown`, that of `raw`, which is `raw` itself if it is not known.
    """
    (table,) = ERPS[kind].of_kind("contract")
    _, codes = table.codes["access"]
    told = codes(raw) == access or not codes.codes_of(access)
    return codes.term(raw if told else codes.code_of(access))

"""Rows that left the ERP's lists unexplained: the pipeline that counts them, and its values (`schemas.debtor`, `lost`)."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.figures.scope import Pipeline, Row


@dataclass(frozen=True, slots=True)
class Lost:
    """`bills` and `contracts` of so many `clients`; `cents` were open on the bills when they were last seen."""

    clients: int = 0
    bills: int = 0
    contracts: int = 0
    cents: int = 0


def lost_pipeline(instance: str) -> Pipeline:
    """Over `debtors`; the row for `lost`, none where nothing is lost."""

    def gone(rows: str) -> dict[str, object]:
        return {"$filter": {"input": f"${rows}", "as": "row", "cond": {"$eq": ["$$row.lost", True]}}}

    sums = {
        "clients": {"$sum": 1},
        "bills": {"$sum": {"$size": "$bills"}},
        "contracts": {"$sum": {"$size": "$contracts"}},
        "cents": {"$sum": {"$sum": "$bills.open_cents"}},
    }
    return [
        {"$match": {"instance": instance, "$or": [{"bills.lost": True}, {"contracts.lost": True}]}},
        {"$project": {"bills": gone("bills"), "contracts": gone("contracts")}},
        {"$group": {"_id": None, **sums}},
    ]


def lost(rows: Sequence[Row]) -> Lost:
    """The figures in the rows of `lost_pipeline`."""
    return Lost(*(rows[0][name] for name in ("clients", "bills", "contracts", "cents"))) if rows else Lost()

"""Each call of a period, dry runs too. (Pipelines over `calls`.)"""

from datetime import datetime

from schemas.figures.scope import Pipeline

SHOWN = (
    "code",
    "attempt",
    "number",
    "at",
    "outcome",
    "answer",
    "ring_s",
    "talk_s",
    "why",
    "amd_status",
    "amd_cause",
    "hangup_cause",
    "witnesses",
    "dry_run",
)


def calls_list_pipeline(instance: str, since: datetime, until: datetime, limit: int = 0) -> Pipeline:
    """From `since` to before `until`, the newest first, with the client's `name`. `limit`: at most so many, 0 for all."""
    debtor = {"$concat": [f"{instance}:", "$code"]}
    return [
        {"$match": {"instance": instance, "at": {"$gte": since, "$lt": until}}},
        {"$sort": {"at": -1}},
        *([{"$limit": limit}] if limit else []),
        {"$project": dict.fromkeys(SHOWN, 1) | {"debtor": debtor}},
        {"$lookup": {"from": "debtors", "localField": "debtor", "foreignField": "_id", "as": "debtor"}},
        {"$set": {"name": {"$first": "$debtor.client.name"}}},
        {"$unset": "debtor"},
    ]


def dry_runs_pipeline(instance: str, since: datetime, until: datetime) -> Pipeline:
    """One row with `n`, how many there were; none where there were none."""
    return [
        {"$match": {"instance": instance, "at": {"$gte": since, "$lt": until}}},
        {"$match": {"dry_run": True}},
        {"$count": "n"},
    ]


def evidence_pipeline(instance: str, attempt: str) -> Pipeline:
    """Over `evidence`: all pieces of one call, in no order."""
    return [{"$match": {"instance": instance, "attempt": attempt}}]

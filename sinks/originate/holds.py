"""Instances that their PABX refuses (collection `pabx_holds`): one document an instance, until somebody has mended it.

It goes when the instance's configuration of the PABX changes, or when the PABX, after 401 or 403, takes two harmless
questions: one that reads, and one that writes as a call does. What 400 means only the configuration can mend.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from schemas.model import InstanceName, Instant, Model
from schemas.pabx import Pabx

NEVER = datetime.min.replace(tzinfo=UTC)


class PabxHold(Model):
    """`status`: what the PABX answered; `config`: of what configuration; `reason`: for people."""

    instance: InstanceName
    reason: str
    status: int
    config: str
    at: Instant


def config_of(pabx: Pabx) -> str:
    """Tells one configuration from another, of all that a call is asked for with."""
    said = pabx.model_dump_json(exclude={"armed", "records", "channels", "calls_per_second"})
    return sha256(said.encode()).hexdigest()


def hold_of(instance: str, pabx: Pabx, status: int, reason: str, now: datetime) -> PabxHold:
    """From an answer."""
    return PabxHold(instance=instance, reason=reason, status=status, config=config_of(pabx), at=now)


def document(hold: PabxHold) -> dict[str, Any]:
    """For MongoDB."""
    return {"_id": hold.instance, **hold.model_dump(exclude={"instance"})}


def read(stored: Mapping[str, Any]) -> PabxHold:
    """From MongoDB; one that cannot be read is of no configuration, and so mended at the next look."""
    fields = {"instance": stored.get("_id"), **{name: value for name, value in stored.items() if name != "_id"}}
    try:
        return PabxHold.model_validate(fields, extra="ignore")
    except ValidationError:
        return PabxHold.model_construct(instance=str(stored.get("_id")), reason="", status=0, config="", at=NEVER)

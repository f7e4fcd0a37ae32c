"""Who an instance is, as people read it (pure)."""

from dataclasses import dataclass

from schemas.erp import ERPS
from schemas.instances import Instance


@dataclass(frozen=True, slots=True)
class Provider:
    """`erp`: the ERP's label; `verified`: False where its vendor has not confirmed how it is read. `zone`: of its clock."""

    name: str
    title: str
    erp: str
    verified: bool
    zone: str


def identity(instance: Instance) -> tuple[str, str, str, bool, str]:
    """The fields of its `Provider`; the name stands in for a missing title."""
    erp = ERPS[instance.erp.kind]
    return instance.name, instance.title or instance.name, erp.label, erp.verified, instance.zone

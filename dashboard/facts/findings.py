"""What nobody has mapped, what is no telephone or document, and what is lost, of every instance (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from dashboard.facts.provider import Provider, identity
from schemas.erp import ERPS
from schemas.erp.declaration import Erp
from schemas.figures.debts import SUBJECTS
from schemas.figures.lost import Lost, lost, lost_pipeline
from schemas.figures.scope import Pipeline
from schemas.figures.unmapped import (
    Unmapped,
    codes_pipeline,
    document_problems_pipeline,
    phone_problems_pipeline,
    report,
    values_pipeline,
)
from schemas.instances import Instance
from schemas.reverse_map import ReverseMap, Subject
from schemas.rows import Kind

Row = Mapping[str, Any]
What = Literal["bairro", "client_type", "codes", "phones", "documents", "lost"]
WORDS: Mapping[str, tuple[Kind, str]] = {
    "contract.access": ("contract", "access"),
    "contract.status": ("contract", "status"),
    "contract.speed": ("contract", "speed"),
    "bill.status": ("bill", "status"),
}
"""The words that `codes_pipeline` counts, to where an ERP declares them."""


class Code(NamedTuple):
    """A code of the ERP that is not known. `raw`: as the ERP writes it."""

    word: str
    raw: str
    clients: int


class Problem(NamedTuple):
    """Why a telephone or a document is none; of how many clients."""

    name: str
    clients: int


@dataclass(frozen=True, slots=True)
class Findings(Provider):
    """Of one instance; each list has most clients first."""

    values: Mapping[Subject, tuple[Unmapped, ...]]
    codes: tuple[Code, ...]
    phones: tuple[Problem, ...]
    documents: tuple[Problem, ...]
    lost: Lost


@dataclass(frozen=True, slots=True)
class Counted:
    """The findings of all instances by title, counted at `at`. `wrong`: instances that are not valid, with the field."""

    at: datetime
    instances: tuple[Findings, ...]
    wrong: tuple[tuple[str, str], ...] = ()

    def of(self, selected: str) -> tuple[Findings, ...]:
        """Those of the instance `selected`, of all for ""; none where there is no such instance."""
        return tuple(one for one in self.instances if selected in ("", one.name))


def pipelines(instance: str) -> dict[What, Pipeline]:
    """What counts it, over `debtors`."""
    return {
        "bairro": values_pipeline("bairro", instance),
        "client_type": values_pipeline("client_type", instance),
        "codes": codes_pipeline(instance),
        "phones": phone_problems_pipeline(instance),
        "documents": document_problems_pipeline(instance),
        "lost": lost_pipeline(instance),
    }


def findings(instance: Instance, rows: Mapping[What, Sequence[Row]]) -> Findings:
    """The findings in what the `pipelines` gave."""
    return Findings(
        *identity(instance),
        {subject: tuple(_unmapped(instance, subject, rows[subject])) for subject in SUBJECTS},
        _codes(ERPS[instance.erp.kind], rows["codes"]),
        _problems(rows["phones"]),
        _problems(rows["documents"]),
        lost(rows["lost"]),
    )


def _unmapped(instance: Instance, subject: Subject, rows: Iterable[Row]) -> list[Unmapped]:
    return report({row["_id"]: row["clients"] for row in rows}, ReverseMap(instance.reverse.get(subject, {})))


def _codes(erp: Erp, rows: Iterable[Row]) -> tuple[Code, ...]:
    found = (Code(row["_id"]["word"], row["_id"]["raw"], row["clients"]) for row in rows)
    return tuple(sorted((one for one in found if not _known(erp, one)), key=lambda one: (-one.clients, one)))


def _known(erp: Erp, code: Code) -> bool:
    """A lost row is unknown whatever its code was: that code needs no mapping."""
    kind, name = WORDS[code.word]
    codes = [table.codes[name][1] for table in erp.of_kind(kind) if name in table.codes]
    return any(each.knows(code.raw) for each in codes)


def _problems(rows: Iterable[Row]) -> tuple[Problem, ...]:
    found = (Problem(row["_id"], row["clients"]) for row in rows)
    return tuple(sorted(found, key=lambda one: (-one.clients, one)))

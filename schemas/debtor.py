"""`debtor.v1`: a client with what is due, in our words. Facts only: ages are derived when read (`ARCHITECTURE.md`)."""

from datetime import date
from typing import Literal

from pydantic import Field

from schemas.model import Cents, Code, InstanceName, Instant, Model

Access = Literal[
    "active", "notice", "throttled", "blocked_auto", "blocked_manual", "blocked", "disabled", "awaiting_signature", "unknown"
]
Speed = Literal["normal", "reduced", "unknown"]
BillStatus = Literal["open", "partial", "paid", "cancelled", "unknown"]
ContractStatus = Literal["draft", "active", "inactive", "negative", "withdrawn", "unknown"]
PhoneProblem = Literal[
    "too_short",
    "too_long",
    "repeated_digit",
    "service_number",
    "unknown_area_code",
    "no_area_code",
    "not_a_brazilian_number",
    "text",
]
DocumentProblem = Literal["", "missing", "shape", "check_digits", "repeated"]


class Client(Model):
    """Who owes. `person` is the keyed hash of CPF/CNPJ that limits count on ("" if the ERP has none).

    `phones` are E.164, best first, without repetition; `collect` is False where the ERP excludes the client from collection.
    `company`: the document is a CNPJ. `promised`: the ERP notes an announced payment. `phone_problems`, `document_problem`:
    why what stands in the ERP is none. `unmapped`, here and in contracts and bills: of our fields that can only be true or
    false those whose text in the ERP nobody knows, and that text.
    """

    name: str
    active: bool
    person: str = ""
    document: str = ""
    phones: tuple[str, ...] = ()
    bairro: str = ""
    city: str = ""
    uf: str = ""
    client_type: str = ""
    branch: str = ""
    collect: bool = True
    phone_problems: tuple[PhoneProblem, ...] = ()
    document_problem: DocumentProblem = ""
    promised: bool = False
    company: bool = False
    unmapped: dict[str, str] = Field(default_factory=dict)
    seen_at: Instant


class Contract(Model):
    """One connection. `access_raw` is the ERP's own code, kept where ours is `unknown` and everywhere else.

    `lost`: it left the ERP's lists and nothing tells what became of it; its access is then unknown.
    `access_since`: when its access was first seen as it is now, at most one sweep late; None where nobody saw it change or
    come.
    """

    plan: str = ""
    status: ContractStatus
    status_raw: str = ""
    access: Access
    access_raw: str = ""
    access_since: Instant | None = None
    trust_unlock: bool = False
    voluntary_suspension: bool = False
    speed: Speed = "normal"
    speed_raw: str = ""
    lost: bool = False
    unmapped: dict[str, str] = Field(default_factory=dict)
    seen_at: Instant


class Bill(Model):
    """One bill that is still open. `due_on` is the local date of the instance; `schemas.due_dates` tells which are meant.

    `agreement`: the ERP's id of the one that is to take its place; `instalment_of`: of the one that it belongs to. One bill
    may have both, as an agreement is made of another's instalments. `renegotiated`: all that rows of before told; it holds
    where there is no `agreement`.

    `lost`: it left the ERP's lists and nothing tells what became of it; its status is then unknown, and nobody is called.
    """

    contract: str = ""
    due_on: date
    open_cents: Cents
    status: BillStatus
    status_raw: str = ""
    awaiting_confirmation: bool = False
    renegotiated: bool = False
    agreement: str = ""
    instalment_of: str = ""
    lost: bool = False
    unmapped: dict[str, str] = Field(default_factory=dict)
    seen_at: Instant


class Instalment(Model):
    """One bill of the agreement `of` that is due no more: paid, or replaced by another agreement; `broken`: cancelled."""

    of: str
    broken: bool = False


class Debtor(Model):
    """The state of one client.

    `version` grows with every change (hybrid clock: milliseconds since 1970, or one more than before).

    `bills` holds the open ones by id. `unread`: rows (`bill:ID`) whose newest record could not be read, and the place of
    that record (`topic[partition]@offset`): its dead letter may be retried for as long as no newer record of the row came.
    `instalments`: those of agreements that are due no more, by the bill's id, at most 200; an agreement that was kept still
    stands for what it replaced.
    `changed_at` is the newest `seen_at` that went into this state.
    """

    instance: InstanceName
    code: Code
    version: int = Field(ge=0)
    changed_at: Instant
    client: Client | None = None
    # of a default `{}` pydantic makes a deep copy each time: 1 µs, of the 12 that a state costs
    contracts: dict[str, Contract] = Field(default_factory=dict)
    bills: dict[str, Bill] = Field(default_factory=dict)
    unread: dict[str, str] = Field(default_factory=dict)
    instalments: dict[str, Instalment] = Field(default_factory=dict)

    @property
    def key(self) -> bytes:
        """Kafka key: `instance:client code`."""
        return f"{self.instance}:{self.code}".encode()

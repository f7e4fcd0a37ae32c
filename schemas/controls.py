"""What people decided in the dashboard and every rule must obey: promises to pay and the blocklist (MongoDB collections)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from schemas.model import Code, InstanceName, Model

PROMISES = "promises"
BLOCKLIST = "blocklist"


class Promise(Model):
    """The debtor promised to pay; in force up to and including the local date `until`."""

    instance: InstanceName
    code: Code
    until: date


class Block(Model):
    """Never ring: a person (document hash) or a number (E.164). An empty field means nothing."""

    instance: InstanceName
    person: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Controls:
    """All of them of one instance. `promises`: code → last day in force."""

    promises: Mapping[str, date]
    people: frozenset[str]
    phones: frozenset[str]


NO_CONTROLS = Controls({}, frozenset(), frozenset())

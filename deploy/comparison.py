"""Do the views show what the ERP holds? Pure: documents and the simulator's truth in, readable differences out.

The ERP's codes are spelled out again here: it shares no mapping with the stages that it judges.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from schemas.figures.scope import AGES
from schemas.figures.standing import Standing

Json = Mapping[str, Any]
Subject = str
Facts = dict[Subject, dict[str, object]]

BILL_STATUS = {"A": "open", "P": "partial"}
ACCESS = {
    "ixc": {
        "A": "active",
        "D": "disabled",
        "CM": "blocked_manual",
        "CA": "blocked_auto",
        "FA": "notice",
        "AA": "awaiting_signature",
    },
    "rbx": {"A": "active", "B": "blocked"},
    "altarede": {"ATIVO": "active", "SEMIBLOQUEIO": "throttled", "BLOQUEIO": "blocked"},
}
SHOWS_EVERY_CONTRACT = "altarede"
SPEED = {"N": "normal", "R": "reduced"}


def differences(documents: Iterable[Json], truth: Json, erp: str = "ixc") -> list[str]:
    """Client fields, open bills to the cent and problem contracts; empty where they agree.

    `documents`: all of one instance's `debtors` view. `truth`: the whole answer of `GET /_sim/truth`. `erp`: the kind of the
    instance's ERP. Rows that are marked as lost are left out on this side: the truth must not have them.
    """
    family = erp.partition("-")[0]
    return list(_compared(_shown(documents, every_contract=family == SHOWS_EVERY_CONTRACT), _held(truth, ACCESS[family])))


def queue_differences(documents: Iterable[Json], truth: Json) -> list[str]:
    """`documents`: all of one instance's `queue` view: exactly the clients with an open bill, and those bills that count.

    Who owes nothing any more and was called may be there as long as his calls are remembered.
    """
    queued: Facts = {
        f"place of client {document['code']}": {"due": sorted(map(tuple, document["facts"]["due"]))}
        for document in documents
        if not document.get("settled")
    }
    owing: Facts = {}
    for code, client in truth["clients"].items():
        if client["bills"]:
            place = f"place of client {code}"
            # an instalment that was paid before anybody read it, or before Kafka was lost, tells nobody of its agreement
            unsure: dict[str, object] = {"due": _counting(client, set(client["aside"]) - set(client.get("kept", ())))}
            owing[place] = unsure if queued.get(place) == unsure else {"due": _counting(client, client["aside"])}
    return list(_compared(queued, owing))


def _counting(client: Json, aside: Collection[str]) -> list[tuple[str, int]]:
    return sorted((due_on, cents) for code, (due_on, cents, _) in client["bills"].items() if code not in aside)


def figure_differences(standing: Standing, truth: Json) -> list[str]:
    """The figures of `schemas.figures` against the truth's `debt`, judged on the same day and with the same `min_days`."""
    return list(_compared({"figures": _standing(standing)}, {"figures": _debt(truth)}))


def _compared(shown: Facts, held: Facts) -> Iterator[str]:
    for subject in sorted(held.keys() - shown.keys()):
        yield f"{subject}: is missing in the view"
    for subject in sorted(shown.keys() - held.keys()):
        yield f"{subject}: is in the view, the ERP has no such thing"
    for subject in sorted(shown.keys() & held.keys()):
        for field, value in held[subject].items():
            if shown[subject][field] != value:
                yield f"{subject}: {field} is {shown[subject][field]!r} in the view, {value!r} in the ERP"


def _shown(documents: Iterable[Json], *, every_contract: bool) -> Facts:
    facts: Facts = {}
    for document in documents:
        client, subject = document["client"], f"client {document['code']}"
        if client is None:
            continue  # rows of a client that the ERP does not have are nobody's; one that it has is then missing
        facts[subject] = {"name": client["name"], "active": client["active"], "collect": client["collect"]}
        for bill in (bill for bill in document["bills"] if not bill.get("lost")):
            facts[f"{subject}, bill {bill['id']}"] = {name: bill[name] for name in ("due_on", "open_cents", "status")}
        for contract in document["contracts"]:
            if not contract.get("lost") and (every_contract or _is_problem(contract)):
                fields = ("access", "speed", "trust_unlock", "voluntary_suspension")
                facts[f"{subject}, contract {contract['id']}"] = {name: contract[name] for name in fields}
    return facts


def _is_problem(contract: Json) -> bool:
    cut_off = contract["status"] == "active" and contract["access"] != "active"
    return bool(cut_off or contract["trust_unlock"] or contract["speed"] == "reduced" or contract["voluntary_suspension"])


def _held(truth: Json, access_of: Mapping[str, str]) -> Facts:
    facts: Facts = {}
    for code, client in truth["clients"].items():
        subject = f"client {code}"
        collect = client["participa_cobranca"] != "N"
        facts[subject] = {"name": " ".join(client["name"].split()), "active": client["active"], "collect": collect}
        for bill, (due_on, cents, status) in client["bills"].items():
            fields = {"due_on": due_on, "open_cents": cents, "status": BILL_STATUS[status]}
            facts[f"{subject}, bill {bill}"] = fields
        for contract, (access, speed, trusted, suspended) in client["contracts"].items():
            facts[f"{subject}, contract {contract}"] = {
                "access": access_of.get(access, "unknown"),
                "speed": SPEED.get(speed, "unknown"),
                "trust_unlock": trusted,
                "voluntary_suspension": suspended,
            }
    return facts


def _standing(standing: Standing) -> dict[str, object]:
    parts = {"pre-collection": standing.pre_collection, "collection": standing.collection}
    return {
        "active clients": standing.active_clients,
        "overdue bills": standing.overdue.bills,
        **{f"{name} debtors": share.debtors for name, share in parts.items()},
        **{f"{name} cents": share.cents for name, share in parts.items()},
        **{f"{band.since} days late or more": (band.bills, band.cents) for band in standing.aging},
    }


def _debt(truth: Json) -> dict[str, object]:
    debt = truth["debt"]
    parts = {"pre-collection": debt["pre_collection"], "collection": debt["collection"]}
    aging = {since: debt["aging"][f"{since}+" if until is None else f"{since}-{until}"] for since, until in AGES}
    return {
        "active clients": truth["totals"]["active_clients"],
        "overdue bills": debt["bills"],
        **{f"{name} debtors": part["debtors"] for name, part in parts.items()},
        **{f"{name} cents": part["cents"] for name, part in parts.items()},
        **{f"{since} days late or more": (band["bills"], band["cents"]) for since, band in aging.items()},
    }

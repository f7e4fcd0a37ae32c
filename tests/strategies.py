"""Values to draw from: ERP rows in real shapes, debtors, facts, instances, and what people decided.

Rows start from `schemas/examples/erp`, so that a test never invents a column.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, get_args

import orjson
from hypothesis import strategies as st

import schemas
from schemas.controls import Controls, Doubts
from schemas.debtor import Bill, Client, Contract, Debtor, Instalment
from schemas.instances import Instance
from schemas.queue import Aside, Facts, PastCall
from schemas.rows import ErpRow, Kind

EXAMPLES = Path(schemas.__file__).parent / "examples"
IXC_TABLES: Mapping[Kind, str] = {"client": "cliente", "contract": "cliente_contrato", "bill": "fn_areceber"}
NAME = "norte"
SEEN = datetime(2026, 1, 14, 12, tzinfo=UTC)
MONDAY = date(2026, 1, 12)
"""An ordinary working day in every state."""

# --- texts

NASTY = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "0", "0000-00-00", "None", "null", "NaN", "1E+999999", "-0", "1_000", "٣", "9" * 5000, "'; --", "\x00"]
    ),
    st.text(alphabet="0123456789 ()-+/,.;|eouEOU", max_size=40),
)
CODES = st.integers(1, 999_999).map(str)
INSTANTS = st.integers(0, 3 * 10**10).map(lambda ms: SEEN + timedelta(milliseconds=ms))
DAYS = st.dates(date(2025, 6, 1), date(2026, 12, 31))
PHONES = st.integers(0, 999).map(lambda n: f"+5582999990{n:03d}")
PEOPLE = st.sampled_from(["a" * 32, "b" * 32, "c" * 32])
CENTS = st.one_of(st.integers(0, 5), st.integers(0, 10**7), st.integers(0, 10**12 - 1))

# --- ERP rows


@cache
def _example(table: str) -> bytes:
    return orjson.dumps(orjson.loads((EXAMPLES / "erp/ixc" / f"{table}.json").read_bytes())["registros"][0])


def erp_row(table: str, **columns: str) -> dict[str, str]:
    """A whole row of an IXC table: that of the example page, with `columns` changed."""
    row: dict[str, str] = orjson.loads(_example(table))
    unknown = columns.keys() - row.keys()
    assert not unknown, f"{table} has no {unknown}"
    return {**row, **columns}


def event(kind: Kind, code: str, *, client: str = "1042", at: datetime = SEEN, gone: bool = False, **columns: str) -> ErpRow:
    """One row on its raw topic; `gone`: read by its id and not found."""
    if kind == "client":
        derived, columns = {"person": "a" * 32, "document": "***444777**"}, {**columns, "id": client}
        code = client
    else:
        derived, columns = {}, {**columns, "id": code, "id_cliente": client}
    row = None if gone else {**erp_row(IXC_TABLES[kind], **columns), **derived}
    return ErpRow(instance=NAME, erp="ixc", kind=kind, id=code, client=client, row=row, seen_at=at, sweep="test", ddd="82")


CHANGES: Mapping[Kind, st.SearchStrategy[dict[str, str]]] = {
    "client": st.fixed_dictionaries({"razao": st.sampled_from(["FULANA", "SICRANA"]), "ativo": st.sampled_from("SN")}),
    "contract": st.fixed_dictionaries({"status_internet": st.sampled_from(["A", "CA", "CM", "FA", "ZZ"])}),
    "bill": st.fixed_dictionaries(
        {
            "status": st.sampled_from("APRC"),
            "liberado": st.sampled_from("SSN"),
            "id_renegociacao": st.sampled_from(["0", "0", "9"]),
            "id_renegociacao_novo": st.sampled_from(["0", "8", "9"]),
            "valor_aberto": st.sampled_from(["0.00", "5.5", "99.90"]),
        }
    ),
}


@st.composite
def histories(draw: st.DrawFn) -> list[ErpRow]:
    """Rows of one debtor in the order in which the poller saw them, a few ids a kind, minutes apart."""
    events = []
    at = SEEN
    for _ in range(draw(st.integers(1, 12))):
        kind: Kind = draw(st.sampled_from(["client", "contract", "bill", "bill"]))
        gone = draw(st.sampled_from([False, False, False, True]))
        columns = {} if gone else draw(CHANGES[kind])
        events.append(event(kind, draw(st.sampled_from("12")), at=at, gone=gone, **columns))
        at += timedelta(minutes=draw(st.integers(0, 3)))
    return events


# --- our words


BILLS = st.builds(
    Bill,
    contract=st.sampled_from(["7", "8"]),
    due_on=st.one_of(DAYS, st.sampled_from([MONDAY, MONDAY + timedelta(days=1)])),
    open_cents=CENTS,
    status=st.sampled_from(["open", "partial"]),
    awaiting_confirmation=st.booleans(),
    renegotiated=st.booleans(),
    agreement=st.sampled_from(["", "", "1", "2"]),
    instalment_of=st.sampled_from(["", "", "1", "2"]),
    seen_at=INSTANTS,
)
CONTRACTS = st.builds(
    Contract,
    status=st.sampled_from(["active", "active", "draft", "inactive", "withdrawn", "negative", "unknown"]),
    access=st.sampled_from(["active", "notice", "blocked_auto", "blocked_manual", "unknown"]),
    trust_unlock=st.booleans(),
    voluntary_suspension=st.booleans(),
    speed=st.sampled_from(["normal", "reduced"]),
    seen_at=INSTANTS,
)
CLIENTS = st.builds(
    Client,
    name=st.just("FULANA"),
    active=st.booleans(),
    person=st.one_of(st.just(""), PEOPLE),
    phones=st.lists(PHONES, max_size=3, unique=True).map(tuple),
    collect=st.booleans(),
    company=st.booleans(),
    branch=st.sampled_from(["", "1", "2"]),
    seen_at=INSTANTS,
)
DEBTORS = st.builds(
    Debtor,
    instance=st.just(NAME),
    code=CODES,
    version=st.integers(0, 2**50),
    changed_at=INSTANTS,
    client=st.one_of(st.none(), CLIENTS),
    contracts=st.dictionaries(st.sampled_from(["7", "8", "9"]), CONTRACTS, max_size=3),
    bills=st.dictionaries(CODES, BILLS, max_size=3),
    unread=st.dictionaries(CODES.map("bill:{}".format), st.just("erp.bill.v1[3]@41"), max_size=1),
    instalments=st.dictionaries(
        st.sampled_from(["paid", "too"]), st.builds(Instalment, of=st.sampled_from("12"), broken=st.booleans()), max_size=2
    ),
)


CALLS = st.lists(
    st.builds(
        PastCall,
        attempt=st.just("01HZZZZZZZZZZZZZZZZZZZZZZZ"),
        at=st.integers(0, 60 * 24 * 9).map(lambda minutes: SEEN - timedelta(minutes=minutes)),
        number=PHONES,
        outcome=st.sampled_from([None, "human", "human", "no_answer", "busy", "machine", "invalid_number", "lost"]),
    ),
    max_size=6,
).map(lambda calls: tuple(sorted(calls, key=lambda call: call.at)))
"""Attempts of the nine days before `SEEN`, oldest first."""


def _due(bills: list[tuple[date, int]]) -> tuple[tuple[date, int], ...]:
    return tuple(sorted(bills))


def facts(days: st.SearchStrategy[date] = DAYS) -> st.SearchStrategy[Facts]:
    """Facts that seldom object by themselves, so that the rule under test is what decides; `days` are due dates."""
    seldom = st.sampled_from([False, False, False, False, True])
    mostly = seldom.map(lambda value: not value)
    return st.builds(
        Facts,
        name=st.just("FULANA"),
        known=mostly,
        active=mostly,
        collect=mostly,
        person=st.one_of(PEOPLE, st.just("")),
        phones=st.lists(PHONES, max_size=3, unique=True).map(tuple),
        due=st.lists(st.tuples(days, CENTS), max_size=4).map(_due),
        set_aside=st.one_of(st.just({}), st.dictionaries(st.sampled_from(sorted(get_args(Aside))), days, max_size=2)),
        company=seldom,
        branch=st.sampled_from(["", "1", "2"]),
        awaiting_confirmation=seldom,
        renegotiated=seldom,
        voluntary_suspension=seldom,
        blocked=st.booleans(),
        trust_unlock=st.booleans(),
    )


# --- what instances and people say

ZONES = {
    "SP": "America/Sao_Paulo",
    "AL": "America/Maceio",
    "AC": "America/Rio_Branco",
    "AM": "America/Manaus",
    "PE": "America/Noronha",
}


PABX = {"control": {"kind": "ari", "url": "http://pabx.example:8088/ari", "user": "cobranca"}, "context": "cobranca"}


def instance(**fields: Any) -> Instance:  # noqa: ANN401 - any field of the instance
    """A valid instance in Alagoas with the default rules and a PABX."""
    erp = {"kind": "ixc", "url": "http://erp.example/webservice/v1/", "token": "-", "gap": 0}
    return Instance.model_validate(
        {"name": NAME, "zone": "America/Maceio", "state": "AL", "ddd": "82", "erp": erp, "pabx": PABX, **fields}
    )


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Any state with its zone, any windows, any number of days."""
    state = draw(st.sampled_from(sorted(ZONES)))
    hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30, 59]))
    windows = draw(
        st.dictionaries(st.integers(0, 6), st.fixed_dictionaries({"opens": hours, "closes": hours}), min_size=2, max_size=7)
    )
    least = draw(st.integers(0, 40))
    rules = {
        "windows": windows,
        "min_days_overdue": least,
        "max_days_overdue": least + draw(st.sampled_from([0, 1, 30, 400])),
        "call_on_holidays": draw(st.booleans()),
        "call_inactive": draw(st.booleans()),
        "call_companies": draw(st.booleans()),
        "branches": draw(st.sampled_from([(), (), ("1",), ("1", "2")])),
        "branches_left_out": draw(st.sampled_from([(), (), ("2",)])),
    }
    return instance(state=state, zone=ZONES[state], rules=rules, paused=draw(st.sampled_from([False, False, False, True])))


def controls(code: str, days: st.SearchStrategy[date] = DAYS) -> st.SearchStrategy[Controls]:
    """Promises of `code` and of somebody else, small blocklists, seldom a document that cannot be read."""
    doubts = st.builds(
        Doubts,
        st.frozensets(st.sampled_from([code, "somebody else"]), max_size=1),
        st.frozensets(PEOPLE, max_size=1),
        st.frozensets(PHONES, max_size=1),
        st.sampled_from([False, False, False, True]),
    )
    return st.builds(
        Controls,
        st.dictionaries(st.sampled_from([code, "somebody else"]), days, max_size=2),
        st.frozensets(PEOPLE, max_size=1),
        st.frozensets(PHONES, max_size=3),
        st.one_of(st.just(Doubts()), st.just(Doubts()), doubts),
    )

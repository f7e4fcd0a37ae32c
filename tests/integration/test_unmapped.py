"""What the pipelines of the report mean on a real MongoDB, and the command that shows it."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest
import typer
from pymongo import MongoClient
from pymongo.database import Database
from typer.testing import CliRunner

from deploy.cli.unmapped import unmapped
from deploy.unmapped import WHATS, What, pipeline
from schemas import views
from schemas.debtor import Bill, BillStatus, Client, Contract, ContractStatus, Debtor, DocumentProblem, PhoneProblem
from schemas.errors import StopWorker
from schemas.rows import ErpRow
from tests.strategies import instance

pytestmark = pytest.mark.integration

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
USAGE = 2
TYPES = {"1": "Residencial", "2": "RESIDENCIAL ", "3": "Rural"}

Store = Database[dict[str, Any]]


def debtor(code: int, rng: Random, name: str = "norte") -> Debtor:
    """Known and unknown codes, good and bad telephones and documents; some clients have not been read yet."""
    contracts = {
        str(i): Contract(
            status=rng.choice(get_args(ContractStatus)),
            status_raw=rng.choice("XY"),
            access=rng.choice(("active", "unknown")),
            access_raw=rng.choice(("CE", "")),
            speed=rng.choice(("normal", "unknown")),
            unmapped=rng.choice(({}, {"trust_unlock": "X"}, {"voluntary_suspension": "?", "trust_unlock": "Z"})),
            seen_at=AT,
        )
        for i in range(rng.randrange(4))
    }
    bills = {
        str(i): Bill(
            due_on=date(2026, 1, 1),
            open_cents=1,
            status=rng.choice(get_args(BillStatus)),
            status_raw=rng.choice("ZW"),
            unmapped=rng.choice(({}, {}, {"awaiting_confirmation": "TALVEZ"})),
            seen_at=AT,
        )
        for i in range(rng.randrange(3))
    }
    client = Client(
        name="x",
        active=True,
        bairro=rng.choice(("", "0", "CENTRO", "Centro", "Farol")),
        client_type=rng.choice(("", "1", "2", "3", "77")),
        phone_problems=tuple(sorted(rng.sample(get_args(PhoneProblem), rng.randrange(3)))),
        document_problem=rng.choice(get_args(DocumentProblem)),
        unmapped=rng.choice(({}, {"active": "Liberado"})),
        seen_at=AT,
    )
    known = client if rng.random() < 0.9 else None
    return Debtor(instance=name, code=str(code), version=1, changed_at=AT, client=known, contracts=contracts, bills=bills)


def counted(what: What, debtors: list[Debtor]) -> Counter[object]:
    """The same counts, one debtor after the other."""
    found: Counter[object] = Counter()
    for one in debtors:
        client = one.client
        codes = {("bill.status", row.status_raw) for row in one.bills.values() if row.status == "unknown"}
        for row in one.contracts.values():
            codes |= {("contract.status", row.status_raw)} if row.status == "unknown" else set()
            codes |= {("contract.access", row.access_raw)} if row.access == "unknown" and row.access_raw else set()
        of = [("client", client), *(("contract", row) for row in one.contracts.values())]
        of += [("bill", row) for row in one.bills.values()]
        codes |= {(f"{kind}.{field}", raw) for kind, row in of if row for field, raw in row.unmapped.items()}
        if what == "codes":
            found.update(codes)
        elif client is not None:
            found.update(
                {
                    "bairro": [client.bairro],
                    "client_type": [TYPES.get(client.client_type, client.client_type).strip()],
                    "phones": client.phone_problems,
                    "documents": [client.document_problem] if client.document_problem else [],
                }[what]
            )
    return found


@pytest.fixture
def debtors() -> list[Debtor]:
    rng = Random(7)
    return [debtor(code, rng) for code in range(300)]


@pytest.fixture
def store(mongo_uri: str, database: str, debtors: list[Debtor]) -> Iterator[Store]:
    """The views of two instances and the client types of both; documents of an older version lack the new fields."""
    old = views.debtor(debtor(1, Random(0), "velho"))
    old["client"] = {"name": "x", "bairro": "Centro", "client_type": "1"}
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        found = client[database]
        found["debtors"].insert_many([old, *(views.debtor(one) for one in [*debtors, debtor(1, Random(1), "sul")])])
        for name, types in (("norte", {**TYPES, "77": None}), ("sul", {"1": "Other"})):
            for code, title in types.items():
                row = None if title is None else {"tipo_cliente": title}
                event = ErpRow(
                    instance=name, erp="ixc", kind="reference", id=code, client="tipo_cliente", row=row, seen_at=AT, sweep=""
                )
                found["references"].insert_one(views.reference(event))
        yield found


@pytest.mark.parametrize("what", WHATS)
def test_the_counts_are_what_python_counts(store: Store, debtors: list[Debtor], what: What) -> None:
    found = list(store["debtors"].aggregate(pipeline(what, "norte")))

    keys = [(one["_id"]["word"], one["_id"]["raw"]) if what == "codes" else one["_id"] for one in found]
    assert dict(zip(keys, (one["clients"] for one in found), strict=True)) == counted(what, debtors)
    if what == "codes":
        every = [row for one in debtors for row in one.bills.values() if row.status == "unknown" and row.status_raw == "Z"]
        assert len(every) in {one["rows"] for one in found if one["_id"] == {"word": "bill.status", "raw": "Z"}}


def test_the_rbx_and_an_older_document_are_read_too(store: Store) -> None:
    store["references"].delete_many({})
    store["references"].insert_one(
        {"_id": "velho:ConsultaGruposCliente:1", "instance": "velho", "row": {"Codigo": "1", "Nome": "Rural"}}
    )
    assert {what: [one["_id"] for one in store["debtors"].aggregate(pipeline(what, "velho"))] for what in WHATS[:2]} == {
        "bairro": ["Centro"],
        "client_type": ["Rural"],
    }
    assert [list(store["debtors"].aggregate(pipeline(what, "velho"))) for what in WHATS[3:]] == [[], []]


@pytest.fixture
def run(store: Store, mongo_uri: str, database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> typer.Typer:
    """The command alone, on this database."""
    provider = instance(reverse={"bairro": {"Centro": ()}, "client_type": {"Residencial": ("Casa",)}})
    store[views.INSTANCES].insert_one({"_id": provider.name, **provider.model_dump(mode="json")})
    store[views.INSTANCES].insert_one({"_id": "torto"})
    monkeypatch.setenv("MONGO_URI", mongo_uri)
    monkeypatch.setenv("MONGO_DATABASE", database)
    monkeypatch.setenv("COLLECTOR_SECRET_KEY", "unused")
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.command()(unmapped)
    return app


def test_the_command_writes_one_table(run: typer.Typer, debtors: list[Debtor], tmp_path: Path) -> None:
    done = CliRunner().invoke(run, ["norte", "--output", "all.csv"], catch_exceptions=False)
    assert done.exit_code == 0

    with (tmp_path / "all.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert {line["what"] for line in lines} == set(WHATS)
    farol = next(line for line in lines if line["what"] == "bairro")
    assert (farol["value"], farol["clients"]) == ("Farol", str(counted("bairro", debtors)["Farol"]))
    assert [line["value"] for line in lines if line["what"] == "client_type"].count("Residencial") == 0


def test_the_command_shows_only_what_was_asked_for(run: typer.Typer) -> None:
    done = CliRunner().invoke(run, ["norte", "--what", "documents"], catch_exceptions=False)
    assert "check_digits" in done.stdout
    assert "bairro" not in done.stdout
    assert CliRunner().invoke(run, ["norte", "--what", "everything"]).exit_code == USAGE


@pytest.mark.parametrize(("name", "said"), [("sul", "does not exist"), ("torto", "has a wrong")])
def test_an_instance_that_cannot_be_used_is_one_line(run: typer.Typer, name: str, said: str) -> None:
    with pytest.raises(StopWorker, match=f"the instance {name} {said}"):
        CliRunner().invoke(run, [name], catch_exceptions=False)

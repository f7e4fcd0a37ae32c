"""`collector instance` as an operator runs it, against the real MongoDB and simulated ERPs over HTTP."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from pymongo import MongoClient

from deploy.local.ports import free
from schemas.erp import ERPS
from schemas.erp.altarede import UNVERIFIED
from schemas.instances import Instance
from schemas.runtime.secrets import opened, seal, unseal
from schemas.views import INSTANCES
from tests.integration.asked import Asked, Store
from tests.integration.command import Collector
from tests.integration.simulated import served

pytestmark = pytest.mark.integration

KEY = SecretStr(Fernet.generate_key().decode())
TOKEN = f"17:{Fernet.generate_key().hex()[:64]}"
TOKEN_V2, APP_KEY = Fernet.generate_key().hex()[:40], Fernet.generate_key().hex()[:32]
SECRETS = {"ERP_TOKEN": TOKEN, "ERP_TOKEN_V2": TOKEN_V2, "ERP_APP_KEY": APP_KEY}
BAD_CONFIGURATION = 2


@pytest.fixture
def collector(mongo_uri: str, database: str, tmp_path: Path) -> Collector:
    keys = {"COLLECTOR_SECRET_KEY": KEY.get_secret_value(), "COLLECTOR_PERSON_KEY": "only for tests, at least 16"}
    return Collector(tmp_path, {"MONGO_URI": mongo_uri, "MONGO_DATABASE": database, **keys})


@pytest.fixture
def store(mongo_uri: str, database: str) -> Iterator[Store]:
    with MongoClient[dict[str, Any]](mongo_uri, tz_aware=True) as client:
        yield client[database]


def stored(store: Store) -> dict[str, Instance]:
    documents = {document.pop("_id"): document for document in store[INSTANCES].find()}
    return {name: Instance.model_validate(document) for name, document in documents.items()}


def config(folder: Path, file: str, **fields: Any) -> str:  # noqa: ANN401 - JSON
    (folder / file).write_text(json.dumps(fields))
    return file


# --- add and list


def test_an_instance_is_stored_sealed_listed_and_never_overwritten_by_mistake(
    collector: Collector, store: Store, tmp_path: Path
) -> None:
    add = ("instance", "add", "norte", "--url", "https://erp.norte.example/webservice/v1", "--state", "AL")
    first = collector(*add, "--zone", "America/Maceio", ERP_TOKEN=f" {TOKEN}\n")
    assert first.returncode == 0
    assert "`collector instance test norte`" in first.stderr
    found = stored(store)["norte"]
    assert unseal(found.erp.token, KEY) == TOKEN  # type: ignore[union-attr]  # an IXC has one
    assert (found.zone, found.state, found.rules.min_days_overdue) == ("America/Maceio", "AL", 7)

    again, replaced = collector.each([add, (*add, "--replace", "--min-days-overdue", "10")], ERP_TOKEN=TOKEN)
    assert (again.returncode, again.stderr.count("\n")) == (BAD_CONFIGURATION, 1)
    assert "add --replace" in again.stderr
    assert replaced.returncode == 0

    on_screen, in_file = collector.each([("instance", "list"), ("instance", "list", "--output", "list.json")])
    assert in_file.returncode == 0
    (row,) = json.loads((tmp_path / "list.json").read_text())
    assert (row["name"], row["state"], row["min_days_overdue"], row["wrong"]) == ("norte", "AL", 10, "")
    assert "norte" in on_screen.stdout
    for said in (first, again, replaced, on_screen):
        assert TOKEN not in said.stdout + said.stderr
        assert found.erp.token not in said.stdout + said.stderr  # type: ignore[union-attr]  # as above


def test_every_erp_is_added_with_its_own_options(collector: Collector, store: Store, tmp_path: Path) -> None:
    """And what no vendor has confirmed is labelled so, where it is added and where it is listed."""
    client = {"path": "listar", "method": "GET", "each": "page", "query": {"pagina": "{page}"}}
    hooks = config(
        tmp_path,
        "hooks.json",
        name="another",
        erp={"token_in": "header:X-Token", "app_key_in": "query:appkey", "resources": {"client": client}},
        reverse={"bairro": {"Jardim das Rosas": ["JD ROSAS", "Jd. das Rosas"]}},
        rules={"min_days_overdue": 3},
    )
    (tmp_path / "exports").mkdir()
    done = collector.each(
        [
            ("instance", "add", "sul", "--erp", "rbx", "--url", "https://rbx.example/routerbox/", "--every", "bill=60"),
            ("instance", "add", "leste", "--erp", "altarede-export", "--folder", "exports", "--zone", "America/Bahia"),
            ("instance", "add", "oeste", "--erp", "altarede-webhooks", "--url", "https://n8n.example/", "--config", hooks),
        ],
        **SECRETS,
    )
    assert [one.returncode for one in done] == [0, 0, 0], [one.stderr for one in done]
    assert [UNVERIFIED in one.stderr for one in done] == [False, True, True]

    found = stored(store)
    assert {name: one.erp.kind for name, one in found.items()} == {
        "sul": "rbx",
        "leste": "altarede-export",
        "oeste": "altarede-webhooks",
    }
    assert opened(found["sul"].erp, KEY) == {"token": TOKEN, "token_v2": TOKEN_V2}
    assert opened(found["leste"].erp, KEY) == {}
    assert opened(found["oeste"].erp, KEY) == {"token": TOKEN, "app_key": APP_KEY}
    assert found["sul"].erp.every == {"bill": 60}
    assert found["leste"].erp.folder == str(tmp_path / "exports")  # type: ignore[union-attr]  # it has one
    assert found["oeste"].reverse == {"bairro": {"Jardim das Rosas": ("JD ROSAS", "Jd. das Rosas")}}
    assert found["oeste"].rules.min_days_overdue == 3

    listed, screen = collector.each([("instance", "list", "-o", "all.json"), ("instance", "list")])
    rows = {row["name"]: row for row in json.loads((tmp_path / "all.json").read_text())}
    assert {name: UNVERIFIED in row["erp"] for name, row in rows.items()} == {"sul": False, "leste": True, "oeste": True}
    assert rows["leste"]["where"] == str(tmp_path / "exports")
    everything = "".join(one.stdout + one.stderr for one in (*done, listed, screen)) + (tmp_path / "all.json").read_text()
    sealed = [getattr(one.erp, field) for one in found.values() for field in one.erp.secret_fields]
    assert not [secret for secret in (*SECRETS.values(), *sealed) if secret in everything]


def test_a_wrong_option_and_a_variant_of_two_names_are_one_line_each(
    collector: Collector, store: Store, tmp_path: Path
) -> None:
    """All other mistakes are in `tests/unit/deploy/test_instance_command.py`."""
    twice = config(tmp_path, "twice.json", reverse={"bairro": {"Centro": ["CTR"], "Centro Histórico": ["ctr"]}})
    add = ("instance", "add", "n", "--url", "http://e")
    for said, sentence in zip(
        collector.each([(*add, "--state", "XX"), (*add, "--config", twice)], **SECRETS),
        ("state is wrong", "reverse.bairro is wrong ('ctr' is a variant of both Centro and Centro Histórico)"),
        strict=True,
    ):
        assert (said.returncode, said.stdout, said.stderr.count("\n")) == (BAD_CONFIGURATION, "", 1)
        assert said.stderr.startswith(sentence)
    assert store[INSTANCES].count_documents({}) == 0


def test_an_instance_that_no_stage_can_use_is_listed_with_its_bad_field(
    collector: Collector, store: Store, tmp_path: Path
) -> None:
    store[INSTANCES].insert_one({"_id": "old", "name": "old", "erp": {"kind": "ixc", "url": "https://e.example"}})
    listed, tested, unknown = collector.each(
        [("instance", "list", "-o", "list.json"), ("instance", "test", "old"), ("instance", "test", "new")]
    )
    assert listed.returncode == 0
    (row,) = json.loads((tmp_path / "list.json").read_text())
    assert (row["name"], row["wrong"]) == ("old", "erp.token")
    for said, sentence in ((tested, "the field erp.token of the instance old is wrong"), (unknown, "no instance new")):
        assert (said.returncode, said.stdout, said.stderr.count("\n")) == (BAD_CONFIGURATION, "", 1)
        assert sentence in said.stderr


# --- test


@pytest.fixture
def asked(collector: Collector, store: Store) -> Asked:
    return Asked(collector, store, KEY)


def test_an_ixc_tells_of_each_resource_what_is_wrong_with_it(asked: Asked, collector: Collector) -> None:
    with ExitStack() as erps:
        good, forbidden, ill, odd = (erps.enter_context(served("ixc")) for _ in range(4))
        forbidden.misbehave({"kind": "permission", "table": "fn_areceber"})
        ill.misbehave({"kind": "html"})
        bills = odd.simulator.provider["fn_areceber"]
        first = min(int(row["id"]) for row in bills.each() if row["status"] == "A" and row["liberado"] == "S")
        bills.put(first, {"data_vencimento": "31/02 MARIA DE TESTE"})
        asked.add(good, "well")
        asked.add(good, "down", url=f"http://127.0.0.1:{free(1)[0]}/webservice/v1/")
        asked.add(good, "wrong", token=seal("1:wrong", KEY))
        asked.add(forbidden, "forbidden")
        asked.add(ill, "ill")
        asked.add(odd, "odd")
        asked.run()
        shown = collector("instance", "test", "well")

    assert asked.well("well")
    assert asked.found["well"]["cliente"]["rows"] == str(len(good.simulator.provider["cliente"].rows))
    assert shown.returncode == 0
    assert shown.stderr.splitlines()[0] == f"well: IXC Soft, {good.url}/webservice/v1/"
    assert all(word in shown.stdout for word in ("reachable", "authorised", "rows", "first_problem", "fn_areceber"))

    assert not asked.well("down")
    assert asked.states("down") == {("no", "?")}
    assert "no answer from the ERP" in asked.problems("down")["cliente"]
    assert "may this machine reach it?" in asked.said["down"].stderr

    assert not asked.well("wrong")
    assert asked.states("wrong") == {("yes", "no")}
    assert "HTTP 401" in asked.problems("wrong")["uf"]

    assert not asked.well("forbidden")
    assert list(asked.problems("forbidden")) == ["fn_areceber"]
    assert "não tem permissão" in asked.problems("forbidden")["fn_areceber"]
    assert asked.found["forbidden"]["fn_areceber"]["authorised"] == "no"
    assert "let the token's user list each resource" in asked.said["forbidden"].stderr

    assert not asked.well("ill")
    assert asked.states("ill") == {("yes", "?")}
    assert "HTML" in asked.problems("ill")["cidade"]
    assert "ask again in a minute" in asked.said["ill"].stderr

    assert not asked.well("odd")
    assert asked.problems("odd") == {"fn_areceber": f"row {first}: bill.data_vencimento: not a date YYYY-MM-DD"}
    assert asked.states("odd") == {("yes", "yes")}
    assert "MARIA" not in asked.said["odd"].stderr


def test_an_rbx_is_asked_as_a_sweep_begins_and_ends(asked: Asked) -> None:
    """So that an invented answer is seen, and a service that only helps to understand another is missed."""
    with ExitStack() as erps:
        good, narrow = erps.enter_context(served("rbx")), erps.enter_context(served("rbx"))
        invented = erps.enter_context(served("rbx", mode="homologacao"))
        narrow.misbehave(
            {"kind": "permission", "table": "ConsultaClientesReducao"},
            {"kind": "permission", "table": "ConsultaDocumentosBaixados"},
        )
        asked.add(good, "well")
        asked.add(good, "wrong", token=seal("wrong", KEY))
        asked.add(narrow, "narrow")
        asked.add(invented, "invented")
        asked.run()

    assert asked.well("well")
    assert not asked.well("wrong")
    assert asked.states("wrong") == {("yes", "no")}
    assert "in RBX" in asked.said["wrong"].stderr
    assert "mode: Produção" in asked.said["wrong"].stderr
    assert not asked.well("narrow")
    assert {table: text.split()[2] for table, text in asked.problems("narrow").items()} == {
        "ConsultaContratos": "ConsultaClientesReducao",
        "ConsultaDocumentosAbertos": "ConsultaDocumentosBaixados",
    }
    assert not asked.well("invented")
    assert len(asked.problems("invented")) == len(ERPS["rbx"].tables)
    assert all("Homologação" in text for text in asked.problems("invented").values())


def test_both_forms_of_altarede_tell_what_is_wrong_and_that_nobody_has_verified_them(asked: Asked, tmp_path: Path) -> None:
    exports, half = tmp_path / "exports", tmp_path / "half"
    exports.mkdir()
    half.mkdir()
    with ExitStack() as erps:
        files = erps.enter_context(served("altarede-export", exports))
        hooks = erps.enter_context(served("altarede-webhooks"))
        for file in exports.iterdir():
            os.utime(file, (0, 0))
            if file.stem == "Clientes":
                file.rename(half / file.name)
        for file in half.iterdir():
            (exports / file.name).write_bytes(file.read_bytes())
            os.utime(exports / file.name, (0, 0))
        (half / "Logins.xlsx").touch()
        resources = hooks.instance("x", KEY).model_dump(mode="json")["erp"]["resources"]
        renamed = {**resources, "bill": {**resources["bill"], "fields": {"VALOR": "QUANTIA"}}}
        asked.add(files, "files")
        asked.add(files, "half", folder=str(half))
        asked.add(files, "nowhere", folder=str(tmp_path / "nowhere"))
        asked.add(hooks, "hooks")
        asked.add(hooks, "wrong", app_key=seal("wrong", KEY))
        asked.add(hooks, "renamed", resources=renamed)
        asked.add(hooks, "fewer", resources={use: one for use, one in resources.items() if use != "contract"})
        asked.run()

    assert all(UNVERIFIED in said.stderr for said in asked.said.values())
    assert asked.well("files")
    assert not asked.well("half")
    assert asked.states("half") == {("yes", "yes")}
    assert list(asked.problems("half")) == ["Logins", "Financeiro", "Planos"]
    assert "export Logins there" in asked.problems("half")["Logins"]
    assert not asked.well("nowhere")
    assert asked.states("nowhere") == {("no", "?")}
    assert "create it" in asked.problems("nowhere")["Planos"]

    assert asked.well("hooks")
    assert not asked.well("wrong")
    assert asked.states("wrong") == {("yes", "no")}
    assert "erp.app_key" in asked.problems("wrong")["Clientes"]
    assert not asked.well("renamed")
    assert asked.states("renamed") == {("yes", "yes")}
    assert list(asked.problems("renamed")) == ["Financeiro"]
    assert not asked.well("fewer")
    assert "erp.resources has no contract" in asked.problems("fewer")["Logins"]
    assert asked.found["fewer"]["Logins"]["reachable"] == "?"

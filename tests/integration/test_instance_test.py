"""`collector instance test` as an operator runs it, against the real MongoDB and simulated ERPs over HTTP."""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.local.ports import free
from schemas.erp import ERPS
from schemas.erp.altarede import UNVERIFIED
from schemas.runtime.secrets import seal
from tests.integration.asked import Asked, Store
from tests.integration.command import Collector
from tests.integration.instance_store import KEY, collector, store
from tests.integration.simulated import served

__all__ = ["collector", "store"]
pytestmark = pytest.mark.integration


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
    told = f"row {first}: bill.data_vencimento: not a date YYYY-MM-DD or DD/MM/YYYY"
    assert asked.problems("odd") == {"fn_areceber": told}
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

"""`collector instance add` and `list` as an operator runs them, against the real MongoDB."""

import json
from pathlib import Path

import pytest

from schemas.erp.altarede import UNVERIFIED
from schemas.runtime.secrets import opened, unseal
from schemas.views import INSTANCES
from tests.integration.asked import Store
from tests.integration.command import Collector
from tests.integration.instance_store import (
    APP_KEY,
    BAD_CONFIGURATION,
    KEY,
    PLACE,
    SECRETS,
    TOKEN,
    TOKEN_V2,
    collector,
    config,
    store,
    stored,
)

__all__ = ["collector", "store"]
pytestmark = pytest.mark.integration


def test_an_instance_is_stored_sealed_listed_and_never_overwritten_by_mistake(
    collector: Collector, store: Store, tmp_path: Path
) -> None:
    add = ("instance", "add", "norte", "--url", "https://erp.norte.example/webservice/v1", *PLACE)
    first = collector(*add, ERP_TOKEN=f" {TOKEN}\n")
    assert first.returncode == 0
    assert "`collector instance test norte`" in first.stderr
    found = stored(store)["norte"]
    assert unseal(found.erp.token, KEY) == TOKEN  # type: ignore[union-attr]  # an IXC has one
    assert (found.zone, found.state, found.rules.min_days_overdue) == ("America/Maceio", "AL", 7)

    again = collector(*add, "--min-days-overdue", "10", ERP_TOKEN=TOKEN)
    assert (again.returncode, again.stderr.count("\n")) == (BAD_CONFIGURATION, 1)
    assert "collector instance set" in again.stderr
    assert stored(store)["norte"] == found

    on_screen, in_file = collector.each([("instance", "list"), ("instance", "list", "--output", "list.json")])
    assert in_file.returncode == 0
    (row,) = json.loads((tmp_path / "list.json").read_text())
    assert (row["name"], row["state"], row["min_days_overdue"], row["wrong"]) == ("norte", "AL", 7, "")
    assert "norte" in on_screen.stdout
    for said in (first, again, on_screen):
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
            (
                "instance",
                "add",
                "sul",
                "--erp",
                "rbx",
                "--url",
                "https://rbx.example/routerbox/",
                *PLACE,
                "--every",
                "bill=60",
            ),
            ("instance", "add", "leste", "--erp", "altarede-export", "--folder", "exports", *PLACE),
            (
                "instance",
                "add",
                "oeste",
                "--erp",
                "altarede-webhooks",
                "--url",
                "https://n8n.example/",
                *PLACE,
                "--config",
                hooks,
            ),
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
    add = ("instance", "add", "n", "--url", "http://e", *PLACE)
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
    place = {"state": "AL", "zone": "America/Maceio", "ddd": "82"}
    old = {"_id": "old", "name": "old", **place, "erp": {"kind": "ixc", "url": "https://e.example"}}
    store[INSTANCES].insert_one(old)
    listed, tested, unknown = collector.each(
        [("instance", "list", "-o", "list.json"), ("instance", "test", "old"), ("instance", "test", "new")]
    )
    assert listed.returncode == 0
    (row,) = json.loads((tmp_path / "list.json").read_text())
    assert (row["name"], row["wrong"]) == ("old", "erp.token")
    for said, sentence in ((tested, "the field erp.token of the instance old is wrong"), (unknown, "no instance new")):
        assert (said.returncode, said.stdout, said.stderr.count("\n")) == (BAD_CONFIGURATION, "", 1)
        assert sentence in said.stderr

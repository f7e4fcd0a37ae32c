"""`collector instance set | show | pause | resume | export | import` as an operator runs them, against the real MongoDB."""

import json
from pathlib import Path

import pytest

from schemas.runtime.secrets import unseal
from schemas.views import INSTANCES
from tests.integration.asked import Store
from tests.integration.command import Collector
from tests.integration.instance_store import (
    BAD_CONFIGURATION,
    KEY,
    PLACE,
    TOKEN,
    collector,
    config,
    store,
    stored,
)

__all__ = ["collector", "store"]
pytestmark = pytest.mark.integration

URL = "https://erp.norte.example/webservice/v1/"
ADD = (
    "instance",
    "add",
    "norte",
    "--url",
    URL,
    *PLACE,
    "--min-days-overdue",
    "10",
    "--every",
    "bill=60",
    "--every",
    "client=90",
)
ANOTHER = f"18:{'b' * 40}"


def test_a_change_changes_what_is_named_and_nothing_else(collector: Collector, store: Store, tmp_path: Path) -> None:
    """`add --replace` put zone, state and limits back to São Paulo's in silence."""
    assert collector(*ADD, ERP_TOKEN=TOKEN).returncode == 0
    before = stored(store)["norte"]

    said = collector("instance", "set", "norte", "--ddd", "81", "--every", "bill=120", ERP_TOKEN=ANOTHER)
    assert said.returncode == 0, said.stderr
    after = stored(store)["norte"]
    erp = before.erp.model_copy(update={"every": {"bill": 120, "client": 90}})
    assert after == before.model_copy(update={"ddd": "81", "erp": erp})
    assert [word in said.stdout for word in ("ddd", "erp.every.bill", "zone", "token")] == [True, True, False, False]
    assert "every client is published again by the next sweep of clients (every 90 s)" in said.stderr

    assert "nothing changed" in collector("instance", "set", "norte", "--ddd", "81").stdout
    wrong = collector("instance", "set", "norte", "--zone", "Brasil")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (BAD_CONFIGURATION, 1)
    assert "--zone, such as America/Maceio" in wrong.stderr
    kind = collector("instance", "set", "norte", "--config", config(tmp_path, "kind.json", erp={"kind": "rbx"}))
    assert "erp.kind cannot be changed" in kind.stderr
    assert stored(store)["norte"] == after

    secret = collector("instance", "set", "norte", "--secrets", ERP_TOKEN=ANOTHER)
    assert secret.returncode == 0
    assert unseal(stored(store)["norte"].erp.token, KEY) == ANOTHER  # type: ignore[union-attr]  # an IXC has one
    assert "sealed anew" in secret.stdout
    assert ANOTHER not in secret.stdout + secret.stderr
    assert "there is no instance sul" in collector("instance", "set", "sul", "--ddd", "81").stderr


def test_a_pause_is_one_field_and_is_listed(collector: Collector, store: Store, tmp_path: Path) -> None:
    collector(*ADD, ERP_TOKEN=TOKEN)
    before = stored(store)["norte"]
    paused = collector("instance", "pause", "norte")
    assert (paused.returncode, "is paused" in paused.stderr) == (0, True)
    assert stored(store)["norte"] == before.model_copy(update={"paused": True})
    assert "nothing changed" in collector("instance", "pause", "norte").stderr
    assert collector("instance", "list", "-o", "list.json").returncode == 0
    assert json.loads((tmp_path / "list.json").read_text())[0]["paused"] is True
    assert collector("instance", "resume", "norte").returncode == 0
    assert stored(store)["norte"] == before


def test_every_field_is_shown_and_exported_but_secrets(collector: Collector, store: Store, tmp_path: Path) -> None:
    """And what was exported makes the same instance elsewhere."""
    collector(*ADD, "--title", "Provedor Norte", ERP_TOKEN=TOKEN)
    before = stored(store)["norte"]
    shown, file, exported = collector.each(
        [
            ("instance", "show", "norte"),
            ("instance", "show", "norte", "-o", "norte.json"),
            ("instance", "export", "-o", "all.json"),
        ]
    )
    assert [one.returncode for one in (shown, file, exported)] == [0, 0, 0]
    rows = {row["field"]: row["value"] for row in json.loads((tmp_path / "norte.json").read_text())}
    assert (rows["erp.url"], rows["erp.token"], rows["rules.min_days_overdue"], rows["ddd"]) == (URL, "set", 10, "82")
    everything = shown.stdout + (tmp_path / "norte.json").read_text() + (tmp_path / "all.json").read_text()
    assert TOKEN not in everything
    assert before.erp.token not in everything  # type: ignore[union-attr]  # as above
    assert (tmp_path / "all.json").stat().st_mode & 0o777 == 0o600

    taken = collector("instance", "import", "all.json", ERP_TOKEN=TOKEN)
    assert (taken.returncode, taken.stderr.count("\n")) == (BAD_CONFIGURATION, 1)
    assert "norte exist" in taken.stderr
    store[INSTANCES].delete_many({})
    assert "ERP_TOKEN is not set" in collector("instance", "import", "all.json", ERP_TOKEN="").stderr
    assert collector("instance", "import", "all.json", ERP_TOKEN=TOKEN).returncode == 0
    after = stored(store)["norte"]
    assert unseal(after.erp.token, KEY) == TOKEN  # type: ignore[union-attr]  # as above
    assert after.model_copy(update={"erp": before.erp}) == before


def test_several_are_imported_each_with_its_own_secret_and_merged_where_they_are_known(
    collector: Collector, store: Store, tmp_path: Path
) -> None:
    collector(*ADD, ERP_TOKEN=TOKEN)
    sealed = stored(store)["norte"].erp.token  # type: ignore[union-attr]  # as above
    place = {"zone": "America/Maceio", "state": "AL", "ddd": "82", "erp": {"kind": "ixc", "url": URL}}
    several = [{"name": "norte", "erp": {"gap": 2}}, {"name": "sul", **place}, {"name": "oeste-2", **place}]
    (tmp_path / "several.json").write_text(json.dumps(several))
    missing = collector("instance", "import", "several.json", "--merge", SUL_ERP_TOKEN=TOKEN)
    assert "OESTE_2_ERP_TOKEN is not set" in missing.stderr
    assert stored(store).keys() == {"norte"}
    done = collector("instance", "import", "several.json", "--merge", SUL_ERP_TOKEN=TOKEN, OESTE_2_ERP_TOKEN=ANOTHER)
    assert done.returncode == 0, done.stderr
    found = stored(store)
    assert unseal(found["oeste-2"].erp.token, KEY) == ANOTHER  # type: ignore[union-attr]  # as above
    norte = found["norte"]
    assert (norte.erp.gap, norte.erp.token, norte.rules.min_days_overdue) == (2, sealed, 10)  # type: ignore[union-attr]

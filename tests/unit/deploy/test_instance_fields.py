"""An instance's fields merged, compared and shown without what opens its ERP."""

from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from deploy.cli.instance.set import effects, merged_patch
from deploy.instance_fields import checked, instance_of
from schemas.errors import StopWorker
from schemas.instance_changes import changes, exported, listed, merged, unproven
from tests.strategies import instance

KEY = SecretStr(Fernet.generate_key().decode())
TOKEN = f"17:{Fernet.generate_key().hex()[:32]}"

NESTED: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from("abcd"),
    st.recursive(st.integers(), lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=3), max_leaves=6),
    max_size=4,
)


def document(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of an instance
    made = instance_of({**exported(instance().model_dump(mode="json")), **fields}, {"erp.token": TOKEN}, KEY)
    return {"_id": made.name, **made.model_dump(mode="json")}


@given(NESTED, NESTED)
def test_a_merge_keeps_what_is_not_named_and_holds_what_is(before: dict[str, Any], patch: dict[str, Any]) -> None:
    after = merged(before, patch)
    assert merged(after, patch) == after
    assert {name: after[name] for name in before.keys() - patch.keys()} == {
        name: before[name] for name in before.keys() - patch.keys()
    }
    for name, value in patch.items():
        known = before.get(name)
        wanted = merged(known if isinstance(known, dict) else {}, value) if isinstance(value, dict) else value
        assert after[name] == wanted


def test_null_goes_back_to_the_default() -> None:
    before = document(reverse={"bairro": {"Centro": ["CTR"], "Farol": ["FRL"]}}, rules={"min_days_overdue": 3})
    after = merged(before, {"reverse": {"bairro": {"Centro": None}}, "rules": {"min_days_overdue": None}})
    found = checked({name: value for name, value in after.items() if name != "_id"})
    assert found.reverse == {"bairro": {"Farol": ("FRL",)}}
    assert found.rules.min_days_overdue == 7


def test_a_config_outweighs_options_and_its_nulls_survive() -> None:
    given = {"ddd": "82", "erp": {"gap": "1", "url": "http://a"}}
    assert merged_patch(given, {"erp": {"gap": None}, "title": None}) == {
        "ddd": "82",
        "erp": {"gap": None, "url": "http://a"},
        "title": None,
    }


def test_an_export_holds_everything_but_secrets_and_can_be_read_again() -> None:
    before = document(paused=True, reverse={"bairro": {"Centro": ["CTR"]}})
    text = exported(before)
    assert "token" not in text["erp"]
    assert before["erp"]["token"] not in str(text)
    again = instance_of(text, {"erp.token": TOKEN}, KEY).model_dump(mode="json")
    assert exported(again) == text


def test_of_a_secret_only_that_it_is_set_and_that_it_changed_is_shown() -> None:
    before, after = document(), document(ddd="11")
    assert before["erp"]["token"] != after["erp"]["token"]
    rows = changes(before, after)
    assert rows == [
        {"field": "ddd", "before": "82", "after": "11"},
        {"field": "erp.token", "before": "set", "after": "sealed anew"},
    ]
    shown = {str(row["field"]): row["value"] for row in listed(before)}
    assert (shown["erp.token"], shown["erp.url"], shown["paused"]) == ("set", before["erp"]["url"], False)
    assert before["erp"]["token"] not in str(shown)
    assert changes(before, before) == []


def test_what_follows_from_a_change_is_said() -> None:
    assert effects(instance(), []) == []
    assert effects(instance(), ["title"]) == ["stages read it within 5 seconds"]
    assert "published again by the next sweep of clients (every 3600 s)" in effects(instance(), ["ddd"])[1]
    assert effects(instance(), ["erp.gap"])[1] == "its sweeps begin anew"


def test_what_comes_out_of_a_change_must_be_an_instance() -> None:
    with pytest.raises(StopWorker, match="zone is wrong"):
        checked(merged(exported(document()), {"zone": "Brasil"}))


PABX = {"control": {"kind": "ari", "url": "http://pabx.example:8088/ari", "user": "c"}, "context": "c", "armed": True}
QUIET = {**PABX, "armed": False}


@pytest.mark.parametrize(
    ("before", "patch", "rings"),
    [
        (None, PABX, False),  # an export of elsewhere
        (QUIET, PABX, False),  # an export of before it was disarmed
        (QUIET, {"armed": True, "channels": 3}, False),
        (PABX, {"endpoint": "PJSIP/0{national}@trunk"}, False),
        (PABX, {"context": None, "app": "other"}, False),
        (PABX, {"channels": 3}, True),
        (QUIET, {"armed": True}, True),  # `collector pabx arm`, after its trial
    ],
)
def test_nothing_rings_over_a_route_that_was_not_tried(before: Any, patch: dict[str, Any], rings: bool) -> None:  # noqa: ANN401 - JSON, or none
    stored = document(pabx=before)

    after = unproven(
        stored, {"pabx": patch}, checked(merged({k: v for k, v in stored.items() if k != "_id"}, {"pabx": patch}))
    )

    assert after.pabx is not None
    assert after.pabx.armed is rings

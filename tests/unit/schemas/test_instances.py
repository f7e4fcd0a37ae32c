"""A wrong configuration is refused where it is read: no stage meets it later."""

from typing import Any

import pytest
from pydantic import ValidationError

from schemas.instances import STRICTEST, wrong_field
from tests.strategies import instance

ERP = {"kind": "ixc", "url": "http://erp.example/", "token": "-"}


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("name", {"name": "Norte:1"}),
        ("zone", {"zone": "America/Nowhere"}),
        ("state", {"state": "XX"}),
        ("ddd", {"ddd": "082"}),
        ("erp.kind", {"erp": {**ERP, "kind": "sap"}}),
        ("erp.url", {"erp": {**ERP, "url": "erp.example"}}),
        ("erp.page_size", {"erp": {**ERP, "page_size": 0}}),
        ("erp.every.bill", {"erp": {**ERP, "every": {"bill": 0}}}),
        ("erp.folder", {"erp": {"kind": "altarede-export", "folder": ""}}),
        ("erp.token_in", {"erp": {**ERP, "kind": "altarede-webhooks", "token_in": "cookie:x"}}),
        ("erp.resources.bill.path", {"erp": {**ERP, "kind": "altarede-webhooks", "resources": {"bill": {}}}}),
        ("reverse.bairro", {"reverse": {"bairro": {"Centro": ["CENTRO"], "Outro": ["centro"]}}}),
        ("rules.min_days_overdue", {"rules": {"min_days_overdue": -1}}),
        ("rules.windows.7.[key]", {"rules": {"windows": {7: {"opens": "09:00", "closes": "19:00"}}}}),
        ("rules.windows.0.opens", {"rules": {"windows": {0: {"opens": "09:00-03:00", "closes": "19:00"}}}}),
        ("rules.window", {"rules": {"window": {}}}),
    ],
)
def test_a_wrong_field_is_named(field: str, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        instance(**fields)

    assert caught.value.error_count() == 1
    assert wrong_field(caught.value) == field


def test_the_default_windows_are_the_strictest_state_law() -> None:
    """9-19 from Monday to Friday (`schemas/erp/BRAZIL.md`, "Calling hours")."""
    hours = {
        day: (window.opens.isoformat("minutes"), window.closes.isoformat("minutes")) for day, window in STRICTEST.items()
    }

    assert hours == dict.fromkeys(range(5), ("09:00", "19:00"))
    assert instance().rules.windows == STRICTEST


def test_an_instance_survives_its_own_document() -> None:
    """As `collector instance add` writes it: JSON, with text keys."""
    written = instance(rules={"windows": {5: {"opens": "08:00", "closes": "14:00"}}})

    assert instance(**written.model_dump(mode="json")) == written

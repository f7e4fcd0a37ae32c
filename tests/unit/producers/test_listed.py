"""What of an instance that is not valid may stand in a label."""

import pytest

from producers.held.listed import labels
from schemas.instances import Instance


@pytest.mark.parametrize(
    ("name", "field", "told"),
    [
        ("vale", "erp.kind", ("vale", "erp")),
        ("vale", "pabx.dial.(82) 98877-6655", ("vale", "pabx")),
        ("vale", "zone", ("vale", "zone")),
        ("vale", "", ("vale", "other")),
        ("vale", "(82) 98877-6655.more", ("vale", "other")),
        ("Quitéria Plantada", "rules", ("other", "rules")),
        ("vale\n", "rules", ("other", "rules")),
    ],
)
def test_only_names_of_ours_are_told(name: str, field: str, told: tuple[str, str]) -> None:
    """An instance's name is a name of ours where it could be one; a field's, where `Instance` has it."""
    assert labels({name: field}) == {told}


def test_every_instance_is_told_and_every_part_by_its_name() -> None:
    wrong = {f"n{number}": field for number, field in enumerate(Instance.model_fields)}
    assert labels(wrong) == set(wrong.items())
    assert labels({}) == set()

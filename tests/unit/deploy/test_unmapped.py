"""The lines of `collector unmapped`."""

from typing import get_args

from deploy.unmapped import COLUMNS, WHATS, pipeline, rows
from schemas.reverse_map import Subject
from tests.strategies import instance

PROVIDER = instance(reverse={"bairro": {"Centro": ("CTR",)}, "client_type": {"Residencial": ("Casa",)}})


def test_bairros_and_client_types_are_told_by_their_own_map() -> None:
    counts = [{"_id": "ctr", "clients": 9}, {"_id": "CASA", "clients": 4}, {"_id": "CENTROO", "clients": 2}]

    assert rows("bairro", counts, PROVIDER) == [
        dict(zip(COLUMNS, ("bairro", "Casa", "CASA", 4, "", None, None), strict=True)),
        dict(zip(COLUMNS, ("bairro", "Centroo", "CENTROO", 2, "Centro", 92, None), strict=True)),
    ]
    assert [row["value"] for row in rows("client_type", counts, PROVIDER)] == ["Ctr", "Centroo"]


def test_without_a_map_everything_is_unmapped() -> None:
    found = rows("bairro", [{"_id": "CENTRO", "clients": 2}, {"_id": "Centro ", "clients": 3}], instance())
    assert [(row["value"], row["raw"], row["clients"]) for row in found] == [("Centro", "Centro  | CENTRO", 5)]


def test_codes_show_the_word_and_the_erps_own_code() -> None:
    counts = [
        {"_id": {"word": "contract.access", "raw": "CE"}, "clients": 1, "rows": 3},
        {"_id": {"word": "bill.status", "raw": "Z"}, "clients": 5, "rows": 9},
    ]
    assert [(*tuple(row.values())[:4], row["rows"]) for row in rows("codes", counts, PROVIDER)] == [
        ("codes", "bill.status", "Z", 5, 9),
        ("codes", "contract.access", "CE", 1, 3),
    ]


def test_problems_are_their_own_names() -> None:
    found = rows("phones", [{"_id": "too_short", "clients": 2}, {"_id": "text", "clients": 7}], PROVIDER)
    assert [(row["value"], row["raw"], row["clients"]) for row in found] == [("text", "", 7), ("too_short", "", 2)]


def test_everything_that_can_be_named_is_counted_within_one_instance() -> None:
    assert set(get_args(Subject)) < set(WHATS)
    for what in WHATS:
        assert pipeline(what, "norte")[0] == {"$match": {"instance": "norte"}}

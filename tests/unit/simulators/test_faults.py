from random import Random

import orjson
import pytest
from pydantic import ValidationError

from deploy.simulators.ixc.faults import Fault, spoil, strike

GOOD = b'{"page":"1","total":"1","registros":[{"id":"1"}]}'


def struck(fault: Fault, tables: list[str], seed: int = 1) -> list[bool]:
    """Whether each of the requests in turn was struck."""
    standing: tuple[Fault, ...] = (fault,)
    rng, found = Random(seed), []
    for table in tables:
        hit, standing = strike(standing, table, rng)
        found.append(hit is not None)
    return found


def test_a_count_is_used_up() -> None:
    assert struck(Fault(kind="html", count=2), ["cliente"] * 4) == [True, True, False, False]


def test_without_a_count_it_stands() -> None:
    assert all(struck(Fault(kind="html"), ["cliente"] * 50))


def test_from_a_page_on_the_earlier_ones_are_spared_and_only_its_table_is_counted() -> None:
    fault = Fault(kind="cut", table="cliente", from_page=3, count=1)

    assert struck(fault, ["cliente", "uf", "cliente", "uf", "cliente", "cliente"]) == [
        False,
        False,
        False,
        False,
        True,
        False,
    ]


def test_a_share_is_drawn_from_the_seeded_generator() -> None:
    hits = struck(Fault(kind="html", share=0.25), ["cliente"] * 400)

    assert sum(hits) == pytest.approx(100, abs=30)
    assert hits == struck(Fault(kind="html", share=0.25), ["cliente"] * 400)


def test_one_request_is_struck_once_and_the_next_fault_keeps_its_count() -> None:
    first, second = Fault(kind="html", count=1), Fault(kind="cut", count=1)

    hit, standing = strike((first, second), "cliente", Random(1))

    assert hit == first
    assert [(fault.kind, fault.count) for fault in standing] == [("cut", 1)]


def test_a_cut_body_is_no_json() -> None:
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(spoil(Fault(kind="cut"), "cliente", GOOD).body)


@pytest.mark.parametrize(
    ("kind", "status", "part"),
    [("html", 200, "<div style="), ("status500", 500, "500"), ("permission", 200, "recurso cliente"), ("ip", 200, "Seu IP")],
)
def test_each_answer_is_the_documented_one(kind: str, status: int, part: str) -> None:
    reply = spoil(Fault.model_validate({"kind": kind}), "cliente", GOOD)

    assert reply.status == status
    assert part in reply.body.decode()


@pytest.mark.parametrize("kind", ["slow", "shift", "drop"])
def test_what_spoils_the_manner_leaves_the_page(kind: str) -> None:
    assert spoil(Fault.model_validate({"kind": kind}), "cliente", GOOD).body == GOOD


@pytest.mark.parametrize("bad", [{"kind": "typo"}, {"kind": "html", "share": 0}, {"kind": "html", "cuont": 1}])
def test_a_mistyped_order_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Fault.model_validate(bad)

"""Which standing order strikes which request."""

from random import Random

from deploy.simulators.pabx.faults import Fault, strike


def struck(faults: tuple[Fault, ...], *methods: str) -> list[str | None]:
    found: list[str | None] = []
    rng = Random(1)
    for method in methods:
        fault, faults = strike(faults, method, rng)
        found.append(fault.kind if fault else None)
    return found


def test_an_order_is_about_its_method() -> None:
    assert struck((Fault(kind="cut"),), "GET", "POST", "DELETE") == [None, "cut", None]
    assert struck((Fault(kind="cut", method=None),), "GET", "POST", "DELETE") == ["cut"] * 3


def test_an_order_is_carried_out_so_often_and_then_the_next() -> None:
    assert struck((Fault(kind="cut", count=2), Fault(kind="late")), *["POST"] * 4) == ["cut", "cut", "late", "late"]


def test_an_order_strikes_in_its_share_of_the_cases() -> None:
    found = struck((Fault(kind="drop", share=0.25),), *["POST"] * 400)
    assert 60 < found.count("drop") < 140

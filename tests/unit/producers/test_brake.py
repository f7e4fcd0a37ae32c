"""An ERP is believed only so far when rows disappear."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.erp.brake import BELIEVED_FOR, must_wait, reason
from schemas.beliefs import Belief
from schemas.instances import Brake
from schemas.rows import Kind
from schemas.sweeps import Sweep
from schemas.topics import BILLS, SWEEPS
from tests.strategies import SEEN
from tests.unit.producers.shop import HERE, bill, opened

BRAKE = Brake()
MANY = 100


def read(known: int, missing: int) -> Sweep:
    fields = {"instance": "norte", "erp": "ixc", "kind": "bill", "sweep": "1", "phase": "reading", "at": SEEN}
    return Sweep.model_validate({**fields, "known": known, "missing": missing})


def said(missing: int) -> Belief:
    return Belief(instance="norte", kind="bill", missing=missing, at=SEEN)


@pytest.mark.parametrize(
    ("known", "missing", "waits"),
    [(1_000, 1_000, True), (1_000, 201, True), (1_000, 200, False), (51, 51, True), (50, 50, False), (0, 0, False)],
)
def test_a_fifth_and_more_than_fifty_rows_wait(known: int, missing: int, *, waits: bool) -> None:
    assert must_wait(BRAKE, read(known, missing), None, SEEN) is waits


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_share_of_one_never_waits(known: int, missing: int) -> None:
    assert not must_wait(Brake(share=1, rows=0), read(known, min(known, missing)), None, SEEN)


@given(st.integers(0, 1_000), st.integers(0, 1_000))
def test_what_was_believed_may_go_and_what_is_more_must_itself_be_below_the_line(missing: int, believed: int) -> None:
    waits = must_wait(BRAKE, read(1_000, missing), said(believed), SEEN)

    assert waits is (missing > 200 and missing - believed > 200)


@pytest.mark.parametrize(("age", "waits"), [(BELIEVED_FOR, True), (BELIEVED_FOR / 2, False), (-timedelta(hours=3), False)])
def test_a_belief_lapses(age: timedelta, *, waits: bool) -> None:
    """A clock that was set back makes it no older."""
    assert must_wait(BRAKE, read(1_000, 1_000), said(1_000), SEEN + age) is waits


def test_the_reason_says_how_many_and_what_to_do() -> None:
    found = reason(read(1_000, 700))

    assert "700 of 1000" in found
    assert "collector instance believe norte bill" in found


class Said:
    """One operator."""

    def __init__(self) -> None:
        self.belief: Belief | None = None

    async def about(self, instance: str, kind: Kind) -> Belief | None:
        assert (instance, kind) == (HERE.name, "bill")
        return self.belief

    async def used(self, belief: Belief) -> None:
        assert belief is self.belief
        self.belief = None


async def test_a_list_that_is_suddenly_empty_closes_nothing_until_somebody_believes_it() -> None:
    """What is new is published all the same; a belief counts once."""
    async with opened() as shop:
        shop.sweeper.beliefs = operator = Said()
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, MANY + 1)))
        await shop.sweep()
        shop.news()
        shop.erp.rows["fn_areceber"] = {"900": bill("900")}
        held = await shop.sweep()

        assert (held.phase, held.known, held.absent, held.missing, held.published) == ("held", MANY, MANY, MANY, 1)
        assert shop.phases()[-2:] == ["started", "held"]
        assert [event.id for event in shop.news()] == ["900"]
        assert len(shop.seen()) == MANY + 1
        assert (await shop.sweep()).phase == "held"

        assert not await shop.sweeper.believed("bill")
        operator.belief = said(MANY)
        assert await shop.sweeper.believed("bill")
        done = await shop.sweep()
        assert (done.phase, done.published, set(shop.seen())) == ("completed", MANY, {"900"})
        assert {event.row for event in shop.news()} == {None}
        assert operator.belief is None


async def test_rows_that_come_back_release_the_brake_and_void_what_was_said() -> None:
    async with opened() as shop:
        shop.sweeper.beliefs = operator = Said()
        rows = {str(code): bill(str(code)) for code in range(1, MANY + 1)}
        shop.erp.rows["fn_areceber"] = dict(rows)
        await shop.sweep()
        shop.erp.rows["fn_areceber"] = {}
        assert (await shop.sweep()).phase == "held"
        operator.belief = said(MANY)
        shop.erp.rows["fn_areceber"] = rows
        shop.news()
        done = await shop.sweep()

        assert (done.phase, done.published, shop.news()) == ("completed", 0, [])
        assert operator.belief is None
        shop.erp.rows["fn_areceber"] = {}
        assert (await shop.sweep()).phase == "held"


async def test_rows_that_were_paid_are_evidence_and_not_absence() -> None:
    """Most of them paid, and fifty gone: no ERP that shows a payment is thought to be empty."""
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, MANY + 1)))
        await shop.sweep()
        for code in range(1, 51):
            shop.erp.put("fn_areceber", bill(str(code), status="R"))
            del shop.erp.rows["fn_areceber"][str(code + 50)]
        done = await shop.sweep()

        assert (done.phase, done.absent, done.missing, shop.seen()) == ("completed", MANY, 50, {})


async def test_what_was_paid_is_told_though_the_rest_is_held_back() -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, MANY + 1)))
        await shop.sweep()
        shop.news()
        shop.erp.rows["fn_areceber"] = {"1": bill("1", status="R")}

        assert (await shop.sweep()).phase == "held"
        assert [(event.id, event.row and event.row["status"]) for event in shop.news()] == [("1", "R")]
        assert shop.broker.parts[SWEEPS.name, 0]
        assert list(shop.broker.of(BILLS.name))

"""Documents of promises and blocklist: what can be read is obeyed, what cannot holds whoever it may concern."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.calling.gather import Unreadable, gathered
from schemas.controls import NO_CONTROLS, AllControls, Controls, Doubts

PROMISE = {"_id": 1, "instance": "norte", "code": "1042", "until": "2026-01-12"}
BLOCK = {"_id": 2, "instance": "norte", "person": "a" * 32, "phone": ""}
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.binary(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=3), inner, max_size=2)),
    max_leaves=3,
)


def test_what_people_decided_is_kept_by_instance() -> None:
    """Of two promises of one debtor the later day counts, in whichever order they are read."""
    later, others = {**PROMISE, "until": "2026-01-20"}, {**PROMISE, "instance": "sul", "code": "7"}
    phone = {"instance": "norte", "phone": "+5582999990001"}
    for promises in ([PROMISE, later, others], [later, PROMISE, others]):
        found, unreadable = gathered(promises, [BLOCK, phone])

        assert unreadable == ()
        assert found.of("norte") == Controls(
            {"1042": date(2026, 1, 20)}, frozenset(["a" * 32]), frozenset(["+5582999990001"])
        )
        assert found.of("sul") == Controls({"7": date(2026, 1, 12)})
        assert found.of("leste") == NO_CONTROLS


def test_a_field_that_a_newer_version_added_is_ignored() -> None:
    """It must not stop the stage, nor hold anybody else."""
    found, unreadable = gathered([{**PROMISE, "by": "ana"}], [{**BLOCK, "reason": {"text": "asked"}}])

    assert (found, unreadable) == (gathered([PROMISE], [BLOCK])[0], ())


@pytest.mark.parametrize(
    ("promises", "blocks", "named", "others", "field"),
    [
        ([{**PROMISE, "until": "soon"}], [], {"norte": Doubts(codes=frozenset(["1042"]))}, Doubts(), "until"),
        ([{**PROMISE, "code": 1042}], [], {"norte": Doubts(everybody=True)}, Doubts(), "code"),
        ([{**PROMISE, "instance": None}], [], {}, Doubts(codes=frozenset(["1042"])), "instance"),
        ([{"_id": 1}], [], {}, Doubts(everybody=True), "instance"),
        ([], [{**BLOCK, "phone": 5582}], {"norte": Doubts(people=frozenset(["a" * 32]))}, Doubts(), "phone"),
        (
            [],
            [{**BLOCK, "person": 1, "phone": "+55"}],
            {"norte": Doubts(phones=frozenset(["+55"]))},
            Doubts(),
            "person",
        ),
        ([], [{**BLOCK, "person": []}], {"norte": Doubts(everybody=True)}, Doubts(), "person"),
        ([], [{**BLOCK, "instance": "NORTE"}], {}, Doubts(people=frozenset(["a" * 32])), "instance"),
        ([], [{"_id": 2, "instance": {}, "phone": 1}], {}, Doubts(everybody=True), "instance"),
    ],
)
def test_what_cannot_be_read_holds_whom_it_may_concern(
    promises: list[dict[str, Any]],
    blocks: list[dict[str, Any]],
    named: dict[str, Doubts],
    others: Doubts,
    field: str,
) -> None:
    """The debtor it names, else all of its instance; those of every instance where it names none. It is reported."""
    found, unreadable = gathered(promises, blocks)

    assert found == AllControls({name: Controls(doubts=doubts) for name, doubts in named.items()}, Controls(doubts=others))
    assert unreadable == (Unreadable("promises" if promises else "blocklist", "1" if promises else "2", field),)


def test_doubts_of_no_instance_join_those_of_each() -> None:
    found, _ = gathered([PROMISE, {**PROMISE, "until": None}, {**PROMISE, "instance": 1, "code": "9"}], [])

    assert found.of("norte") == Controls({"1042": date(2026, 1, 12)}, doubts=Doubts(codes=frozenset(["1042", "9"])))
    assert found.of("sul") == Controls(doubts=Doubts(codes=frozenset(["9"])))


@given(
    st.dictionaries(st.sampled_from(["_id", "instance", "code", "until"]), JSON),
    st.dictionaries(st.sampled_from(["_id", "instance", "person", "phone"]), JSON),
)
def test_whatever_stands_there_either_counts_or_is_reported_and_never_raises(
    promise: dict[str, Any], block: dict[str, Any]
) -> None:
    """And what is reported holds somebody."""
    found, unreadable = gathered([promise], [block])
    doubts = [found.others.doubts, *(controls.doubts for controls in found.named.values())]

    assert bool(unreadable) is (any(doubt != Doubts() for doubt in doubts))
    assert len(unreadable) <= 2

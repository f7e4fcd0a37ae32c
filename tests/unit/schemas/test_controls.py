"""What is written where somebody decides, and whom a decision silences."""

from datetime import date

from schemas.controls import Block, Controls, Promise


def test_a_promise_is_one_document_of_its_debtor() -> None:
    """A second one takes the first one's place."""
    made = Promise(instance="norte", code="7", until=date(2026, 12, 1)).document
    assert made == {"_id": "norte:7", "instance": "norte", "code": "7", "until": "2026-12-01"}


def test_a_block_is_one_document_of_a_person_or_a_number() -> None:
    """And the audit says which of both, not whom."""
    person, number = Block(instance="norte", person="p" * 32), Block(instance="norte", phone="+5582999990000")
    assert person.document == {"_id": "norte:" + "p" * 32, "instance": "norte", "person": "p" * 32, "phone": ""}
    assert number.document["_id"] == "norte:+5582999990000"
    assert (person.what, number.what) == ("a person", "a number")


def test_a_blocked_number_silences_only_who_has_no_other() -> None:
    """Who has no number at all is not silenced by anything but his document."""
    decided = Controls(people=frozenset({"p"}), phones=frozenset({"1", "2"}))
    assert decided.silence("p", ())
    assert decided.silence("", ("1", "2"))
    assert not decided.silence("", ("1", "3"))
    assert not decided.silence("", ())

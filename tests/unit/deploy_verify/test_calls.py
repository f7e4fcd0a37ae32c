"""A call folded anew beside the one that was published: what time and order leave open is no difference."""

from datetime import datetime, timedelta

import pytest

from deploy.verify.difference import Difference
from deploy.verify.judge import call
from deploy.verify.refold import Refold
from processors.classify.calls import due
from processors.classify.stage import CLASSIFY, again
from schemas.calls import Call, CallPlaced
from schemas.codec import decode, encode
from schemas.evidence import Evidence
from schemas.keys import partition_of
from schemas.topics import CALLS, EVIDENCE, PLACED
from tests.unit.processors.classify.test_stage import KEY, MADE, NOW, call_of, fold, gone, placed, said
from tests.unit.records import Given, of

HOME = partition_of(b"norte:1042", CALLS.partitions)
DAY = timedelta(days=1)


def refolded(*events: CallPlaced | Evidence, now: datetime = NOW) -> bytes | None:
    """As verification reads them: one topic after the other."""
    found = Refold(CLASSIFY, {topic.name: 99 for topic in CLASSIFY.sources}, lambda _: True, now)
    for topic, kind in ((PLACED, CallPlaced), (EVIDENCE, Evidence)):
        mine = [one for one in events if isinstance(one, kind)]
        found.take([Given(topic.name, HOME, n, one.key, encode(one)) for n, one in enumerate(mine)])
    found.end()
    return found.states.get(KEY)


def judged(expected: bytes | None, found: bytes | None, now: datetime = NOW) -> list[Difference]:
    return list(call(KEY.decode(), "call.v1[0]@7", expected, found, now))


def changed(state: bytes | None, **fields: object) -> bytes:
    assert state is not None
    return encode(decode(Call, state).model_copy(update=fields))


def test_in_whatever_order_its_pieces_came_a_call_equals_itself() -> None:
    state = fold(None, gone("17"), placed()).state

    assert judged(refolded(placed(), gone("17")), state) == []
    assert judged(refolded(placed(), gone("17")), changed(state, version=9)) == []
    assert judged(None, None) == []


def test_what_was_damaged_is_named_and_no_number_is_shown_whole() -> None:
    state = fold(None, placed(), gone("17")).state
    expected = refolded(placed(), gone("17"))

    assert [(one.field, one.expected, one.found) for one in judged(expected, changed(state, outcome="human"))] == [
        ("outcome", "busy", "human")
    ]
    assert [(one.field, one.expected, one.found) for one in judged(expected, changed(state, number="+5582888880002"))] == [
        ("number", "…0001", "…0002")
    ]
    assert [(one.instance, one.code, one.found) for one in judged(expected, None)] == [
        ("norte", KEY.decode().partition(":")[2], "absent")
    ]
    assert [one.found for one in judged(None, state)] == ["present"]
    (unreadable,) = judged(expected, b"{")
    assert unreadable.found == "unreadable"


def test_what_is_lost_by_time_is_lost_when_its_time_has_come_and_not_before() -> None:
    opened = fold(None, placed()).state
    assert opened is not None
    at = due(call_of(fold(None, placed())))
    lost = again(KEY, opened, at).state

    assert judged(refolded(placed(), now=at), lost, at) == []
    assert judged(refolded(placed(), now=at), opened, at) == []
    answered = said(type="ChannelStateChange", state="Up")
    late = CLASSIFY.fold(KEY, lost, [of(EVIDENCE.name, answered.key, answered)], at).state  # an hour may not be over yet
    assert judged(refolded(placed(), answered, now=at), late, at) == []
    early = judged(refolded(placed()), lost, at - timedelta(seconds=1))
    assert {one.field for one in early} >= {"outcome", "why"}


def test_a_call_that_was_refused_and_heard_is_not_judged_as_two_topics_have_no_order() -> None:
    heard_first = fold(None, gone("17"), placed(answer="refused")).state

    assert call_of(fold(None, gone("17"), placed(answer="refused"))).answer == "refused"
    assert judged(refolded(placed(answer="refused"), gone("17")), heard_first) == []


@pytest.mark.parametrize(("age", "there"), [(timedelta(0), True), (3 * DAY, True), (3 * DAY + timedelta(seconds=1), False)])
def test_only_what_classify_remembers_is_folded(age: timedelta, *, there: bool) -> None:
    assert (refolded(placed(), gone("17"), now=MADE + age) is not None) is there

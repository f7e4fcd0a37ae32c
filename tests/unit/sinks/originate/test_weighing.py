"""What is asked once more right before ringing, and how long the answer is good for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.controls import Controls
from sinks.originate.clock_check import offset
from sinks.originate.dialling import ami_fields, ari_fields, number_forms
from sinks.originate.holds import config_of, document, hold_of, read
from sinks.originate.weighing import Refusal, Sight, Weighed, late, weigh
from tests.strategies import instance
from tests.unit.sinks.originate.pretended import ARI, NOON, armed, number, request

ASKED = request(1, phones=(1, 2))
PROMISED = Controls(promises={"1042": NOON.date()})


def sight(**changed: Any) -> Sight:  # noqa: ANN401 - any field
    return Sight(**{"at": NOON, "instance": armed(), **changed})


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"instance": None}, "instance_unknown"),
        ({"instance": armed().model_copy(update={"paused": True})}, "instance_paused"),
        ({"instance": instance(pabx=None)}, "no_pabx"),
        ({"refusing": True}, "pabx_refuses"),
        ({"erased": NOON}, "nothing_due"),
        ({"controls": PROMISED}, "promise"),
        ({"controls": Controls(phones=frozenset({number(1), number(2)}))}, "blocklist"),
        ({"instance": armed(min_days_overdue=40)}, "too_early"),
        ({"instance": instance(pabx={**ARI, "control": {**ARI["control"], "url": "http://new.example/ari"}})}, None),
    ],
)
def test_each_rule_of_the_moment_refuses(changed: dict[str, Any], reason: str | None) -> None:
    found = weigh(ASKED, sight(**changed), NOON)

    assert isinstance(found, Refusal)
    assert found.reason == reason
    assert found.reason or found.detail


def test_who_may_be_called_is_weighed_with_what_was_seen() -> None:
    found = weigh(ASKED, sight(), NOON)

    assert isinstance(found, Weighed)
    assert (found.number, found.ends_at) == (number(1), NOON + timedelta(seconds=5))


def test_the_newer_entry_counts() -> None:
    paid = ASKED.entry.model_copy(update={"debtor_version": 2, "facts": ASKED.entry.facts.model_copy(update={"due": ()})})
    found = weigh(ASKED, sight(entry=paid), NOON)
    assert isinstance(found, Refusal)
    assert found.reason == "nothing_due"

    older = paid.model_copy(update={"debtor_version": 0})
    assert isinstance(weigh(ASKED, sight(entry=older), NOON), Weighed)
    decided_later = paid.model_copy(update={"debtor_version": 1, "decided_at": NOON + timedelta(seconds=1)})
    assert isinstance(weigh(ASKED, sight(entry=decided_later), NOON), Refusal)
    assert isinstance(weigh(ASKED, sight(erased=NOON - timedelta(seconds=1)), NOON), Weighed)


@pytest.mark.parametrize(
    ("clock", "rings"),
    [("08:59:59", False), ("09:00:00", True), ("18:59:54", True), ("18:59:56", False), ("19:00:00", False)],
)
def test_the_hours_edges(clock: str, rings: bool) -> None:
    now = datetime.fromisoformat(f"2026-01-14T{clock}-03:00").astimezone(UTC)
    found = weigh(ASKED, sight(at=now), now)

    assert isinstance(found, Weighed) == rings
    if isinstance(found, Weighed):
        assert not late(found, sight(at=now), now)
        assert late(found, sight(at=now), datetime(2026, 1, 14, 21, 59, 56, tzinfo=UTC))


def test_a_look_is_good_for_five_seconds_and_for_no_clock_that_went_back() -> None:
    found = weigh(ASKED, sight(), NOON)

    assert isinstance(found, Weighed)
    offsets = (-0.1, 0, 4.9, 5, 60)
    assert [late(found, sight(), NOON + timedelta(seconds=one)) for one in offsets] == [True, False, False, True, True]


def test_a_clock_is_off_by_what_the_answers_way_does_not_explain() -> None:
    second = timedelta(seconds=1)

    assert offset(NOON, NOON + 5 * second, NOON) == 5 * second
    assert offset(NOON, NOON - 5 * second, NOON + 2 * second) == 5 * second
    assert offset(NOON, NOON + second, NOON + 4 * second) == 0 * second


def test_what_a_pabx_is_told_to_ring() -> None:
    pabx = armed().pabx
    assert pabx is not None
    assert number_forms("+5582999990001") == {
        "e164": "5582999990001",
        "plus": "+5582999990001",
        "national": "82999990001",
        "local": "999990001",
    }
    assert number_forms("+351912345678")["national"] == "351912345678"
    assert ari_fields(pabx, "A", number(1)) == {
        "endpoint": "PJSIP/82999990001@trunk",
        "context": "cobranca",
        "extension": "s",
        "priority": 1,
        "timeout": 30,
        "channelId": "A",
    }
    stasis = pabx.model_copy(update={"context": "", "app": "cobra", "caller_id": "Norte <551>"})
    assert {"app": "cobra", "callerId": "Norte <551>"}.items() <= ari_fields(stasis, "A", number(1)).items()
    assert dict(ami_fields(pabx, "A", number(1))) == {
        "Channel": "PJSIP/82999990001@trunk",
        "Context": "cobranca",
        "Exten": "s",
        "Priority": "1",
        "Timeout": "30000",
        "ChannelId": "A",
        "Async": "true",
    }


def test_a_hold_is_of_one_configuration_of_what_a_call_is_asked_for_with() -> None:
    pabx = armed().pabx
    assert pabx is not None
    hold = hold_of("norte", pabx, 403, "answered 403 Write access denied", NOON)

    assert read(document(hold)) == hold
    assert config_of(pabx.model_copy(update={"armed": False, "channels": 3})) == hold.config
    assert config_of(pabx.model_copy(update={"context": "outro"})) != hold.config
    assert read({"_id": "norte", "reason": 5}).config == ""

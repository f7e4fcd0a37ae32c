"""Why a debtor is called or not: each hold with its end, the ledger's marks, the attempts; no clock but the one given."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

from dashboard.words.labels import HOLDS
from deploy.why import ATTEMPTS_SHOWN, NOT_QUEUED, Seen, rows, subjects
from schemas.attempts import Attempt, AttemptState, Mark, Marks
from schemas.calling.freshness import Signs
from schemas.controls import NO_CONTROLS, Controls
from schemas.instances import Instance
from schemas.queue import Facts, HoldReason, PastCall, QueueEntry, Verdict
from schemas.stages import Heartbeat
from tests.strategies import instance

MACEIO = ZoneInfo("America/Maceio")
TUESDAY = datetime(2026, 1, 13, 10, tzinfo=MACEIO)
ONE, OTHER, ATTEMPT = "+5582999990001", "+5582999990002", "01KDZZ0000000000000000000A"
FACTS = Facts(
    name="FULANA", known=True, active=True, person="p" * 32, phones=(ONE, OTHER), uf="AL", due=((date(2026, 1, 1), 9_990),)
)
PABX = {"control": {"kind": "ari", "url": "http://127.0.0.1:9/ari", "user": "u"}, "context": "c", "armed": True}


def norte(**fields: Any) -> Instance:  # noqa: ANN401 - of an instance
    plain = instance(name="norte").model_dump(mode="json")
    return Instance.model_validate({**plain, "zone": "America/Maceio", "state": "AL", "pabx": PABX, **fields})


def fresh(now: datetime) -> Signs:
    beat = Heartbeat(stage="hydrate", worker="0", at=now, since=now, lag=0, progress=now)
    return Signs(swept={"norte": now}, hydrates=(beat,))


def seen(facts: Facts | None = FACTS, now: datetime = TUESDAY, **fields: Any) -> Seen:  # noqa: ANN401 - of Seen
    entry = facts and QueueEntry(
        instance="norte", code="7", version=1, debtor_version=1, decided_at=now, facts=facts, verdict=Verdict()
    )
    given = {"code": "7", "instance": norte(), "controls": NO_CONTROLS, "signs": fresh(now), "entry": entry, **fields}
    return Seen(**given)


def told(one: Seen, about: str, now: datetime = TUESDAY) -> list[tuple[object, object]]:
    return [(row["what"], row["until"]) for row in rows(one, now) if row["about"] == about]


def holds(one: Seen, now: datetime = TUESDAY) -> dict[str, object]:
    """By reason."""
    return {str(row["detail"]).split(":")[0]: row["until"] for row in rows(one, now) if row["about"] == "hold"}


def test_who_may_be_called_is_told_with_his_number() -> None:
    assert told(seen(), "verdict") == [("May be called now", None)]
    assert told(seen(), "number") == [(ONE, None)]
    assert told(seen(None), "verdict") == [(NOT_QUEUED, None)]


def test_each_hold_tells_when_it_ends_as_far_as_a_clock_ends_it() -> None:
    midnight = datetime(2026, 1, 16, tzinfo=MACEIO)
    cases: list[tuple[HoldReason, Seen, datetime, object]] = [
        ("outside_window", seen(), TUESDAY.replace(hour=20), TUESDAY.replace(day=14, hour=9)),
        ("too_early", seen(FACTS.model_copy(update={"due": ((date(2026, 1, 9), 1),)})), TUESDAY, midnight),
        ("promise", seen(controls=Controls(promises={"7": date(2026, 1, 15)})), TUESDAY, midnight),
        ("blocklist", seen(controls=Controls(people=frozenset({"p" * 32}))), TUESDAY, None),
        ("data_stale", seen(signs=Signs()), TUESDAY, None),
        ("pabx_refuses", seen(signs=fresh(TUESDAY)._replace(refusing=frozenset({"norte"}))), TUESDAY, None),
        ("instance_paused", seen(instance=norte(paused=True)), TUESDAY, None),
        ("no_phone", seen(FACTS.model_copy(update={"phones": ()})), TUESDAY, None),
    ]
    for reason, one, now, until in cases:
        at_hand = Seen(
            one.code, one.instance, one.controls, one.signs if reason == "data_stale" else _at(one, now), one.entry
        )
        assert holds(at_hand, now).get(reason, "not held") == until, reason


def _at(one: Seen, now: datetime) -> Signs:
    return fresh(now)._replace(refusing=one.signs.refusing)


def test_the_pabx_own_words_are_shown_where_it_refuses() -> None:
    one = seen(signs=fresh(TUESDAY)._replace(refusing=frozenset({"norte"})), refusal="answered 403 Write access denied")
    assert "answered 403 Write access denied" in str([row["detail"] for row in rows(one, TUESDAY)])


def test_a_limit_of_his_own_calls_ends_when_the_gap_does_and_his_turn_is_told() -> None:
    called = PastCall(attempt=ATTEMPT, at=TUESDAY - timedelta(minutes=30), number=ONE, outcome="human")
    found = seen(FACTS.model_copy(update={"calls": (called,)}))
    assert holds(found)["limit_gap"] == called.at + timedelta(hours=4)
    assert [row["at"] for row in rows(found, TUESDAY) if row["about"] == "next turn"] == [
        (called.at + timedelta(hours=4)).astimezone(UTC)
    ]


def test_the_ledger_speaks_for_whom_another_code_has_rung() -> None:
    at = TUESDAY - timedelta(minutes=10)
    mark = Mark(attempt=ATTEMPT, at=at, open=True)
    subject = f"person:{'p' * 32}"
    marks = {subject: Marks(subject=subject, n=1, calls=(mark,), expires_at=at + timedelta(days=8))}
    found = rows(seen(marks=marks), TUESDAY)
    limits = {str(row["detail"]).split(":")[0]: row["until"] for row in found if row["about"] == "limit"}
    assert limits == {
        "call_open": None,
        "limit_hour": at + timedelta(minutes=61),
        "limit_gap": at + timedelta(minutes=241),
    }
    assert [(row["what"], row["at"]) for row in found if row["about"] == "mark"] == [(subject, at)]


def test_whom_the_next_call_counts_on_is_whom_it_would_ring() -> None:
    entry = seen().entry
    assert entry is not None
    assert subjects(entry, norte(), OTHER) == ("client:norte:7", f"number:{OTHER}", f"person:{'p' * 32}")
    dry = norte(pabx={**PABX, "armed": False})
    assert all(one.startswith("dry:") for one in subjects(entry, dry, ONE))
    nobody = entry.model_copy(update={"facts": FACTS.model_copy(update={"phones": ()})})
    assert subjects(nobody, norte(), "") == ("client:norte:7", f"person:{'p' * 32}")


def test_ten_attempts_are_shown_with_what_became_of_them() -> None:
    def attempt(n: int, state: AttemptState, **fields: Any) -> Attempt:  # noqa: ANN401 - of an attempt
        identity = f"01KDZZ{n:020}"
        base = {"instance": "norte", "code": "7", "number": ONE, "pabx": "h:1", "subjects": ("client:norte:7",)}
        return Attempt(attempt=identity, state=state, at=TUESDAY, changed_at=TUESDAY, **base, **fields)

    some = [
        attempt(1, "ended", outcome="human"),
        attempt(2, "refused", reason="limit_gap"),
        attempt(3, "ended", dry_run=True),
    ]
    many = [*some, *(attempt(n, "lost", outcome="lost") for n in range(4, 20))]
    details = [str(row["detail"]) for row in rows(seen(attempts=many), TUESDAY) if row["about"] == "attempt"]
    assert len(details) == ATTEMPTS_SHOWN
    assert details[:4] == [
        f"ended, human; {ONE}",
        f"refused, limit_gap; {ONE}",
        f"dry run, ended; {ONE}",
        f"lost, lost; {ONE}",
    ]


def test_every_reason_has_words() -> None:
    assert set(get_args(HoldReason)) == HOLDS.keys()

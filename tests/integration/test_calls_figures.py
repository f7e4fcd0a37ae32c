"""Calls through the day and the week, their answers, what AMD said: a real MongoDB against the same counted in Python."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from pymongo import MongoClient
from ulid import ULID

from schemas import views
from schemas.attempts import Outcome
from schemas.calls import Call
from schemas.evidence import Evidence, Heard
from schemas.figures.call_answers import Answers, amd_causes, amd_pipeline, answers, answers_pipeline
from schemas.figures.call_list import calls_list_pipeline, dry_runs_pipeline, evidence_pipeline
from schemas.figures.calls_through_the_day import call_hours, hours_pipeline, week_hours, week_pipeline

pytestmark = pytest.mark.integration

ZONE = ZoneInfo("America/Manaus")
SINCE = datetime(2026, 11, 20, 4, tzinfo=UTC)
"""A Friday's midnight there."""
UNTIL = SINCE + timedelta(days=10)
OUTCOMES: tuple[Outcome | None, ...] = (None, *get_args(Outcome))
AMD = (
    ("", "", None),
    ("HUMAN", "HUMAN-1500-1500", ("HUMAN", "HUMAN")),
    ("machine", "LONGGREETING-1500-1500", ("MACHINE", "LONGGREETING")),
    ("MACHINE", "LONGGREETING-1700-1500", ("MACHINE", "LONGGREETING")),
    ("", "TOOLONG-5000", ("", "TOOLONG")),
    ("HANGUP", "", ("HANGUP", "")),
)
"""As AMD says it, and under what it is counted."""


def call(number: int, rng: Random, instance: str = "norte") -> Call:
    """At every hour and beside both ends; some dry, some open, some of unknown length."""
    at = SINCE + timedelta(hours=rng.randint(-2, 242), seconds=rng.choice((-1, 0, 1)))
    dry = rng.random() < 0.2
    outcome = None if dry else rng.choice(OUTCOMES)
    status, cause, _ = rng.choice(AMD)
    heard = Heard(amd_status=status, amd_cause=cause, witnesses=("ari",), hangup_cause=16)
    return Call(
        instance=instance, code="1042", attempt=str(ULID.from_datetime(at))[:20] + f"{number:06}", version=1, at=at,
        dry_run=dry, outcome=outcome, talk_s=rng.choice((None, 0.0, 7.5, 31.0)), heard=heard,
    )  # fmt: skip


def said(of: Call, seconds: int, **fields: str) -> Evidence:
    at = of.at + timedelta(seconds=seconds)
    return Evidence(
        instance=of.instance, code=of.code, attempt=of.attempt, witness="sql", piece="record", fields=fields, seen_at=at
    )


def test_calls_are_counted_as_python_counts_them(mongo_uri: str, database: str) -> None:
    """Dry runs and another provider's calls are in no figure; the list has dry runs too."""
    rng = Random(11)
    calls = [call(n, rng) for n in range(900)]
    with MongoClient[views.Document](mongo_uri, tz_aware=True) as client:
        store = client[database]["calls"]
        store.insert_many([views.call(one) for one in (*calls, call(900, rng, "sul"))])
        store.insert_one({"_id": "norte:1042:GRAVE", "erased": True, "at": SINCE, "version": 1})
        client[database]["debtors"].insert_one({"_id": "norte:1042", "client": {"name": "Ana"}})
        hours = call_hours(store.aggregate(hours_pipeline("norte", ZONE.key, SINCE, UNTIL)))
        week = week_hours(store.aggregate(week_pipeline("norte", ZONE.key, SINCE, UNTIL)))
        answered = answers(store.aggregate(answers_pipeline("norte", SINCE, UNTIL)))
        amd = amd_causes(store.aggregate(amd_pipeline("norte", SINCE, UNTIL)))
        dry = list(store.aggregate(dry_runs_pipeline("norte", SINCE, UNTIL)))
        listed = list(store.aggregate(calls_list_pipeline("norte", SINCE, UNTIL)))
        head = list(store.aggregate(calls_list_pipeline("norte", SINCE, UNTIL, 5)))
        pieces = client[database]["evidence"]
        pieces.insert_many(
            [
                views.evidence(one)
                for one in (said(calls[0], 9, disposition="B"), said(calls[0], 2, dst="A"), said(calls[1], 1))
            ]
        )
        told = list(pieces.aggregate(evidence_pipeline("norte", calls[0].attempt)))

    inside = [one for one in calls if SINCE <= one.at < UNTIL]
    rang = [one for one in inside if not one.dry_run]
    local = [(one, one.at.astimezone(ZONE)) for one in rang]
    assert {(one.hour, outcome): n for one in hours for outcome, n in one.outcomes.items()} == Counter(
        (at.hour, one.outcome) for one, at in local
    )
    assert {(one.weekday, one.hour): one.calls for one in week} == Counter((at.weekday(), at.hour) for _, at in local)
    humans = Counter((at.weekday(), at.hour) for one, at in local if one.outcome == "human")
    assert {(one.weekday, one.hour): one.human for one in week if one.human} == humans

    talks = [one.talk_s for one in rang if one.talk_s is not None]
    conversations = [one.talk_s for one in rang if one.outcome == "human" and one.talk_s is not None]
    assert answered == Answers(
        len(rang),
        sum(one.outcome is not None for one in rang),
        sum(one.outcome in {"human", "machine", "not_sure", "dropped"} for one in rang),
        sum(one.outcome == "human" for one in rang),
        len(talks),
        sum(talks),
        len(conversations),
        sum(conversations),
    )
    assert answered.human_rate == answered.human / answered.ended
    assert answered.human_mean_s == sum(conversations) / len(conversations)

    words = {(status, cause): key for status, cause, key in AMD}
    causes = Counter(words[one.heard.amd_status, one.heard.amd_cause] for one in rang)
    assert {(one.status, one.cause): one.calls for one in amd} == {key: n for key, n in causes.items() if key}
    assert [one.calls for one in amd] == sorted((one.calls for one in amd), reverse=True)

    assert dry == [{"n": len(inside) - len(rang)}]
    assert {row["attempt"] for row in listed} == {one.attempt for one in inside}
    assert [row["at"] for row in listed] == sorted((one.at for one in inside), reverse=True)
    assert [row["at"] for row in head] == [row["at"] for row in listed[:5]]
    assert {row["name"] for row in listed} == {"Ana"}
    assert sorted(one["fields"].popitem() for one in told) == [("disposition", "B"), ("dst", "A")]


def test_without_a_call_there_is_no_rate() -> None:
    """And no mean: nothing is shown as zero that nobody knows."""
    none = answers([])
    assert (none.answer_rate, none.human_rate, none.mean_s, none.human_mean_s) == (None, None, None, None)

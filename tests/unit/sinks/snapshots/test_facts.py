"""What MongoDB holds, as numbers for a board; nothing of a person, a secret or an ERP's text is in a label."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ulid import ULID

from schemas.instances import Instance
from schemas.runtime.metric_names import ABOUT
from schemas.runtime.metrics import Sample
from sinks.snapshots import facts

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ERP = {"kind": "ixc", "url": "http://127.0.0.1:1/", "token": "x"}


def instance(name: str = "vale", erp: Mapping[str, Any] = ERP, **fields: object) -> Instance:
    given = {"name": name, "zone": "America/Maceio", "state": "AL", "ddd": "82", "erp": dict(erp), **fields}
    return Instance.model_validate(given)


def sweep(name: str, kind: str, at: datetime, took: float = 30, **fields: object) -> dict[str, Any]:
    began = ULID.from_datetime(at - timedelta(seconds=took))
    return {"_id": f"{name}:{kind}:completed", "instance": name, "kind": kind, "at": at, "sweep": str(began), **fields}


def told(samples: Iterable[Sample]) -> dict[tuple[str, ...], float]:
    return {(one.metric.removeprefix("collector_"), *one.labels): one.value for one in samples}


def test_a_sweep_tells_when_it_ended_how_long_it_took_what_it_read_and_when_it_is_late() -> None:
    """Of an instance that is gone nothing; one that is paused is never late; a reference table only once there was one.

    Bills are late at the age at which nobody is called any more, also where they are read seldom.
    """
    known = {"vale": instance(), "sul": instance("sul", paused=True)}
    done = [sweep("vale", "bill", NOW, took=42, rows=1_200), sweep("sul", "bill", NOW), sweep("gone", "bill", NOW)]
    found = told(facts.sweeps(done, known))
    assert found["sweep_completed_timestamp_seconds", "vale", "bill"] == NOW.timestamp()
    assert found["sweep_duration_seconds", "vale", "bill"] == 42
    assert {key[1:]: value for key, value in found.items() if key[0] == "sweep_rows"} == {("vale", "bill"): 1_200}
    assert {key[1:] for key in found if key[0] == "sweep_completed_timestamp_seconds"} == {("vale", "bill"), ("sul", "bill")}
    late = {key[1:]: value for key, value in found.items() if key[0] == "sweep_late_after_seconds"}
    assert late == {("vale", "bill"): 3_600, ("vale", "contract"): 3_600, ("vale", "client"): 10_800}
    known["vale"] = instance(rules={"max_data_age_minutes": 20})
    known["oeste"] = instance("oeste", {"kind": "altarede-export", "folder": "/x"}, rules={"max_data_age_minutes": 1_500})
    again = told(facts.sweeps([*done, sweep("vale", "reference", NOW)], known))
    assert again["sweep_late_after_seconds", "vale", "bill"] == 1_200
    assert again["sweep_late_after_seconds", "vale", "reference"] == 3 * 86_400
    assert again["sweep_late_after_seconds", "oeste", "bill"] == 1_500 * 60
    assert again["sweep_late_after_seconds", "oeste", "client"] == 3 * 86_400


def test_what_was_read_from_a_file_is_as_old_as_the_file() -> None:
    """However late it was read: by its age nobody is called any more, and by it somebody must hear of it."""
    old = NOW - timedelta(days=20)
    found = told(facts.sweeps([sweep("vale", "bill", NOW, took=42, as_of=old)], {"vale": instance()}))

    assert found["sweep_completed_timestamp_seconds", "vale", "bill"] == old.timestamp()
    assert found["sweep_duration_seconds", "vale", "bill"] == 42


@pytest.mark.parametrize("name", ["1", "", str(ULID.from_datetime(NOW + timedelta(hours=1)))], ids=("1", "none", "later"))
def test_a_sweep_whose_name_tells_no_time_has_no_duration(name: str) -> None:
    found = told(facts.sweeps([sweep("vale", "bill", NOW) | {"sweep": name}], {"vale": instance()}))
    assert ("sweep_completed_timestamp_seconds", "vale", "bill") in found
    assert ("sweep_duration_seconds", "vale", "bill") not in found


def test_letters_are_counted_by_stage_and_the_first_name_of_their_field() -> None:
    """A key of a row below a field, and what a stranger wrote into the topic, are in no label."""
    counted = [
        {"_id": {"stage": "hydrate", "field": "data_vencimento"}, "letters": 2},
        {"_id": {"stage": "views", "field": "row.MARIA DA SILVA"}, "letters": 3},
        {"_id": {"stage": "views", "field": "row.12345678909"}, "letters": 4},
        {"_id": {"stage": "MARIA DA SILVA", "field": "111.444.777-35"}, "letters": 5},
        {"_id": {}, "letters": 1},
    ]
    assert told(facts.letters(counted)) == {
        ("dead_letters", "hydrate", "data_vencimento"): 2,
        ("dead_letters", "views", "row"): 7,
        ("dead_letters", "other", "other"): 6,
    }


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_label_is_a_word_whatever_the_letter_says(stage: str, field: str) -> None:
    (one,) = facts.letters([{"_id": {"stage": stage, "field": field}, "letters": 1}])
    assert all(facts.WORD.fullmatch(label) and not label.isdigit() and " " not in label for label in one.labels)


def test_what_is_read_anew_and_what_is_replayed_is_told_until_it_is_done() -> None:
    shares = [
        {"_id": "debtors:0", "view": "debtors", "next": 10, "until": 25},
        {"_id": "debtors:1", "view": "debtors", "next": 0, "until": 5},
        {"_id": "calls:0", "view": "calls", "next": 9, "until": None},
    ]
    assert told(facts.left(shares)) == {("refill_left_records", "debtors"): 20}
    replays = [
        {"_id": "mended", "what": "debtors", "state": "begun", "filled": {"0": 7, "1": 5}},
        {"_id": "old", "what": "queue", "state": "promoted", "filled": {"0": 9}},
    ]
    assert told(facts.replayed(replays)) == {("replay_filled_records", "mended", "debtors", "begun"): 12}


def test_the_newest_backup_is_that_of_the_newest_name() -> None:
    """What was cut has another name, and is none."""
    now = datetime(2026, 11, 29, 2, tzinfo=UTC)
    names = ["collector-20261128T030000Z", "collector-20261127T030000Z", ".partial-01", "collector-20261129T03", "notes"]
    assert facts.backed_up(names, now).value == datetime(2026, 11, 28, 3, tzinfo=UTC).timestamp()
    assert facts.backed_up([".partial-01"], now).value == 0


def test_a_backup_of_a_clock_that_stood_wrong_hides_no_old_one() -> None:
    now = datetime(2026, 11, 29, 2, tzinfo=UTC)
    names = ["collector-20261120T030000Z", "collector-20270930T030000Z"]
    assert facts.backed_up(names, now).value == datetime(2026, 11, 20, 3, tzinfo=UTC).timestamp()
    assert facts.backed_up(names[1:], now).value == 0


def test_a_disk_of_no_size_tells_nothing() -> None:
    assert told(facts.disk("MongoDB", 5, 20)) == {("disk_free_bytes", "MongoDB"): 5, ("disk_size_bytes", "MongoDB"): 20}
    assert told(facts.disk("MongoDB", 0, 0)) == {}


def test_every_sample_has_the_labels_that_are_declared() -> None:
    everything = [
        *facts.sweeps([sweep("vale", "bill", NOW, rows=3)], {"vale": instance()}),
        *facts.letters([{"_id": {"stage": "views", "field": "key"}, "letters": 1}]),
        *facts.left([{"_id": "debtors:0", "next": 1, "until": 2}]),
        *facts.replayed([{"_id": "a", "what": "queue", "state": "begun"}]),
        *facts.newest({"vale": NOW}),
        facts.backed_up([], NOW),
        *facts.disk("MongoDB", 1, 2),
        Sample("collector_facts_read", (), 1),
    ]
    assert {one.metric for one in everything} == {name for name, about in ABOUT.items() if about.told_by == "snapshots"}
    assert all(len(one.labels) == len(ABOUT[one.metric].labels) for one in everything)

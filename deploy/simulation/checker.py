"""Was anybody rung who should not have been? An independent judge: it reads what the PABX rang, and who may be rung when.

It imports nothing of ours (a contract of import-linter holds that), knows neither ledger nor attempts:

    python -m deploy.simulation.checker RANG PEOPLE

RANG is the PABX's own log, one JSON object a line, of which two kinds count; a telephone rang at `at`, true time:

    {"what": "rang", "id": "01J…", "number": "+5582…", "at": "2026-11-30T12:00:00+00:00"}
    {"what": "ended", "id": "01J…", "end": "2026-11-30T12:00:31+00:00", "outcome": "human"}

A PABX that stood still adds when it was `"asked"`: no payment, and nobody's wish, of later takes that back.

PEOPLE is one JSON object. Times are ISO 8601 with an offset, an end of null is never:

    {"rules": {"per_hour": 1, "per_day": 3, "per_7_days": 7, "gap_minutes": 240, "rest_days_after_human": 0},
     "windows": {"0": ["09:00:00", "19:00:00"]},
     "states": {"AL": {"zone": "America/Maceio", "windows": {"0": ["09:00:00", "19:00:00"]}, "holidays": ["2026-12-25"]}},
     "people": [{"id": "p1", "state": "AL", "numbers": ["+5582…"], "owes": [["2026-11-01T00:00:00+00:00", null]],
                 "blocked": [["2026-11-20T00:00:00+00:00", null]]}]}

A number that several people share has the limits of a number; what only one of them may object to, no call to it proves.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

FOUND, FINE = 1, 0
FOREVER = datetime.max.replace(tzinfo=UTC)
SLACK = timedelta(milliseconds=5)
"""A telephone that rings a moment before its limit ends is not reported for a rounded time."""


@dataclass(frozen=True)
class Rang:
    """One telephone that rang. `asked`: when its PABX was, where that was earlier."""

    id: str
    number: str
    at: datetime
    ended: datetime
    outcome: str
    asked: datetime | None = None


class Violation(NamedTuple):
    """`whom`: a person's or a number's name; `calls`: the ids that show it, in the order of time."""

    rule: str
    whom: str
    at: datetime
    calls: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.rule}: {self.whom} at {self.at.isoformat()} ({', '.join(self.calls)})"


class Span(NamedTuple):
    """From `first` until just before `end`."""

    first: datetime
    end: datetime


def _time(text: str | None) -> datetime:
    return FOREVER if text is None else datetime.fromisoformat(text).astimezone(UTC)


def _spans(pairs: Iterable[Sequence[str | None]]) -> list[Span]:
    return [Span(_time(first), _time(end)) for first, end in pairs]


@dataclass(frozen=True)
class Person:
    """One entry of `people`, with the words of its state."""

    id: str
    fields: Mapping[str, Any]
    state: Mapping[str, Any]

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        return tuple(self.fields["numbers"])

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.state["zone"])

    @cached_property
    def owes(self) -> list[Span]:
        return _spans(self.fields["owes"])

    @cached_property
    def blocked(self) -> list[Span]:
        return _spans(self.fields.get("blocked", ()))

    @cached_property
    def holidays(self) -> frozenset[str]:
        return frozenset(self.state["holidays"])


def violations(rang: Sequence[Rang], people: Mapping[str, Any]) -> Iterator[Violation]:
    """Everything that was done wrong, in no special order."""
    known = [Person(one["id"], one, people["states"][one["state"]]) for one in people["people"]]
    owners: defaultdict[str, list[Person]] = defaultdict(list)
    for person in known:
        for number in person.numbers:
            owners[number].append(person)
    calls = sorted(rang, key=lambda call: (call.at, call.id))
    for name, count in Counter(call.id for call in calls).items():
        if count > 1:
            twice = [call for call in calls if call.id == name]
            yield Violation("one id twice", twice[0].number, twice[1].at, (name,) * count)
    by_number: defaultdict[str, list[Rang]] = defaultdict(list)
    by_person: defaultdict[str, list[Rang]] = defaultdict(list)
    for call in calls:
        by_number[call.number].append(call)
        whose = owners[call.number]
        yield from _nobody_may(call, whose, people)
        if len(whose) == 1:
            by_person[whose[0].id].append(call)
    for number, found in by_number.items():
        zone = owners[number][0].zone if owners[number] else ZoneInfo("UTC")
        yield from _limits(number, found, people["rules"], zone)
    for person in known:
        yield from _limits(person.id, by_person[person.id], people["rules"], person.zone)


def _nobody_may(call: Rang, whose: Sequence[Person], people: Mapping[str, Any]) -> Iterator[Violation]:
    """What forbids a call whatever was rung before: of all who have the number, somebody must be free of it."""
    if not whose:
        yield Violation("nobody's number", call.number, call.at, (call.id,))
        return
    objections = [list(_objections(call, person, people)) for person in whose]
    if all(objections):
        for rule in sorted(set.intersection(*(set(found) for found in objections)) or {objections[0][0]}):
            yield Violation(rule, whose[0].id, call.at, (call.id,))


def _objections(call: Rang, person: Person, people: Mapping[str, Any]) -> Iterator[str]:
    here, asked = call.at.astimezone(person.zone), call.asked or call.at
    if not _inside(people["windows"], here):
        yield "window"
    if not _inside(person.state["windows"], here):
        yield "state"
    if here.date().isoformat() in person.holidays:
        yield "holiday"
    if any(span.first <= asked < span.end for span in person.blocked):
        yield "blocked"
    if not any(span.first <= asked < span.end for span in person.owes):
        yield "paid"


def _inside(windows: Mapping[str, Sequence[str]], here: datetime) -> bool:
    window = windows.get(str(here.weekday()))
    return window is not None and time.fromisoformat(window[0]) <= here.time() < time.fromisoformat(window[1])


def _limits(whom: str, calls: Sequence[Rang], rules: Mapping[str, int], zone: ZoneInfo) -> Iterator[Violation]:
    """`calls` of one person or number, by time."""
    gap = timedelta(minutes=rules["gap_minutes"])
    rest = timedelta(days=rules["rest_days_after_human"])
    days = Counter[str]()
    for place, call in enumerate(calls):
        before = calls[:place]
        for earlier in sorted(before, key=lambda one: one.ended)[-1:]:
            if call.at < earlier.ended:
                yield Violation("two at once", whom, call.at, (earlier.id, call.id))
        for earlier in before[-1:]:
            if call.at - earlier.at < gap - SLACK:
                yield Violation("gap", whom, call.at, (earlier.id, call.id))
        for rule, most, span in (
            ("hour", rules["per_hour"], timedelta(hours=1)),
            ("7 days", rules["per_7_days"], timedelta(days=7)),
        ):
            if len(before) >= most and call.at - before[-most].at < span - SLACK:
                yield Violation(rule, whom, call.at, (*(one.id for one in before[-most:]), call.id))
        day = call.at.astimezone(zone).date().isoformat()
        days[day] += 1
        if days[day] > rules["per_day"]:
            yield Violation("day", whom, call.at, (call.id,))
        spoken = [one for one in before if one.outcome == "human"]
        if rest and spoken and call.at - spoken[-1].at < rest - SLACK:
            yield Violation("rest", whom, call.at, (spoken[-1].id, call.id))


def read(lines: Iterable[str]) -> list[Rang]:
    """What rang, of a PABX's log. An end belongs to the last ring of its id."""
    rang: list[Rang] = []
    last: dict[str, int] = {}
    for line in lines:
        said = json.loads(line)
        if said["what"] == "rang":
            last[said["id"]] = len(rang)
            asked = _time(said["asked"]) if "asked" in said else None
            rang.append(Rang(said["id"], said["number"], _time(said["at"]), FOREVER, "", asked))
        elif said["what"] == "ended":
            place = last[said["id"]]
            rang[place] = replace(rang[place], ended=_time(said["end"]), outcome=said["outcome"])
    return rang


def main(arguments: Sequence[str] | None = None) -> int:
    """1 where anything was found, 0 where nothing was."""
    parser = argparse.ArgumentParser(
        description="Who was rung that should not have been?",
        epilog="example: python -m deploy.simulation.checker rang.jsonl people.json",
    )
    parser.add_argument("rang", type=Path, help="the PABX's log, one JSON object a line")
    parser.add_argument("people", type=Path, help="who may be rung when, one JSON object")
    given = parser.parse_args(arguments)
    rang = read(given.rang.read_text().splitlines())
    found = list(violations(rang, json.loads(given.people.read_text())))
    for violation in found:
        sys.stdout.write(f"{violation}\n")
    sys.stdout.write(f"{len(rang)} calls, {len(found)} violations\n")
    return FOUND if found else FINE


if __name__ == "__main__":
    sys.exit(main())

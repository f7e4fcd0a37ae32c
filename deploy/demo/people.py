"""Who might be called when, for the independent judge of calls: from what the simulated ERPs say of themselves. Pure.

Wherever it is uncertain when a change could be known, whoever calls gets the benefit of it. A number is somebody's where its
last eight digits stand in one of his telephone fields: no mapping of ours decides it.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from deploy.demo.away import Away, at_work_for
from schemas.calling.calendar import gate, is_holiday
from schemas.calling.hours import LAWS, ZONES
from schemas.instances import Instance, Rules, Window
from schemas.rows import Kind

TAIL = 8
"""Digits of a number that every way to write it ends with, also the old one without the ninth digit."""
IXC = "ixc"
"""Of the simulated ERPs the one that says whom nobody may call; most of its debtors live where no law closes any hour."""
LAWFUL = "AL"
"""Where most debtors of the others live."""
MOBILE = re.compile(r"^(55)?[1-9][1-9]9[0-9]{8}$")
CLOSING = timedelta(seconds=10)
"""A closed hour is seen within five seconds, and as much again for a slow machine."""

Noticed = Callable[[str, Kind, datetime], datetime | None]
"""When a change of that kind of row of an instance was known for certain; None: never yet."""


class Polled(NamedTuple):
    """One completed sweep, by the broker's clock."""

    instance: str
    kind: Kind
    began: datetime
    ended: datetime


def noticed(sweeps: Iterable[Polled], grace: timedelta, away: Iterable[Away] = ()) -> Noticed:
    """By the end of the first sweep that began after the change, and `grace` for all that comes behind it and was there."""
    known, gone = sorted(sweeps, key=lambda one: one.ended), tuple(away)

    def at(instance: str, kind: Kind, changed: datetime) -> datetime | None:
        ends = (one.ended for one in known if (one.instance, one.kind) == (instance, kind) and one.began >= changed)
        end = next(ends, None)
        return end and at_work_for(grace, end, gone)

    return at


def people(
    provided: Iterable[tuple[Instance, Mapping[str, Any]]],
    numbers: Collection[str],
    known: Noticed,
    closed_at: datetime,
    today: date,
) -> dict[str, Any]:
    """What the judge reads. `provided`: each instance, as it called, and the answer of its ERP's `/_sim/debts`.

    `numbers`: those that rang. `closed_at`: when the hours of all instances were closed.
    """
    found = list(provided)
    tails = {number[-TAIL:]: number for number in numbers}
    rules = found[0][0].rules
    return {
        "rules": rules.model_dump(include={"per_hour", "per_day", "per_7_days", "gap_minutes", "rest_days_after_human"}),
        "windows": _windows(rules.windows),
        "states": {
            f"{one.name} {state}": _state(one, state, today) for one, debts in found for state in _states(one, debts)
        },
        "people": [
            {
                "id": f"{instance.name}:{code}",
                "state": f"{instance.name} {_home(instance, client)}",
                "numbers": sorted(mine),
                "owes": list(_owes(instance, client, known)),
                "blocked": [*_blocked(instance, client, known), [(closed_at + CLOSING).isoformat(), None]],
            }
            for instance, debts in found
            for code, client in debts.items()
            if (mine := _numbers(client["phones"], tails))
        ],
    }


def closed_states(instance: Instance, now: datetime) -> list[str]:
    """Where a law, not the demonstration, decides that nobody is called just now: one line for a person."""
    if instance.erp.kind == IXC:
        return []
    here = gate(instance, now, LAWFUL)
    until = f" until {here.opens_at:%A %H:%M}" if here.opens_at else ""
    return [f"{instance.name}: the law of {LAWFUL} lets nobody be called{until}"] if here.closed else []


def callable_all_along(
    provided: Iterable[tuple[Instance, Mapping[str, Any]]], known: Noticed, since: datetime, until: datetime
) -> int:
    """How many debtors with a mobile number might have been called at every moment, where no law closes any hour."""
    return sum(
        _home(instance, client) not in LAWS
        and any(MOBILE.search(_digits(text)) for text in client["phones"])
        and not any(True for _ in _blocked(instance, client, known))
        and any(_covers(span, since, until) for span in _owes(instance, client, known))
        for instance, debts in provided
        for client in debts.values()
    )


def _covers(span: Sequence[str | None], since: datetime, until: datetime) -> bool:
    first, last = (at and datetime.fromisoformat(at) for at in span)
    return isinstance(first, datetime) and first <= since and (not isinstance(last, datetime) or last >= until)


def _home(instance: Instance, client: Mapping[str, Any]) -> str:
    state = str(client["state"])
    return state if state in ZONES else instance.state


def _states(instance: Instance, debts: Mapping[str, Any]) -> set[str]:
    return {_home(instance, client) for client in debts.values()}


def _state(instance: Instance, state: str, today: date) -> dict[str, Any]:
    """A state without a law lets the instance decide about hours and holidays."""
    law = LAWS.get(state)
    days = (today + timedelta(days=ahead) for ahead in (-1, 0, 1))
    return {
        "zone": instance.zone if state == instance.state else ZONES[state],
        "windows": _windows(instance.rules.windows if law is None else law),
        "holidays": [day.isoformat() for day in days if is_holiday(state, day)] if law is not None else [],
    }


def _windows(windows: Mapping[int, Window]) -> dict[str, list[str]]:
    return {str(day): [hours.opens.isoformat(), hours.closes.isoformat()] for day, hours in windows.items()}


def _numbers(phones: Iterable[str], tails: Mapping[str, str]) -> set[str]:
    return {tails[tail] for text in phones for tail in _tails(text) if tail in tails}


def _tails(text: str) -> Iterator[str]:
    digits = _digits(text)
    return (digits[start : start + TAIL] for start in range(len(digits) - TAIL + 1))


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _owes(instance: Instance, client: Mapping[str, Any], known: Noticed) -> Iterator[list[str | None]]:
    """From the day on which a bill is late enough until it is known to be paid, or until it is too late for calls."""
    rules: Rules = instance.rules
    for due, since, until in client["bills"]:
        try:
            due_on = date.fromisoformat(due)
        except ValueError:
            continue
        first = _midnight(instance, due_on, rules.min_days_overdue)
        last = _midnight(instance, due_on, rules.max_days_overdue + 1)
        began = max(first, datetime.fromisoformat(since)) if since else first
        paid = known(instance.name, "bill", datetime.fromisoformat(until)) if until else None
        yield [began.isoformat(), min(last, paid or last).isoformat()]


def _midnight(instance: Instance, day: date, later: int) -> datetime:
    return datetime.combine(day, time(0), instance.clock).astimezone(UTC) + timedelta(days=later)


def _blocked(instance: Instance, client: Mapping[str, Any], known: Noticed) -> Iterator[list[str | None]]:
    """Nobody calls inactive clients, or those of whom IXC says so."""
    if client["collect"] == "N" and instance.erp.kind == IXC:
        yield [datetime.min.replace(tzinfo=UTC).isoformat(), None]
    for since, until in client["inactive"]:
        first = known(instance.name, "client", datetime.fromisoformat(since)) if since else datetime.min.replace(tzinfo=UTC)
        if first is not None:
            yield [first.isoformat(), until]

"""Who might be called when: what the independent judge is told of the simulated providers."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet
from pydantic import SecretStr

from deploy.demo.away import Away
from deploy.demo.erps import IXC, RBX, Simulated
from deploy.demo.options import OPEN_RULES
from deploy.demo.people import CLOSING, Polled, callable_all_along, closed_states, noticed, people
from deploy.demo.provider import instance
from deploy.demo.telephones import pabx
from deploy.simulation.checker import Rang, violations
from schemas.instances import Instance

KEY = SecretStr(Fernet.generate_key().decode())
NOW = datetime(2026, 11, 28, 15, tzinfo=UTC)
TODAY = date(2026, 11, 28)
NUMBER = "+5582999990001"
LATE = (TODAY - timedelta(days=10)).isoformat()
GRACE = timedelta(seconds=5)


def client(**fields: object) -> dict[str, Any]:
    return {
        "state": "AL",
        "collect": "P",
        "phones": ["(82) 99999-0001"],
        "inactive": [],
        "bills": [[LATE, None, None]],
        **fields,
    }


def there(of: Simulated = IXC) -> Instance:
    return instance(1, KEY, of)


def objections(debtor: dict[str, Any], at: datetime = NOW, of: Simulated = IXC, sweeps: tuple[Polled, ...] = ()) -> set[str]:
    known = noticed(sweeps, GRACE)
    allowed = people([(there(of), {"7": debtor})], {NUMBER}, known, NOW + timedelta(hours=12), TODAY)
    return {one.rule for one in violations([Rang("a", NUMBER, at, at + GRACE, "busy")], allowed)}


def polled(began: int, ended: int) -> Polled:
    return Polled("demo", "bill", NOW + timedelta(seconds=began), NOW + timedelta(seconds=ended))


def test_a_debtor_who_is_late_enough_may_be_called_however_his_number_is_written() -> None:
    for text in ("(82) 99999-0001", "5582999990001", "9999-0001", "99999-0000 / 99999-0001 (esposa)"):
        assert objections(client(phones=[text])) == set()
    assert objections(client(phones=["(82) 99999-0002"])) == {"nobody's number"}


def test_a_bill_counts_from_its_first_day_to_its_last() -> None:
    last = OPEN_RULES.max_days_overdue
    days = {7: set(), 6: {"paid"}, last: set(), last + 1: {"paid"}}
    found = {age: objections(client(bills=[[(TODAY - timedelta(days=age)).isoformat(), None, None]])) for age in days}

    assert found == days
    assert objections(client(bills=[["0000-00-00", None, None]])) == {"paid"}


def test_a_payment_counts_from_the_first_sweep_that_began_after_it() -> None:
    paid = client(bills=[[LATE, None, NOW.isoformat()]])
    sweeps = (polled(-2, 1), polled(3, 6), polled(8, 9))

    assert objections(paid, NOW + timedelta(seconds=10), sweeps=sweeps) == set()
    assert objections(paid, NOW + timedelta(seconds=12), sweeps=sweeps) == {"paid"}
    assert objections(paid, NOW + timedelta(seconds=12), sweeps=sweeps[:1]) == set()


def test_while_something_was_away_nobody_could_heed_a_payment() -> None:
    """Then it counts as long as ever from when all were back."""
    ended = NOW + timedelta(seconds=6)
    gone = Away(ended + timedelta(seconds=4), ended + timedelta(seconds=20))

    found = noticed([polled(3, 6)], GRACE, [gone])("demo", "bill", NOW)

    assert found == gone.until + GRACE
    assert noticed([polled(3, 6)], GRACE, [gone])("demo", "client", NOW) is None


def test_nobody_may_call_whom_the_erp_takes_out_or_who_is_inactive() -> None:
    assert objections(client(collect="N")) == {"blocked"}
    assert objections(client(collect="N"), of=RBX) == set()
    assert objections(client(inactive=[[None, None]])) == {"blocked"}


def test_a_law_closes_the_night_where_the_erp_names_the_state() -> None:
    night = NOW.replace(hour=23)
    for of in (IXC, RBX):
        assert objections(client(), night, of=of) == {"state"}
        assert objections(client(state="SE"), night, of=of) == set()


def test_after_the_hours_are_closed_nobody_may_be_called() -> None:
    closed = NOW + timedelta(hours=12) + CLOSING

    assert objections(client(state="SE"), closed - GRACE) == set()
    assert objections(client(state="SE"), closed) == {"blocked"}


def test_who_might_have_been_called_all_along_is_counted() -> None:
    paid = client(bills=[[LATE, None, NOW.isoformat()]])
    here = {"state": "SE"}
    several = {"1": client(**here), "2": paid | here, "3": client(collect="N", **here), "5": client(**here), "6": client()}
    several["4"] = client(phones=["3221-0001"], **here)
    sweeps = noticed((polled(3, 6),), GRACE)

    assert callable_all_along([(there(), several)], sweeps, NOW - GRACE, NOW + timedelta(minutes=1)) == 2
    assert callable_all_along([(there(), {"6": client()})], sweeps, NOW - GRACE, NOW + timedelta(minutes=1)) == 0


def test_what_a_law_closes_is_said_with_its_end() -> None:
    """Of Saturday, 28 November 2026: the law ends at two, Monday is a holiday of AL, on Tuesday it begins at eight."""
    line = pabx(1, KEY)
    noon, night = NOW, NOW.replace(hour=23)

    assert closed_states(instance(1, KEY, RBX, pabx=line), noon) == []
    assert closed_states(instance(1, KEY, RBX, pabx=line), night) == [
        "demo-rbx: the law of AL lets nobody be called until Tuesday 08:00"
    ]
    assert closed_states(instance(1, KEY, IXC, pabx=line), night) == []

"""What was known at an earlier moment: exactly what `hydrate` made of the rows that had been written by then."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from processors.hydrate.stage import fold, key_of
from schemas.codec import decode, encode
from schemas.debtor import Debtor
from schemas.keys import debtor_key
from schemas.sweeps import Sweep
from schemas.views import debtor
from sinks.snapshots.past import Past, Sweeps
from tests.strategies import NAME, SEEN, event
from tests.unit.records import Given, of_row

MINUTE = timedelta(minutes=1)
Rows = list[tuple[int, Given]]
"""The minute at which each was written."""


def written(record: Given, minute: int) -> Given:
    record.timestamp = round((SEEN + minute * MINUTE).timestamp() * 1000)
    return record


def some(seed: int) -> Rows:
    """Rows of three debtors over an hour, in the order in which they were written; one erased, one unreadable."""
    rng = Random(seed)
    found: Rows = []
    for offset in range(60):
        client, minute = rng.choice("123"), offset
        kind = rng.choice(["bill", "bill", "contract", "client"])
        columns = {
            "bill": {"status": rng.choice("AAPRC"), "valor_aberto": f"{offset}.00"},
            "contract": {"status_internet": rng.choice(["CA", "A", "FA"])},
            "client": {"ativo": rng.choice("SN")},
        }[kind]
        code = client if kind == "client" else f"{client}{rng.choice('78')}"
        record = of_row(event(kind, code, client=client, at=SEEN + minute * MINUTE, **columns), offset)  # type: ignore[arg-type]
        if rng.random() < 0.1:
            record.value = rng.choice([None, b"{"])
        found.append((minute, written(record, minute)))
    return found


def expected(rows: Rows, minute: int) -> dict[str, Any]:
    states: dict[bytes, bytes | None] = {}
    for at, record in rows:
        if at <= minute:
            key = key_of(record)
            folded = fold(key, states.get(key), [record], SEEN + at * MINUTE)
            if folded.changed:
                states[key] = folded.state
    return {key.decode(): debtor(decode(Debtor, state)) for key, state in states.items() if state is not None}


@given(st.integers(0, 10_000), st.lists(st.integers(0, 62), min_size=1, max_size=4).map(sorted))
def test_each_moment_is_as_hydrate_had_it_then(seed: int, minutes: list[int]) -> None:
    rows = some(seed)
    past = Past(NAME, SEEN + minutes[0] * MINUTE, SEEN + minutes[-1] * MINUTE)
    for _, record in rows:
        past.take(record)
    documents: dict[str, Any] = {}
    for minute in minutes:
        for name, document in past.at(SEEN + minute * MINUTE):
            documents.pop(name, None)
            if document is not None:
                documents[name] = document
        assert documents == expected(rows, minute)


def test_others_teach_nothing() -> None:
    past = Past("sul", SEEN, SEEN + MINUTE)
    for record in (
        written(of_row(event("bill", "7")), 0),
        Given("erp.bill.v1", 3, 0, b"sul:1", b"x"),
        Given("x", 0, 0, None, b""),
    ):
        past.take(record)

    assert list(past.at(SEEN)) == []


def test_a_record_is_never_older_than_what_stands_before_it() -> None:
    """A producer's clock that was set back must not let a payment count before the bill that it pays."""
    past = Past(NAME, SEEN, SEEN + 60 * MINUTE)
    past.take(written(of_row(event("bill", "7", status="A"), 0), 30))
    past.take(written(of_row(event("bill", "7", status="R"), 1), 10))

    assert list(past.at(SEEN + 20 * MINUTE)) == []
    assert list(past.at(SEEN + 40 * MINUTE)) == [(debtor_key(NAME, "1042").decode(), None)]


def sweep(kind: Any, minute: int, instance: str = NAME, phase: Any = "completed") -> bytes:  # noqa: ANN401 - drawn words
    at: datetime = SEEN + minute * MINUTE
    return encode(Sweep(instance=instance, erp="ixc", kind=kind, sweep="1", phase=phase, at=at))


def test_the_last_complete_sweep_until_a_moment() -> None:
    sweeps = Sweeps(NAME)
    told = [sweep("bill", 1), sweep("bill", 5), sweep("bill", 9), sweep("client", 2), sweep("contract", 3, phase="failed")]
    for value in (*told, sweep("bill", 6, "sul"), b"{", None):
        sweeps.take(value)

    assert sweeps.last(SEEN + 7 * MINUTE) == {"bill": SEEN + 5 * MINUTE, "client": SEEN + 2 * MINUTE}
    assert sweeps.last(SEEN) == {}


def test_a_sweep_of_an_old_file_tells_of_the_files_time() -> None:
    sweeps = Sweeps(NAME)
    old = SEEN - 60 * MINUTE
    event = decode(Sweep, sweep("bill", 5)).as_old_as(old)
    for value in (sweep("bill", 1), encode(event)):
        sweeps.take(value)

    assert sweeps.last(SEEN + 7 * MINUTE) == {"bill": old}

"""The examples agree with one another: raw rows become the debtor, the debtor the queue entry, stage by stage."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from processors.dialer.stage import World
from processors.dialer.stage import fold as decide
from processors.hydrate.stage import fold as hydrate
from schemas.codec import decode
from schemas.controls import AllControls, Controls
from schemas.debtor import Debtor
from schemas.queue import QueueEntry
from schemas.rows import ErpRow
from tests.strategies import EXAMPLES, instance
from tests.unit.records import Given, of_row

HYDRATED = datetime(2026, 1, 14, 12, 0, 1, tzinfo=UTC)
WEDNESDAY, SUNDAY = datetime(2026, 1, 14, 13, tzinfo=UTC), datetime(2026, 1, 18, 13, tzinfo=UTC)
PROMISED = Controls({"1043": date(2026, 1, 23)})
WORLD = World({"norte": instance()}, AllControls({"norte": PROMISED}))


def raw(name: str) -> Given:
    topic, case = name.rsplit("/", 1)
    return of_row(decode(ErpRow, (EXAMPLES / topic / f"{case}.json").read_bytes()))


def example(path: str) -> bytes:
    return Path(EXAMPLES / path).read_bytes()


@pytest.mark.parametrize(
    ("case", "rows"),
    [
        (
            "blocked",
            [
                "erp.client.v1/client",
                "erp.contract.v1/blocked",
                "erp.bill.v1/open",
                "erp.bill.v1/partial",
                "erp.bill.v1/paid",
            ],
        ),
        ("trust_unlock", ["erp.client.v1/company", "erp.contract.v1/trust_unlock", "erp.bill.v1/awaiting_confirmation"]),
    ],
)
def test_the_raw_rows_become_the_debtor(case: str, rows: list[str]) -> None:
    wanted = decode(Debtor, example(f"debtor.v1/{case}.json"))
    folded = hydrate(wanted.key, None, [raw(name) for name in rows], HYDRATED)

    assert folded.letters == []
    assert folded.state is not None
    assert decode(Debtor, folded.state) == wanted


@pytest.mark.parametrize(("debtor", "entry", "now"), [("blocked", "call", WEDNESDAY), ("trust_unlock", "hold", SUNDAY)])
def test_the_debtor_becomes_the_place_in_the_queue(debtor: str, entry: str, now: datetime) -> None:
    wanted = decode(QueueEntry, example(f"queue.v1/{entry}.json"))
    state = decode(Debtor, example(f"debtor.v1/{debtor}.json"))
    folded = decide(WORLD, state.key, None, [Given("debtor.v1", 0, 0, state.key, example(f"debtor.v1/{debtor}.json"))], now)

    assert folded.letters == []
    assert folded.state is not None
    assert decode(QueueEntry, folded.state) == wanted

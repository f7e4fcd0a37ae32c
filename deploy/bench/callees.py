"""Debtors that may be called, and what became of calls before: what the benchmarks of calls decide on. Pure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import HttpUrl
from ulid import ULID

from deploy.bench.debtors import debtor
from deploy.bench.provider import INSTANCE
from schemas.attempts import Outcome
from schemas.calling.decide import decide
from schemas.calling.facts import facts_of
from schemas.controls import NO_CONTROLS
from schemas.debtor import Debtor
from schemas.instances import Instance
from schemas.pabx import Ari, Pabx
from schemas.queue import PastCall, QueueEntry

OPENING: Final = datetime(2026, 1, 12, 9, tzinfo=INSTANCE.clock)
"""A Monday; by then nobody's debt is too old."""
CALLED_EACH: Final = 8
"""Every debtor has from none to seven calls: as many as a week allows."""
OUTCOMES: tuple[Outcome, ...] = ("no_answer", "busy", "machine", "human", "invalid_number")
LATE, COMES_DUE = timedelta(days=8), timedelta(days=20)
CALLS_PER_SECOND: Final = 10
"""So many that a minute has room for all that are due at once, in whatever partition."""
CALLING: Final[Instance] = INSTANCE.model_copy(
    update={
        "pabx": Pabx(
            control=Ari(url=HttpUrl("http://127.0.0.1:1/ari"), user="nobody"),
            endpoint="PJSIP/{national}@trunk",
            context="collection",
            armed=True,
            calls_per_second=CALLS_PER_SECOND,
        )
    }
)
"""Its PABX is nowhere, and nothing here rings."""


def due_at_opening(number: int, version: int, *, due: bool) -> Debtor:
    """Debtor `number`: late enough on the day of `OPENING`, or with bills that all come due long after it."""
    one = debtor(number, version)
    first = OPENING.date() - LATE if due else OPENING.date() + COMES_DUE
    bills = {
        name: bill.model_copy(update={"due_on": first + timedelta(days=30 * month)})
        for month, (name, bill) in enumerate(one.bills.items())
    }
    return one.model_copy(update={"bills": bills})


def entries(count: int) -> Iterator[QueueEntry]:
    """Entries of the call queue, as the dialer writes them, of debtors with and without calls."""
    for number in range(count):
        one = debtor(number, 1)
        facts = facts_of(one)
        facts = facts.model_copy(update={"calls": tuple(_calls(number, facts.phones))})
        yield QueueEntry(
            instance=one.instance,
            code=one.code,
            version=1,
            debtor_version=1,
            decided_at=OPENING,
            facts=facts,
            verdict=decide(facts, one.code, CALLING, NO_CONTROLS),
        )


def _calls(number: int, phones: Sequence[str]) -> Iterator[PastCall]:
    """One a day until the day before `OPENING`."""
    for ago in range(number % CALLED_EACH, 0, -1):
        at = (OPENING - timedelta(days=ago)).astimezone(UTC)
        yield PastCall(
            attempt=str(ULID.from_datetime(at)),
            at=at,
            number=phones[ago % len(phones)],
            outcome=OUTCOMES[(number + ago) % len(OUTCOMES)],
        )

"""The raw rows that the benchmarks live on: what the real poller would publish of a simulated provider. Seeded, no I/O."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from itertools import chain, islice
from typing import NamedTuple

from pydantic import HttpUrl, SecretStr

from deploy.bench.options import OPEN_BILLS
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.simulator import Simulator
from producers.erp.changes import Change, Seen, examine, gone, news, remember
from schemas.erp.declaration import Table
from schemas.erp.ixc import IXC, Ixc
from schemas.instances import Instance
from schemas.runtime.secrets import person_hash

SEED = 1
NOON = datetime.combine(date(2026, 1, 31), time(12), UTC)
PERSON_KEY = SecretStr("the key of nobody: these persons are drawn by lot")
INSTANCE = Instance(
    name="bench", zone="America/Maceio", state="AL", ddd="82", erp=Ixc(url=HttpUrl("http://127.0.0.1:1/"), token="")
)
PAGE = 600
Books = defaultdict[str, Seen]
OF_DEBTORS = {table.name: table for table in IXC.tables if table.owner}


class Published(NamedTuple):
    """One row as it would be published."""

    table: Table
    change: Change


def simulator(debtors: int) -> Simulator:
    """A provider with so many clients."""
    return Simulator(Size(debtors, OPEN_BILLS), SEED, NOON.date())


def first_sweep(of: Simulator, books: Books) -> Iterator[Published]:
    """The members of every table, once."""
    for name in OF_DEBTORS:
        for number in of.provider[name].rows:
            yield from _news(of, books[name], name, number)


def changes(of: Simulator, books: Books) -> Iterator[Published]:
    """What changes after the first sweep, for ever: mostly bills that are paid and bills that are new."""
    while True:
        for change in of.change(1, NOON):
            yield from _news(of, books[change.edit.table], change.edit.table, change.edit.id)


def everything(of: Simulator) -> Iterator[Published]:
    """A first sweep, then changes for ever."""
    books: Books = defaultdict(dict)
    return chain(first_sweep(of, books), changes(of, books))


def _news(of: Simulator, seen: Seen, name: str, number: int) -> Iterator[Published]:
    table, code = OF_DEBTORS[name], str(number)
    if number in of.provider[name].rows:
        change = examine(table, of.provider[name].full(number), lambda bare: person_hash(bare, PERSON_KEY))
    elif code in seen:
        change = gone(code, seen[code])
    else:
        return
    if change.member or code in seen:  # the poller never publishes what it never swept
        for one in list(news(seen, [change])):
            remember(seen, [one])
            yield Published(table, one)


def pages(published: Iterable[Published]) -> Iterator[dict[str, list[Change]]]:
    """Rows by table, about as many at once as the poller reads."""
    coming = iter(published)
    while page := list(islice(coming, PAGE)):
        by_table: defaultdict[str, list[Change]] = defaultdict(list)
        for table, change in page:
            by_table[table.name].append(change)
        yield by_table

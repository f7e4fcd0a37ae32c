"""A whole provider, drawn from one seeded generator: the same arguments give the same rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final

from deploy.simulators.ixc import bills, clients, contracts, names, places
from deploy.simulators.ixc.chance import happens
from deploy.simulators.ixc.filters import Row
from deploy.simulators.ixc.store import Provider, Table

CONNECTED: Final = 0.60  # of the active clients; the others are former customers
SECOND_CONTRACT: Final = 0.04
LATE: Final = {True: 0.17, False: 0.055}  # by whether connected: together about 12 % of all clients
BILLS: Final = {True: 1.35, False: 0.55}  # what the connected have above, the others below the mean
SPREAD: Final = (0.0, 0.5, 1.0, 1.5, 2.0)
OLDEST_DEBT: Final = 120
LATEST_DUE: Final = 30
MONTH: Final = 30
CLOSED_BILLS: Final = (0, 0, 1, 1, 2)


@dataclass(frozen=True, slots=True)
class Size:
    """`open_bills` is the mean per client; most clients live in `home`. `first_bill`: below all codes of bills."""

    clients: int
    open_bills: float = 1.2
    home: places.Home = "AL"
    first_bill: int = 1


def generate(size: Size, seed: int, today: date) -> Provider:
    """All tables. Due dates lie from 120 days before `today` to 30 days after it; about 12 % of the clients are late."""
    rng = Random(f"{seed}:provider")
    tables: dict[str, dict[int, Row]] = {"cliente": {}, "cliente_contrato": {}, "fn_areceber": {}}
    ids = {name: _ids(rng, size.first_bill if name == "fn_areceber" else 1) for name in tables}
    drawn = names.pools(seed)
    for _ in range(size.clients):
        client = clients.client(next(ids["cliente"]), rng, drawn, today, size.home)
        _keep(tables["cliente"], client)
        connected = client["ativo"] == "S" and happens(rng, CONNECTED)
        dues = _dues(rng, size.open_bills * BILLS[connected], late=happens(rng, LATE[connected]))
        own = list(
            _contracts(client, ids["cliente_contrato"], rng, today, connected=connected, days_late=-min(dues, default=0))
        )
        for contract in own:
            _keep(tables["cliente_contrato"], contract)
        for row in _bills(own, dues, ids["fn_areceber"], rng, today):
            _keep(tables["fn_areceber"], row)
    return Provider({name: Table(name, rows) for name, rows in (tables | places.reference_rows()).items()})


def _ids(rng: Random, last: int) -> Iterator[int]:
    # ids have holes, as after years of deletions, and number 1 is the provider's own
    while True:
        last += 1 if happens(rng, 0.9) else rng.randrange(2, 5)
        yield last


def _keep(rows: dict[int, Row], row: Row) -> None:
    rows[int(row["id"])] = row


def _dues(rng: Random, mean: float, *, late: bool) -> list[int]:
    """Due dates of the open bills in days after today, the oldest debt first; a late client misses month after month."""
    bills_open = int(mean * rng.choice(SPREAD) + rng.random())
    if not late:
        return [rng.randrange(LATEST_DUE + 1) for _ in range(bills_open)]
    oldest = 1 + int(OLDEST_DEBT * rng.random() ** 2)
    missed = [-age for age, _ in zip(range(oldest, 0, -MONTH), range(max(1, bills_open)), strict=False)]
    return missed + [rng.randrange(LATEST_DUE + 1) for _ in range(bills_open - len(missed))]


def _contracts(
    client: Row, ids: Iterator[int], rng: Random, today: date, *, connected: bool, days_late: int
) -> Iterator[Row]:
    """The active ones first; everyone has at least one."""
    active = (1 + happens(rng, SECOND_CONTRACT)) if connected else 0
    former = (0 if connected else 1) + happens(rng, 0.4)
    for number in range(active + former):
        row = contracts.contract(next(ids), client, rng, today)
        if number < active:
            yield row | contracts.access(max(0, days_late), rng, today)
        else:
            yield row | contracts.ended(rng, today)


def _bills(own: list[Row], dues: list[int], ids: Iterator[int], rng: Random, today: date) -> Iterator[Row]:
    still_open: list[Row] = []
    for due in dues:
        row = bills.bill(next(ids), own[0], due, rng, today)
        still_open.append(row | bills.still_open(row, rng))
    yield from bills.agreed(still_open)
    for number in range(rng.choice(CLOSED_BILLS)):
        row = bills.bill(next(ids), rng.choice(own), -rng.randrange(OLDEST_DEBT) - number, rng, today)
        yield row | bills.closed(row, rng, today)

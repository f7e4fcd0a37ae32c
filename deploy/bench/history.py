"""Topics as a provider of some size leaves them, made directly: what a stage finds that starts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from deploy.bench.debtors import BILLS as BILLS_EACH
from deploy.bench.debtors import debtor
from deploy.bench.provider import INSTANCE
from processors.hydrate.stage import HYDRATE
from processors.keyed.rounds import messages
from producers.erp.changes import DIGEST_BYTES
from producers.erp.lease import identity
from producers.erp.memory import DIGEST, MEMBER
from schemas.codec import encode
from schemas.debtor import Debtor
from schemas.keys import debtor_key, partition_of, row_key
from schemas.runtime.kafka import Message
from schemas.runtime.transactions import Parts, Writer
from schemas.topics import BILLS, CLIENTS, CONTRACTS, DEBTORS, Topic

AT_ONCE = 5_000
ROWS_EACH = {CLIENTS.name: 1, CONTRACTS.name: 1, BILLS.name: BILLS_EACH}
"""Rows of one debtor by their topic."""


def _first(number: int) -> Debtor:
    return debtor(number, 1)


async def states(servers: str, count: int, times: int, of: Callable[[int], Debtor] = _first) -> None:
    """`debtor.v1` with every state `times` over, as `hydrate` writes them: all debtors, then all of them again."""
    keys = [debtor_key(INSTANCE.name, str(number)) for number in range(count)]
    for number in range(DEBTORS.partitions):
        mine = [one for one, key in enumerate(keys) if partition_of(key, DEBTORS.partitions) == number]
        every = [(keys[one], encode(of(one))) for one in mine]
        some = [dict(every[start : start + AT_ONCE]) for start in range(0, len(every), AT_ONCE)]
        read = dict.fromkeys((topic.name for topic in HYDRATE.sources), 0)
        written: Iterator[Parts] = ({(DEBTORS.name, number): messages(part, read)} for part in some * times)
        await _write(servers, f"{HYDRATE.name}-{number}", written)


async def rows(servers: str, count: int) -> None:
    """The raw topics as the poller's memory: keys and digests; their values are empty, as nobody reads them back."""
    await _write(servers, identity(INSTANCE.name), _pages(count))


def _pages(count: int) -> Iterator[Parts]:
    for start in range(0, count, AT_ONCE):
        page: Parts = defaultdict(list)
        for number in range(start, min(count, start + AT_ONCE)):
            for topic in (CLIENTS, CONTRACTS, BILLS):
                for one in range(ROWS_EACH[topic.name]):
                    message = row(topic, number, ROWS_EACH[topic.name] * number + one)
                    page[topic.name, partition_of(debtor_key(INSTANCE.name, str(number)), topic.partitions)].append(message)
        yield page


def row(topic: Topic, debtor_number: int, code: int) -> Message:
    """A row that is a member, by its key and headers alone."""
    kind = topic.name.split(".")[1]
    headers = [(DIGEST, code.to_bytes(DIGEST_BYTES)), (MEMBER, b"1")]
    return Message(row_key(INSTANCE.name, str(debtor_number), kind, str(code)), b"{}", headers)


async def _write(servers: str, name: str, transactions: Iterable[Parts]) -> None:
    writer = Writer(servers, name)
    await writer.open()
    try:
        for parts in transactions:
            await writer.write(parts)
    finally:
        await writer.close()

"""What there is of a person, in every instance: read, and left as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from deploy.clients import database, no_broker, reader
from deploy.erasing.called import called, remembered
from deploy.erasing.whose import Asking, Clients, Everyone, is_theirs, needles
from deploy.lasting import note_outlived
from deploy.removal import Query, Watch, documents
from deploy.replay.plan import Replay, droppable
from deploy.replay.run import ReplaySettings
from schemas.attempts import ATTEMPTS
from schemas.controls import BLOCKLIST, PROMISES
from schemas.erp.documents import document as document_in
from schemas.erp.documents import document_problem
from schemas.errors import StopWorker
from schemas.runtime.key_checks import check_keys
from schemas.runtime.mongo import Database
from schemas.runtime.reading import read_through
from schemas.runtime.secrets import person_hash
from schemas.runtime.settings import PersonSettings
from schemas.suppression import SUPPRESSED, client_text
from schemas.topics import BILLS, CALLS, CLIENTS, DEBTORS, EVIDENCE, QUEUE
from schemas.views import DEAD_LETTERS, REPLAYS, VIEWS

OF_CLIENTS = [view.name for view in VIEWS if view.topic in {DEBTORS, QUEUE, BILLS, CALLS, EVIDENCE}]
"""Views whose documents are some client's; each has `instance` and `code`."""


class EraseSettings(ReplaySettings, PersonSettings):
    """Broker, database, and the key under which documents become people."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody by their document, which is kept nowhere. `signs`: what tells of them wherever it stands."""

    hash: str
    signs: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """`formerly`: clients that were this person and are somebody else by now. `living`: records by topic; `shown`: documents
    by view, and of replays; `letters`: dead ones, by `_id`. `attempts`, `blocks`: stay. `replays`: are dropped whole.
    """

    person: Person
    clients: Clients
    formerly: int
    living: Mapping[str, int]
    shown: Mapping[str, int]
    letters: tuple[str, ...]
    promises: int
    attempts: int
    blocks: int
    replays: tuple[Replay, ...]
    is_suppressed: bool

    @property
    def count(self) -> int:
        """All that goes, one by one."""
        return sum(self.living.values()) + sum(self.shown.values()) + len(self.letters) + self.promises


def person(document: str, settings: PersonSettings) -> Person:
    """Raises StopWorker where it is no CPF or CNPJ; the text itself is in no message."""
    bare = document_in(document)
    if not bare:
        raise StopWorker(f"that is no CPF or CNPJ ({document_problem(document)}): look at it again")
    hashed = person_hash(bare, settings.collector_person_key)
    return Person(hashed, needles(bare, hashed))


async def find(settings: EraseSettings, whom: Person) -> Found:
    """Reads every topic that holds rows, states and calls once. Raises StopWorker."""
    async with database(settings) as store, reader(settings.kafka_bootstrap_servers) as consumer:
        await check_keys(store, settings)
        listed = {str(one["_id"]) async for one in store[SUPPRESSED].find({"person": whom.hash}, {"_id": 1})}
        asking = await asked(settings, store, whom, listed)
        clients = asking.clients
        of = of_clients(clients)
        watch = Watch(consumer, Everyone(clients))
        if clients:
            await note_outlived(store, of, watch.living)
            await watch.catch_up()
        replays = [plan for plan in await _replays(store) if plan.instance in {"", *clients}] if clients else []
        shown = await documents(store, OF_CLIENTS, of)
        for plan in replays:
            if plan.what in OF_CLIENTS:
                shown |= await documents(store, [plan.collection], of)
        return Found(
            person=whom,
            clients=clients,
            formerly=asking.formerly,
            living=watch.living.counts(),
            shown=shown,
            letters=tuple(await letters(store, clients, whom)),
            promises=await store[PROMISES].count_documents(of),
            attempts=await store[ATTEMPTS].count_documents(of),
            blocks=await store[BLOCKLIST].count_documents({"person": whom.hash}),
            replays=tuple(replays),
            is_suppressed=whom.hash in listed,
        )


async def asked(settings: EraseSettings, store: Database, whom: Person, listed: set[str]) -> Asking:
    """Who of all clients it is. `listed`: hashes of those that are known already."""
    key = settings.collector_person_key
    asking = Asking(
        whom.hash,
        lambda instance, code: bool(listed) and person_hash(client_text(instance, code), key) in listed,
        await called(store, whom.hash),
    )
    for debtor in await remembered(store) if listed else ():
        asking.meet(debtor)
    tps = [TopicPartition(CLIENTS.name, number) for number in range(CLIENTS.partitions)]
    try:
        await read_through(settings.kafka_bootstrap_servers, tps, asking.note)
    except KafkaError as exc:
        raise await no_broker(settings.kafka_bootstrap_servers, exc) from exc
    return asking


def of_clients(clients: Clients) -> Query:
    """Of a `find`: documents of these clients."""
    each: list[Any] = [{"instance": name, "code": {"$in": list(codes)}} for name, codes in clients.items()]
    return {"$or": each} if each else {"_id": {"$in": []}}


async def letters(store: Database, clients: Clients, whom: Person) -> list[str]:
    """Dead ones in MongoDB, by `_id`."""
    fields = {"key": 1, "value": 1, "place": 1}
    return [str(one["_id"]) async for one in store[DEAD_LETTERS].find({}, fields) if is_theirs(one, clients, whom.signs)]


async def _replays(store: Database) -> list[Replay]:
    """Raises StopWorker where one is on the way into the place of what is shown."""
    found = [Replay.of(one) async for one in store[REPLAYS].find()]
    for plan in found:
        droppable(plan)
    return found

"""`collector restore`: a backup into an empty database, raw topics into empty ones; Kafka and the ERP fill in the rest.

Every instance comes back disarmed. Calls that were placed after the backup are not in the ledger that comes back, and who
was called then must not be called again as if nothing had been: nobody arms before that time is over
(`schemas.runtime.restores`). Instances go in last: before all else is there no stage reads an ERP, nor rings.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bson import decode_iter
from pymongo import ReplaceOne

from deploy.audit import noted
from deploy.backup import topics_back
from deploy.backup.box import Box, is_sealed_by
from deploy.backup.kept import in_order, in_use
from deploy.backup.manifest import BACKUP_KEY, File, Manifest, TopicFile, read_manifest
from deploy.backup.sealed import is_it, opened
from deploy.backup.settings import BackupSettings
from deploy.backup.topics import Raw, Step
from deploy.backup.write import AS_THEY_ARE
from deploy.clients import database
from schemas.errors import StopWorker
from schemas.runtime.key_checks import PERSON_KEY, SECRET_KEY, TEXT
from schemas.runtime.mongo import Database
from schemas.runtime.restores import RESTORES
from schemas.runtime.secrets import opens, person_mark
from schemas.views import INSTANCES

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Restored:
    """`disarmed`: instances that have a PABX; armed in the backup or not, they may have been until the loss."""

    manifest: Manifest
    disarmed: tuple[str, ...]


async def restore(settings: BackupSettings, folder: Path, step: Step = lambda *_: None, raw: Raw | None = None) -> Restored:
    """All of it, its topics where `raw` says where to; what was cut is done again from the beginning.

    Raises StopWorker, before it writes anything, for another key, a file that is not whole, a database or topics in use.
    """
    manifest = read_manifest(folder)
    _same_keys(manifest, settings)
    _same_backup_key(folder, manifest, settings)
    for file in manifest.files:
        _whole(folder, file, _box(settings, manifest, file))
    of_topics = () if raw is None else manifest.topics
    for one in of_topics:
        topics_back.whole(folder, one, _box(settings, manifest, one))
    by_name = {file.collection: file for file in manifest.files}
    files = [by_name[name] for name in in_order(by_name)]
    async with database(settings) as store:
        begun = await _begun(store, manifest, settings)
        if raw is not None and of_topics:
            await topics_back.make_ready(raw, of_topics, begun=begun)
        if not begun:
            await _begin(store, manifest)
        disarmed: list[str] = []
        for file in (file for file in files if file.collection != INSTANCES):
            await _put_back(store, file, _documents(folder, file, _box(settings, manifest, file)), step)
        for one in of_topics:
            if raw is not None:
                await topics_back.put_back(raw, folder, one, _box(settings, manifest, one), step)
        await _unused(store, settings, begun=True)  # stages that were started meanwhile have begun with half of it
        for file in (file for file in files if file.collection == INSTANCES):
            disarmed += await _put_back(store, file, _documents(folder, file, _box(settings, manifest, file)), step)
        await noted(store, "restored", "", manifest.id, f"of {manifest.at:%Y-%m-%d %H:%M} UTC")
        done = {"at": manifest.at, "done": datetime.now(UTC)}
        await store[RESTORES].update_one({"_id": manifest.id}, {"$set": done}, upsert=True)
        # of a backup that was made while another restore was cut: it is never finished here
        await store[RESTORES].update_many({"done": {"$exists": False}}, {"$set": {"done": done["done"]}})
    return Restored(manifest, tuple(disarmed))


def _box(settings: BackupSettings, manifest: Manifest, file: File | TopicFile) -> Box:
    return Box(settings.collector_backup_key, manifest.id, file.sealed_as)


def _same_keys(manifest: Manifest, settings: BackupSettings) -> None:
    """The keys are in no backup: with others its people are strangers, and its ERPs cannot be opened."""
    secret, person = manifest.checks.get(SECRET_KEY), manifest.checks.get(PERSON_KEY)
    if secret is not None and not opens(secret, settings.collector_secret_key):
        raise _another(SECRET_KEY)
    if person is not None and person != person_mark(TEXT, settings.collector_person_key):
        raise _another(PERSON_KEY)


def _same_backup_key(folder: Path, manifest: Manifest, settings: BackupSettings) -> None:
    """Where the manifest has no check of it, the smallest file tells: it is the very one that was written."""
    key, check = settings.collector_backup_key, manifest.checks.get(BACKUP_KEY)
    if check is not None:
        if not is_sealed_by(key, manifest.id, check):
            raise _another(BACKUP_KEY)
        return
    files: list[File | TopicFile] = [*manifest.files, *manifest.topics]
    if files:
        smallest = min(files, key=lambda file: file.bytes)
        is_it(folder, smallest)
        try:
            next(opened(folder, smallest, _box(settings, manifest, smallest)))
        except StopWorker:
            raise _another(BACKUP_KEY) from None


def _another(name: str) -> StopWorker:
    kept_in = "`.env` (without Docker `.collector/secrets.env`)"
    return StopWorker(f"{name} is not the key of this backup: take it from the {kept_in} that was kept beside it")


def _whole(folder: Path, file: File, box: Box) -> None:
    """Every document can be read, before the first one is written."""
    is_it(folder, file)
    count = sum(1 for _ in _documents(folder, file, box))
    if count != file.documents:
        raise StopWorker(f"{folder / file.name}: {count} documents, not {file.documents}: use another backup")


def _documents(folder: Path, file: File, box: Box) -> Iterator[Mapping[str, Any]]:
    for piece in opened(folder, file, box):
        yield from decode_iter(piece, AS_THEY_ARE)


async def _begun(store: Database, manifest: Manifest, settings: BackupSettings) -> bool:
    """Whether it was cut before: what is there already is replaced. Raises StopWorker where anything else is there."""
    marker = await store[RESTORES].find_one({"_id": manifest.id})
    begun = marker is not None and "done" not in marker
    await _unused(store, settings, begun=begun)
    return begun


async def _unused(store: Database, settings: BackupSettings, *, begun: bool) -> None:
    """Raises StopWorker where stages work, or have: what goes in beside what they write is not what was backed up."""
    for name in in_use(await store.list_collection_names(), begun=begun):
        if await store[name].find_one({}, {"_id": 1}) is not None:
            raise StopWorker(
                f"MONGO_DATABASE={settings.mongo_database} is in use ({name}): a backup goes into an empty database only; "
                "stop the stages, then name another one"
            )


async def _begin(store: Database, manifest: Manifest) -> None:
    """Another restore of which nothing is there was cut at its very beginning, and is none."""
    await store[RESTORES].delete_many({"_id": {"$ne": manifest.id}, "done": {"$exists": False}})
    marker = {"began": datetime.now(UTC), "at": manifest.at}
    await store[RESTORES].replace_one({"_id": manifest.id}, marker, upsert=True)


async def _put_back(store: Database, file: File, documents: Iterable[Mapping[str, Any]], step: Step) -> list[str]:
    """Which of them are instances that have a PABX."""
    disarmed: list[str] = []
    done, each = 0, iter(documents)
    while some := list(islice(each, AT_ONCE)):
        safe = [disarm(one) if file.collection == INSTANCES else one for one in some]
        if file.collection == INSTANCES:
            disarmed += [str(one["_id"]) for one in safe if one.get("pabx")]
        writes: list[ReplaceOne[Any]] = [ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in safe]
        await store[file.collection].bulk_write(writes, ordered=False)
        done += len(writes)
        step(file.collection, done, file.documents)
    return disarmed


def disarm(instance: Mapping[str, Any]) -> Mapping[str, Any]:
    """The instance as one that rings nobody; the very same where it is one."""
    pabx = instance.get("pabx")
    return {**instance, "pabx": {**pabx, "armed": False}} if isinstance(pabx, Mapping) and pabx.get("armed") else instance

"""`collector backup`: one instant of the database, whole, while everybody writes; raw topics up to right before it."""

import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bson.codec_options import CodecOptions, DatetimeConversion
from bson.raw_bson import RawBSONDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from ulid import ULID

from deploy.backup import topics
from deploy.backup.box import Box, key_check
from deploy.backup.kept import kept
from deploy.backup.manifest import BACKUP_KEY, NAME, File, Manifest
from deploy.backup.sealed import put, writing
from deploy.backup.settings import BackupSettings
from deploy.backup.topics import Step
from deploy.clients import database
from schemas.errors import StopWorker
from schemas.runtime.key_checks import KEY_CHECKS, check_keys
from schemas.runtime.mongo import Database
from schemas.runtime.version import version

PREFIX, PARTIAL = "collector-", ".partial-"
LEFT_S = 3_600.0
"""A backup that has not been written to for so long was left."""
AS_THEY_ARE: CodecOptions[Any] = CodecOptions(
    document_class=RawBSONDocument, tz_aware=True, datetime_conversion=DatetimeConversion.DATETIME_AUTO
)
"""Bytes for bytes, also what no program of ours could have written."""
TELL_EVERY = 1_000


async def backup(
    settings: BackupSettings, folder: Path, keep: int | None, step: Step = lambda *_: None, raw: topics.Raw | None = None
) -> Path:
    """Write a backup below `folder` and return its own folder. `keep`: so many of the newest stay, older ones go.

    `raw`: the raw topics too, up to right before the database's instant: no call is in them whose mark is not in the ledger.

    What was cut is no backup: its folder gets its name when all of it is on the disk. Raises StopWorker.
    """
    ends = None if raw is None else await topics.ends_now(raw)
    at, name = datetime.now(UTC), str(ULID())
    partial = folder / f"{PARTIAL}{name}"
    try:
        partial.mkdir(parents=True, mode=0o700)
        _sweep(folder, at)
        about = Manifest(id=name, at=at, release=version(), database=settings.mongo_database, checks={}, files=())
        async with database(settings) as store:
            await check_keys(store, settings)
            manifest = await _written(store, settings, partial, about, step)
        if raw is not None and ends is not None:

            def box(what: str) -> Box:
                return Box(settings.collector_backup_key, name, what)

            manifest = manifest.model_copy(update={"topics": await topics.write(raw, ends, topics.To(partial, box), step)})
        put(partial / NAME, manifest.model_dump_json(indent=2).encode())
        done = folder / f"{PREFIX}{at:%Y%m%dT%H%M%SZ}"
        partial.rename(done)
        _older_go(folder, done, keep)
    except OSError as exc:
        raise StopWorker(f"{folder}: {exc.strerror}: nothing was backed up") from exc
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return done


async def _written(store: Database, settings: BackupSettings, folder: Path, about: Manifest, step: Step) -> Manifest:
    files, checks = [], {BACKUP_KEY: key_check(settings.collector_backup_key, about.id)}
    # One instant for all: MongoDB keeps it for five minutes, in which 4 GB were written here
    async with store.client.start_session(snapshot=True) as session:
        async for check in store[KEY_CHECKS].find(session=session):
            checks[str(check["_id"])] = str(check["check"])
        for name in kept(await store.list_collection_names()):
            box = Box(settings.collector_backup_key, about.id, name)
            files.append(await _file(store, session, folder, box, step))
    return about.model_copy(update={"checks": checks, "files": tuple(files)})


async def _file(store: Database, session: AsyncClientSession, folder: Path, box: Box, step: Step) -> File:
    """One collection."""
    expected = await store[box.name].estimated_document_count()
    file = File(collection=box.name, documents=0, bytes=0, sha256="")
    with writing(folder / file.name, box) as output:
        found: Any = store.get_collection(box.name, codec_options=AS_THEY_ARE).find(session=session)
        async for document in found:
            output.add(document.raw)
            if (done := output.pieces.documents) % TELL_EVERY == 0:
                step(box.name, done, max(expected, done))
    step(box.name, output.pieces.documents, output.pieces.documents)
    return file.model_copy(update={"documents": output.pieces.documents, "bytes": output.size, "sha256": output.digest})


def _older_go(folder: Path, done: Path, keep: int | None) -> None:
    """Never the one that is just `done`: a clock that once stood in the future has given older ones a newer name."""
    if keep is None:
        return
    others = sorted(one for one in folder.glob(f"{PREFIX}*Z") if one != done)
    for old in others[: max(0, len(others) + 1 - keep)]:
        with suppress(OSError):  # it stays until the next time
            shutil.rmtree(old)


def _sweep(folder: Path, at: datetime) -> None:
    """What was killed while it was written; not what another writes just now."""
    for one in folder.glob(f"{PARTIAL}*"):
        with suppress(OSError):
            if at.timestamp() - max(part.stat().st_mtime for part in (one, *one.iterdir())) > LEFT_S:
                shutil.rmtree(one)

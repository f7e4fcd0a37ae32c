"""`collector backup`: one instant of the database, whole, while everybody goes on writing."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, cast

from bson.codec_options import CodecOptions, DatetimeConversion
from bson.raw_bson import RawBSONDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from ulid import ULID

from deploy.backup.box import Box, Pieces
from deploy.backup.kept import kept
from deploy.backup.manifest import NAME, File, Manifest
from deploy.backup.settings import BackupSettings
from deploy.clients import database
from schemas.errors import StopWorker
from schemas.runtime.key_checks import KEY_CHECKS, check_keys
from schemas.runtime.mongo import Database
from schemas.runtime.version import version

PREFIX, PARTIAL = "collector-", ".partial-"
AS_THEY_ARE: CodecOptions[Any] = CodecOptions(
    document_class=RawBSONDocument, tz_aware=True, datetime_conversion=DatetimeConversion.DATETIME_AUTO
)
"""Bytes for bytes, also what no program of ours could have written."""
TELL_EVERY = 1_000

Step = Callable[[str, int, int], None]
"""Told (collection, documents done, documents there are about)."""


async def backup(settings: BackupSettings, folder: Path, keep: int | None, step: Step = lambda *_: None) -> Path:
    """Write a backup below `folder` and return its own folder. `keep`: so many of the newest stay, older ones go.

    What was cut is no backup: its folder gets its name when all of it is on the disk. Raises StopWorker.
    """
    at, name = datetime.now(UTC), str(ULID())
    partial = folder / f"{PARTIAL}{name}"
    try:
        partial.mkdir(parents=True, mode=0o700)
        about = Manifest(id=name, at=at, release=version(), database=settings.mongo_database, checks={}, files=())
        async with database(settings) as store:
            await check_keys(store, settings)
            manifest = await _written(store, settings, partial, about, step)
        _put(partial / NAME, manifest.model_dump_json(indent=2).encode())
        done = folder / f"{PREFIX}{at:%Y%m%dT%H%M%SZ}"
        partial.rename(done)
        _older_go(folder, keep)
    except OSError as exc:
        raise StopWorker(f"{folder}: {exc.strerror}: nothing was backed up") from exc
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return done


async def _written(store: Database, settings: BackupSettings, folder: Path, about: Manifest, step: Step) -> Manifest:
    files, checks = [], {}
    # One instant for all: MongoDB keeps it for five minutes, in which 4 GB were written here
    async with store.client.start_session(snapshot=True) as session:
        async for check in store[KEY_CHECKS].find(session=session):
            checks[str(check["_id"])] = str(check["check"])
        for name in kept(await store.list_collection_names()):
            box = Box(settings.collector_backup_key, about.id, name)
            files.append(await _file(store, session, folder, box, step))
    return about.model_copy(update={"checks": checks, "files": tuple(files)})


async def _file(store: Database, session: AsyncClientSession, folder: Path, box: Box, step: Step) -> File:
    """One collection, piece by piece: of a large one only a piece is in memory."""
    expected = await store[box.name].estimated_document_count()
    pieces, digest, size = Pieces(box), sha256(), 0
    file = File(collection=box.name, documents=0, bytes=0, sha256="")
    with _private(folder / file.name) as output:

        def put(piece: bytes) -> None:
            nonlocal size
            digest.update(piece)
            size += output.write(piece)

        found: Any = store.get_collection(box.name, codec_options=AS_THEY_ARE).find(session=session)
        async for document in found:
            put(pieces.add(document.raw))
            if pieces.documents % TELL_EVERY == 0:
                step(box.name, pieces.documents, max(expected, pieces.documents))
        put(pieces.last())
        _on_disk(output)
    step(box.name, pieces.documents, pieces.documents)
    return file.model_copy(update={"documents": pieces.documents, "bytes": size, "sha256": digest.hexdigest()})


def _private(path: Path) -> BinaryIO:
    return cast(BinaryIO, os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"))


def _on_disk(output: BinaryIO) -> None:
    output.flush()
    os.fsync(output.fileno())


def _put(path: Path, content: bytes) -> None:
    with _private(path) as output:
        output.write(content)
        _on_disk(output)


def _older_go(folder: Path, keep: int | None) -> None:
    if keep is None:
        return
    for old in sorted(folder.glob(f"{PREFIX}*Z"))[:-keep]:
        with suppress(OSError):  # it stays until the next time
            shutil.rmtree(old)

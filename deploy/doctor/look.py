"""Asks this machine, MongoDB, Kafka, and each server with a certificate; every answer is a finding, also none."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pymongo
from pydantic import HttpUrl, SecretStr
from pymongo.errors import PyMongoError

from deploy.backup.manifest import read_manifest
from deploy.backup.write import PREFIX
from deploy.doctor import rules
from deploy.doctor.rules import Finding
from deploy.topics import ReplicationSettings, differences
from schemas.errors import PipelineError, StopWorker
from schemas.instances import Instance
from schemas.runtime import mongo
from schemas.runtime.database_login import refusal
from schemas.runtime.key_checks import check_keys
from schemas.runtime.releases import newest
from schemas.runtime.settings import KafkaSettings, MongoSettings, PersonSettings, SecretSettings
from schemas.runtime.version import version
from schemas.topics import TOPICS
from sinks.originate.clock_check import offset

WITHIN_S = 10.0


class DoctorSettings(KafkaSettings, MongoSettings, ReplicationSettings, SecretSettings, PersonSettings):
    """Whatever all stages together need. `COLLECTOR_BACKUP_KEY`: only looked at whether it is there."""

    collector_backup_key: SecretStr | None = None


async def findings(settings: DoctorSettings, home: Path, backups: Path | None, *, is_all_here: bool) -> list[Finding]:
    """All of them, the machine's first. `is_all_here`: what no variable says is said nowhere."""
    now = datetime.now(UTC)
    found = [_disk_here(home)]
    if backups is not None:
        found.append(rules.backup(_newest(backups), str(backups), now))
    key = settings.collector_backup_key
    if finding := rules.backup_key(None if key is None else key.get_secret_value(), is_all_here=is_all_here):
        found.append(finding)
    database = mongo.connect(settings)
    try:
        found += [one async for one in _of_mongo(database, settings)]
        found.append(await _said("topics", _topics(settings)))
        found += await _certificates(database, now)
    finally:
        await database.client.close()
    return found


def _disk_here(folder: Path) -> Finding:
    there = next(one for one in (folder, *folder.parents) if one.exists())
    usage = shutil.disk_usage(there)
    taken = usage.total - usage.free  # what a quota or root keeps is no room either
    return rules.disk("disk of this machine", taken, usage.total)


def _newest(folder: Path) -> datetime | None:
    """An unreadable one is none."""
    for one in sorted(folder.glob(f"{PREFIX}*Z"), reverse=True):
        try:
            return read_manifest(one).at
        except StopWorker:
            continue
    return None


async def _said(what: str, asked: Awaitable[str]) -> Finding:
    """Well, with what was answered; else what must be mended, which our errors say with the next step."""
    try:
        return Finding(what, "well", await asked)
    except PipelineError as exc:
        told, _, step = str(exc).partition(": ")
        return Finding(what, "bad", told, step)


async def _of_mongo(database: mongo.Database, settings: DoctorSettings) -> AsyncIterator[Finding]:
    try:
        with pymongo.timeout(WITHIN_S):
            asked = datetime.now(UTC)
            hello = await database.command("hello", codec_options=database.codec_options)
            answered = datetime.now(UTC)
            told: datetime = hello["localTime"]
            yield rules.clock(offset(asked, told, answered))
            yield rules.mongo_version(str((await database.client.server_info())["version"]))
            stats = await database.command("dbStats")
            yield rules.disk("disk of MongoDB", float(stats.get("fsUsedSize", 0)), float(stats.get("fsTotalSize", 0)))
        if finding := rules.release(version(), await newest(database)):
            yield finding
        yield await _said("replica set", _then("has transactions", lambda: mongo.require_transactions(database)))
        yield await _said("secrets", _then("are those of this database", lambda: check_keys(database, settings)))
    except PyMongoError as exc:
        yield Finding(
            "MongoDB", "bad", refusal(exc) or f"does not answer ({type(exc).__name__})", "see MONGO_URI, then its log"
        )


async def _then(found: str, asked: Callable[[], Awaitable[None]]) -> str:
    await asked()
    return found


async def _topics(settings: DoctorSettings) -> str:
    if said := await differences(settings.kafka_bootstrap_servers, settings.kafka_replication, settings.as_set(TOPICS)):
        raise StopWorker("\n".join(said))
    return "as they should be"


async def _certificates(database: mongo.Database, now: datetime) -> list[Finding]:
    try:
        known, _ = await mongo.instances(database)
    except PyMongoError:
        return []  # told above
    servers = sorted({server for instance in known.values() for server in _servers(instance)})
    return list(await asyncio.gather(*(_certificate(*server, now) for server in servers)))


def _servers(instance: Instance) -> Iterator[tuple[str, int, str]]:
    """Host and port of what is spoken to with TLS, and the file of its authority ("": the machine's own)."""
    for one in (instance.erp, instance.pabx and instance.pabx.control):
        url = getattr(one, "url", None)
        if isinstance(url, HttpUrl) and url.scheme == "https" and url.host:
            yield url.host, url.port or 443, str(getattr(one, "ca_file", ""))


async def _certificate(host: str, port: int, ca_file: str, now: datetime) -> Finding:
    what = f"certificate of {host}:{port}"
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
        async with asyncio.timeout(WITHIN_S):
            _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
        told = writer.get_extra_info("peercert")["notAfter"]
        writer.close()
    except ssl.SSLCertVerificationError as exc:
        return Finding(what, "bad", exc.verify_message, "tell whoever keeps that server; nothing is read from it like this")
    except (OSError, TimeoutError) as exc:
        return Finding(what, "soon", f"not reached ({type(exc).__name__})", "see `collector instance test`")
    return rules.certificate(f"{host}:{port}", datetime.fromtimestamp(ssl.cert_time_to_seconds(told), UTC), now)

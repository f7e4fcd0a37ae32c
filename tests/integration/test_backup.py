"""A backup of a real MongoDB at work, put back into an empty one: byte for byte, or not at all."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from bson import DatetimeMS
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.raw_bson import RawBSONDocument
from cryptography.fernet import Fernet
from pydantic import SecretStr
from pymongo import MongoClient
from pymongo.database import Database

from deploy.backup import kept
from deploy.backup.manifest import NAME, read_manifest
from deploy.backup.restore import restore
from deploy.backup.settings import BackupSettings
from deploy.backup.write import backup
from schemas.errors import StopWorker
from tests.integration.command import Collector

pytestmark = pytest.mark.integration

KEYS = {name: Fernet.generate_key().decode() for name in ("COLLECTOR_SECRET_KEY", "COLLECTOR_BACKUP_KEY")}
PERSON = {"COLLECTOR_PERSON_KEY": "a person key, only for tests"}
PLANTED = ("FULANA DE TESTE", "+5582999990001", "p" * 32, *KEYS.values(), *PERSON.values())
RAW: CodecOptions[Any] = CodecOptions(
    document_class=RawBSONDocument, tz_aware=True, datetime_conversion=DatetimeConversion.DATETIME_AUTO
)
AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
PAIRS = 3_000
Store = Database[dict[str, Any]]


def fill(store: Store) -> None:
    """Some of everything, also what no program of ours could have written."""
    store["instances"].insert_one({"_id": "norte", "erp": "ixc", "pabx": {"armed": True, "ari_user": "collector"}})
    store["instances"].insert_one({"_id": "sul", "erp": "rbx", "more": {"later": [1, 2.5, None]}})
    store["instances"].insert_one({"_id": "leste", "erp": "rbx", "pabx": {"armed": False}})
    store["pabx_tests"].insert_one({"_id": "norte", "route": "ari 127.0.0.1:8088"})
    store["suppressed"].insert_one({"_id": "h" * 32, "what": "person"})
    store["restores"].insert_one({"_id": "01EARLIER", "at": AT, "done": AT})
    store["blocklist"].insert_one({"_id": "number:+5582999990001", "at": DatetimeMS(2**62)})
    store["promises"].insert_one({"_id": "norte:1", "until": "2026-12-10", "name": "FULANA DE TESTE"})
    store["users"].insert_one({"_id": "ana", "role": "admin"})
    store["dead_letters"].insert_one({"_id": "hydrate:1", "value": b"\xff\x00 FULANA DE TESTE", "person": "p" * 32})
    store["snapshots"].insert_many([{"_id": f"norte:{n}", "at": AT, "cents": n} for n in range(2_500)])
    store["a_later_versions"].insert_one({"_id": 1})
    store["debtors"].insert_one({"_id": "norte:1", "name": "FULANA DE TESTE"})
    store["view_epochs"].insert_one({"_id": "debtors:0", "next": 7})


@contextmanager
def calling(store: Store) -> Iterator[None]:
    """Somebody who writes each attempt and its mark together, all the time."""
    enough = Event()

    def write() -> None:
        number = 0
        while not enough.is_set():
            with store.client.start_session() as session, session.start_transaction():
                store["attempts"].insert_one({"_id": f"late:{number}", "state": "ringing"}, session=session)
                store["ledger"].insert_one({"_id": f"late:{number}", "n": 1}, session=session)
            number += 1

    thread = Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def raw(store: Store) -> dict[str, dict[Any, bytes]]:
    """Every document of every collection as it lies there."""
    names = store.list_collection_names()
    return {name: {one["_id"]: one.raw for one in store.get_collection(name, RAW).find()} for name in names}


@pytest.fixture
def stores(mongo_uri: str, database: str) -> Iterator[tuple[Store, Store]]:
    """One that is in use, and an empty one."""
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        yield client[database], client[f"{database}-new"]
        client.drop_database(f"{database}-new")


def settings(mongo_uri: str, database: str) -> BackupSettings:
    return BackupSettings(
        mongo_uri=mongo_uri,
        mongo_database=database,
        **{name.lower(): SecretStr(value) for name, value in {**KEYS, **PERSON}.items()},  # type: ignore[arg-type]  # by their names
    )


def test_a_backup_taken_at_work_comes_back_whole_disarmed_and_only_where_nothing_is(
    stores: tuple[Store, Store], mongo_uri: str, tmp_path: Path
) -> None:
    """The marks and the attempts of one instant, whatever was written meanwhile."""
    used, empty = stores
    fill(used)
    for name in ("attempts", "ledger"):
        used[name].insert_many([{"_id": f"{n}", "text": "x" * 800} for n in range(PAIRS)])
    collector = Collector(tmp_path, {"MONGO_URI": mongo_uri, **KEYS, **PERSON})
    before = raw(used)
    (tmp_path / "kept" / "collector-20990101T000000Z").mkdir(parents=True)  # of a clock that stood wrong
    (killed := tmp_path / "kept" / ".partial-1").mkdir()
    os.utime(killed, (0, 0))
    with calling(used):
        for _ in range(2):
            done = collector("backup", "kept", "--keep", "1", MONGO_DATABASE=used.name)
            assert done.returncode == 0, done.stderr
            assert "keep a copy of whatever file sets them" in done.stderr
    (folder,) = (tmp_path / "kept").iterdir()
    assert not [path for path in folder.rglob("*") if path.stat().st_mode & 0o077]
    content = b"".join(path.read_bytes() for path in folder.iterdir())
    assert not [word for word in PLANTED if word.encode() in content]

    found = collector("restore", str(folder), MONGO_DATABASE=empty.name)
    assert found.returncode == 0, found.stderr
    assert "norte is disarmed" in found.stderr
    assert "leste is disarmed" in found.stderr, "armed after the backup it may have rung until the loss"
    assert "sul is disarmed" not in found.stderr
    after = raw(empty)
    late = {name: {key for key in after[name] if str(key).startswith("late:")} for name in ("attempts", "ledger")}
    assert late["attempts"] == late["ledger"] != set()
    assert [one["action"] for one in empty["audit"].find()] == ["restored"]
    assert empty["restores"].count_documents({"done": {"$exists": True}}) == 2, "what the first one lacks is lacking still"
    armed = empty["instances"].find_one({"_id": "norte"})
    assert armed == {"_id": "norte", "erp": "ixc", "pabx": {"armed": False, "ari_user": "collector"}}
    for name in ("audit", "restores", "key_checks", "debtors", "view_epochs", "pabx_tests"):
        assert name not in {"debtors", "view_epochs", "pabx_tests"} or name not in after
        before.pop(name, None)
        after.pop(name, None)
    for name in ("attempts", "ledger"):
        after[name] = {key: value for key, value in after[name].items() if key not in late[name]}
    del before["instances"]["norte"], after["instances"]["norte"]
    assert after == before

    again = collector("restore", str(folder), MONGO_DATABASE=empty.name)
    assert (again.returncode, again.stdout) == (2, "")
    assert "is in use (a_later_versions)" in again.stderr


async def backed_up(used: Store, mongo_uri: str, home: Path) -> Path:
    """By the command; the folder of the only backup."""
    collector = Collector(home, {"MONGO_URI": mongo_uri, **KEYS, **PERSON})
    done = await asyncio.to_thread(collector, "backup", "kept", MONGO_DATABASE=used.name)
    assert done.returncode == 0, done.stderr
    (folder,) = (home / "kept").iterdir()
    return folder


async def test_a_restore_that_was_cut_goes_on_and_nothing_is_written_of_what_is_wrong(
    stores: tuple[Store, Store], mongo_uri: str, tmp_path: Path
) -> None:
    used, empty = stores
    fill(used)
    folder = await backed_up(used, mongo_uri, tmp_path)
    wanted = settings(mongo_uri, empty.name)

    other = SecretStr(Fernet.generate_key().decode())
    for name in ("collector_secret_key", "collector_person_key", "collector_backup_key"):
        with pytest.raises(StopWorker, match=f"^{name.upper()} is not the key of this backup: take it from"):
            await restore(wanted.model_copy(update={name: other}), folder)
    manifest = read_manifest(folder)
    older = {name: check for name, check in manifest.checks.items() if name != "COLLECTOR_BACKUP_KEY"}
    assert len(older) == len(manifest.checks) - 1
    (folder / NAME).write_text(manifest.model_copy(update={"checks": older}).model_dump_json())
    with pytest.raises(StopWorker, match=r"^COLLECTOR_BACKUP_KEY is not the key of this backup: take it from"):
        await restore(wanted.model_copy(update={"collector_backup_key": other}), folder)
    spoilt = folder / "users.bson.sealed"
    whole = spoilt.read_bytes()
    spoilt.write_bytes(whole[:-1])
    with pytest.raises(StopWorker, match=r"users.bson.sealed: not the file that its manifest tells of"):
        await restore(wanted, folder)
    assert empty.list_collection_names() == []
    spoilt.write_bytes(whole)

    class Cut(Exception):
        """In the middle of the snapshots."""

    def cut(what: str, done: int, _: int) -> None:
        if what == "snapshots" and done > 1_000:
            raise Cut

    with pytest.raises(Cut):
        await restore(wanted, folder, cut)
    assert 0 < empty["snapshots"].count_documents({}) < 2_500
    assert empty["suppressed"].count_documents({}) == 1
    assert empty["instances"].count_documents({}) == 0, "no stage has anything to do yet"
    empty["view_epochs"].insert_one({"_id": "calls:0", "next": 1})
    with pytest.raises(StopWorker, match=r"is in use \(view_epochs\)"):
        await restore(wanted, folder)
    empty.drop_collection("view_epochs")
    assert sorted((await restore(wanted, folder)).disarmed) == ["leste", "norte"]
    assert empty["snapshots"].count_documents({}) == 2_500


async def test_stages_that_have_begun_are_given_no_backup(
    stores: tuple[Store, Store], mongo_uri: str, tmp_path: Path
) -> None:
    """Before it, or while it goes in: what they have written is of another database than what comes back."""
    used, empty = stores
    fill(used)
    folder = await backed_up(used, mongo_uri, tmp_path)
    wanted = settings(mongo_uri, empty.name)
    for name in ("view_epochs", "stages", "leases", "debtors"):
        empty[name].insert_one({"_id": "of a stage"})
        with pytest.raises(StopWorker, match=rf"is in use \({name}\)"):
            await restore(wanted, folder)
        assert empty.list_collection_names() == [name]
        empty.drop_collection(name)

    def started(what: str, *_: int) -> None:
        if what == "users":
            empty["view_epochs"].replace_one({"_id": "calls:0"}, {"next": 1}, upsert=True)

    with pytest.raises(StopWorker, match=r"is in use \(view_epochs\)"):
        await restore(wanted, folder, started)
    assert empty["users"].count_documents({}) == 1
    assert empty["instances"].count_documents({}) == 0
    (marker,) = empty["restores"].find({"_id": {"$ne": "01EARLIER"}})
    assert "done" not in marker, "nobody is armed where not all of it is there"


async def test_a_test_call_of_before_the_loss_that_an_older_backup_has_proves_nothing(
    stores: tuple[Store, Store], mongo_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does a restore that was cut elsewhere wait here for its end."""
    used, empty = stores
    fill(used)
    used["restores"].insert_one({"_id": "01CUT", "at": AT})
    monkeypatch.setattr(kept, "REBUILT", kept.REBUILT - {"pabx_tests"})
    wanted = settings(mongo_uri, used.name)
    folder = await backup(wanted, tmp_path, None)
    monkeypatch.undo()
    assert "pabx_tests" in [file.collection for file in read_manifest(folder).files]

    await restore(settings(mongo_uri, empty.name), folder)

    assert "pabx_tests" not in empty.list_collection_names()
    assert empty["restores"].count_documents({"done": {"$exists": False}}) == 0

"""`collector doctor` against the real servers, and an ERP whose certificate ends soon."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import SSLContext
from threading import Thread

import pytest
from cryptography.fernet import Fernet

from deploy.backup.manifest import NAME, Manifest
from deploy.topics import ensure
from tests.certificates import certified
from tests.integration.command import Collector
from tests.integration.instance_store import PLACE, TOKEN, collector

__all__ = ["collector"]
pytestmark = pytest.mark.integration


@contextmanager
def served(context: SSLContext) -> Iterator[int]:
    """An ERP that shakes hands and says nothing more."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                taken, _ = listener.accept()
                with suppress(OSError), taken, context.wrap_socket(taken, server_side=True) as shaken:
                    shaken.recv(1)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def states(folder: Path) -> dict[str, str]:
    return {one["what"]: one["state"] for one in json.loads((folder / "found.json").read_text())}


async def test_each_thing_is_looked_at_and_what_is_bad_ends_with_a_code(
    collector: Collector, servers: str, tmp_path: Path
) -> None:
    """A certificate of twenty days and a backup of last week are no failure yet; another key is one. A key for backups
    is missed where it would be.
    """
    await ensure(servers, 1)
    context, ca = certified(tmp_path, "127.0.0.1", days=20)
    made = tmp_path / "backups" / "collector-20261120T030000Z"
    made.mkdir(parents=True)
    at = datetime.now(UTC) - timedelta(days=7)
    about = Manifest(id="01", at=at, release="0.1.0", database="collector", checks={}, files=())
    (made / NAME).write_text(about.model_dump_json())
    kafka = {"KAFKA_BOOTSTRAP_SERVERS": servers}
    with served(context) as port:
        add = ("instance", "add", "norte", "--url", f"https://127.0.0.1:{port}/", "--ca-file", str(ca), *PLACE)
        added = collector(*add, ERP_TOKEN=TOKEN)
        assert added.returncode == 0, added.stderr
        done = collector("doctor", "--backups", "backups", "-o", "found.json", **kafka)
        found = states(tmp_path)
        assert done.returncode == ("bad" in found.values()), done.stderr  # this machine's own disk may be full
        assert {name: state for name, state in found.items() if not name.startswith("disk") and "version" not in name} == {
            "clock": "well",
            "replica set": "well",
            "secrets": "well",
            "topics": "well",
            "backup": "soon",
            f"certificate of 127.0.0.1:{port}": "soon",
        }
        assert {name for name in found if name.startswith("disk")} == {"disk of this machine", "disk of MongoDB"}
        another = {"COLLECTOR_SECRET_KEY": Fernet.generate_key().decode()}
        wrong = collector("doctor", "-o", "found.json", **kafka, **another, COLLECTOR_BACKUP_KEY="")
    found = states(tmp_path)
    assert (wrong.returncode, found["secrets"], found["COLLECTOR_BACKUP_KEY"]) == (1, "bad", "soon"), wrong.stderr
    (tmp_path / ".env").write_text("LOG_LEVEL=INFO\n")
    assert "COLLECTOR_BACKUP_KEY" in collector("doctor", **kafka).stdout, "a file has all, and not this one"
    gone = collector(
        "doctor", "-o", "found.json", **kafka | {"MONGO_URI": "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=500"}
    )
    assert (gone.returncode, states(tmp_path)["MongoDB"]) == (1, "bad"), gone.stderr

"""`collector instance believe` as an operator runs it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from schemas.beliefs import BELIEFS
from schemas.sweeps import Sweep
from schemas.views import sweep
from tests.integration.asked import Store
from tests.integration.command import Collector

pytestmark = pytest.mark.integration

AT = datetime(2026, 1, 14, 12, tzinfo=UTC)


@pytest.fixture
def store(mongo_uri: str, database: str) -> Iterator[Store]:
    with MongoClient[dict[str, Any]](mongo_uri, tz_aware=True) as client:
        yield client[database]


def ended(phase: str, version: int) -> dict[str, Any]:
    fields = {"instance": "norte", "erp": "ixc", "kind": "bill", "sweep": "1", "phase": phase, "at": AT}
    return {**sweep(Sweep.model_validate({**fields, "known": 1_000, "missing": 700})), "version": version}


def test_only_what_is_held_back_can_be_believed(mongo_uri: str, database: str, store: Store, tmp_path: Path) -> None:
    """By the order in which it was told, not by any clock."""
    collector = Collector(tmp_path, {"MONGO_URI": mongo_uri, "MONGO_DATABASE": database})
    store["sweeps"].insert_one(ended("completed", 1))
    nothing, unknown = collector.each([("instance", "believe", "norte", kind) for kind in ("bill", "boleto")])
    assert (nothing.returncode, nothing.stderr.count("\n")) == (2, 1)
    assert "no sweep of bill of norte is held back" in nothing.stderr
    assert unknown.returncode == 2

    store["sweeps"].insert_one(ended("held", 2))
    done = collector("instance", "believe", "norte", "bill")
    assert done.returncode == 0
    assert "700 rows of bill of norte" in done.stderr
    (belief,) = store[BELIEFS].find()
    assert (belief["_id"], belief["instance"], belief["kind"], belief["missing"]) == ("norte:bill", "norte", "bill", 700)

    store["sweeps"].replace_one({"_id": "norte:bill:completed"}, ended("completed", 3))
    assert collector("instance", "believe", "norte", "bill").returncode == 2

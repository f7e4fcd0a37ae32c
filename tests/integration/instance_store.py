"""What the tests of `collector instance` share: the command with its keys, and what stands in the database after it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from pymongo import MongoClient

from schemas.instances import Instance
from schemas.views import INSTANCES
from tests.integration.asked import Store
from tests.integration.command import Collector

KEY = SecretStr(Fernet.generate_key().decode())
PERSON_KEY = "only for tests, at least 16"
TOKEN = f"17:{Fernet.generate_key().hex()[:64]}"
TOKEN_V2, APP_KEY = Fernet.generate_key().hex()[:40], Fernet.generate_key().hex()[:32]
SECRETS = {"ERP_TOKEN": TOKEN, "ERP_TOKEN_V2": TOKEN_V2, "ERP_APP_KEY": APP_KEY}
BAD_CONFIGURATION = 2
PLACE = ("--state", "AL", "--zone", "America/Maceio", "--ddd", "82")


@pytest.fixture
def collector(mongo_uri: str, database: str, tmp_path: Path) -> Collector:
    keys = {"COLLECTOR_SECRET_KEY": KEY.get_secret_value(), "COLLECTOR_PERSON_KEY": PERSON_KEY}
    return Collector(tmp_path, {"MONGO_URI": mongo_uri, "MONGO_DATABASE": database, **keys})


@pytest.fixture
def store(mongo_uri: str, database: str) -> Iterator[Store]:
    with MongoClient[dict[str, Any]](mongo_uri, tz_aware=True) as client:
        yield client[database]


def stored(store: Store) -> dict[str, Instance]:
    documents = {document.pop("_id"): document for document in store[INSTANCES].find()}
    return {name: Instance.model_validate(document) for name, document in documents.items()}


def config(folder: Path, file: str, **fields: Any) -> str:  # noqa: ANN401 - JSON
    (folder / file).write_text(json.dumps(fields))
    return file

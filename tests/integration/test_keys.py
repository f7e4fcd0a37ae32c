"""Another key than the database was written with is one line and code 2, before anything is read, sealed or rung."""

import asyncio
import time
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from schemas.errors import StopWorker
from schemas.runtime.key_checks import KEY_CHECKS, check_keys
from schemas.runtime.mongo import connect
from schemas.runtime.secrets import opens, seal, unseal
from schemas.runtime.settings import MongoSettings, PersonSettings, SecretSettings
from schemas.views import INSTANCES
from tests.integration.asked import Store
from tests.integration.command import Collector
from tests.integration.instance_store import BAD_CONFIGURATION, KEY, PERSON_KEY, PLACE, TOKEN, collector, store, stored
from tests.integration.pipeline import running

__all__ = ["collector", "store"]
pytestmark = pytest.mark.integration

OLD, NEW = KEY.get_secret_value(), Fernet.generate_key().decode()
ADD = ("instance", "add", "norte", "--url", "http://127.0.0.1:9/", *PLACE)
ANOTHER = "another person key for tests"


class Keys(MongoSettings, SecretSettings, PersonSettings):
    """Both, as the poller has them."""


async def test_the_first_user_leaves_a_mark_and_whoever_comes_with_another_key_stops(mongo_uri: str, database: str) -> None:
    """Twenty at once, half of them with another key: one kind of key wins, and only its holders go on."""

    def keys(secret: str, person: str) -> Keys:
        return Keys(
            mongo_uri=mongo_uri,
            mongo_database=database,
            collector_secret_key=SecretStr(secret),
            collector_person_key=SecretStr(person),
        )

    mine, theirs = keys(OLD, PERSON_KEY), keys(NEW, PERSON_KEY)
    views = connect(mine)
    try:
        ended = await asyncio.gather(*(check_keys(views, one) for one in [mine, theirs] * 10), return_exceptions=True)
        outcomes = [{type(one) for one in ended[start::2]} for start in (0, 1)]
        assert outcomes in ([{type(None)}, {StopWorker}], [{StopWorker}, {type(None)}])
        winner, other = (OLD, NEW) if outcomes[0] == {type(None)} else (NEW, OLD)
        await check_keys(views, keys(f"{other},{winner}", PERSON_KEY))
        with pytest.raises(StopWorker, match="COLLECTOR_SECRET_KEY is not the key"):
            await check_keys(views, keys(other, PERSON_KEY))
        with pytest.raises(StopWorker, match=r"COLLECTOR_PERSON_KEY is not the key .* blocklist"):
            await check_keys(views, keys(winner, ANOTHER))
        assert await views[KEY_CHECKS].count_documents({}) == 2
    finally:
        await views.client.close()


def test_every_command_and_stage_stops_with_one_line_at_another_key(
    collector: Collector, store: Store, servers: str, tmp_path: Path
) -> None:
    assert collector(*ADD, ERP_TOKEN=TOKEN).returncode == 0
    before = stored(store)
    commands = [
        ("instance", "add", "sul", "--url", "http://127.0.0.1:9/", *PLACE),
        ("instance", "set", "norte", "--secrets"),
        ("instance", "test", "norte"),
        ("rekey",),
        ("run", "erp-poller"),
        ("run", "originate"),
    ]
    for said in collector.each(commands, COLLECTOR_SECRET_KEY=NEW, ERP_TOKEN=TOKEN, KAFKA_BOOTSTRAP_SERVERS=servers):
        assert (said.returncode, said.stderr.count("\n")) == (BAD_CONFIGURATION, 1), said.stderr
        assert said.stderr.startswith("COLLECTOR_SECRET_KEY is not the key")
    assert stored(store) == before
    env = {**collector.env, "KAFKA_BOOTSTRAP_SERVERS": servers}
    with running("erp-poller", env, tmp_path) as poller:
        while store[KEY_CHECKS].count_documents({}) < 2:
            assert poller.process.poll() is None, poller.log.read_text()
            time.sleep(0.1)
    for said in collector.each(
        [("run", "erp-poller"), ("instance", "test", "norte")], **env | {"COLLECTOR_PERSON_KEY": ANOTHER}
    ):
        assert (said.returncode, said.stderr.count("\n")) == (BAD_CONFIGURATION, 1), said.stderr
        assert said.stderr.startswith("COLLECTOR_PERSON_KEY is not the key")


def test_a_database_from_before_there_were_checks_is_not_claimed_by_another_key(collector: Collector, store: Store) -> None:
    collector(*ADD, ERP_TOKEN=TOKEN)
    store.drop_collection(KEY_CHECKS)
    assert collector("rekey", COLLECTOR_SECRET_KEY=NEW).stderr.startswith("COLLECTOR_SECRET_KEY is not the key")
    assert store[KEY_CHECKS].count_documents({}) == 0
    assert collector("rekey").returncode == 0
    assert store[KEY_CHECKS].count_documents({}) == 1


def test_a_new_key_reseals_every_secret_and_the_old_one_can_go(collector: Collector, store: Store) -> None:
    """An invalid instance's too; what no key opens is named, and until then the old key cannot go."""
    collector(*ADD, ERP_TOKEN=TOKEN)
    rbx = {"kind": "rbx", "url": "no address", "token": seal("a", KEY), "token_v2": seal("b", KEY)}
    store[INSTANCES].insert_one({"_id": "wrong", "erp": rbx})
    both = f"{NEW},{OLD}"
    assert collector(*ADD[:2], "sul", *ADD[3:], COLLECTOR_SECRET_KEY=both, ERP_TOKEN=TOKEN).returncode == 0
    store[INSTANCES].insert_one(
        {"_id": "lost", "erp": {**rbx, "token_v2": seal("c", SecretStr(Fernet.generate_key().decode()))}}
    )
    lost = collector("rekey", COLLECTOR_SECRET_KEY=both)
    assert (lost.returncode, lost.stderr.count("\n")) == (BAD_CONFIGURATION, 1)
    assert "erp.token_v2 of lost" in lost.stderr
    assert "4 others are under the newest key now" in lost.stderr
    assert collector("rekey", COLLECTOR_SECRET_KEY=NEW).stderr.startswith("COLLECTOR_SECRET_KEY is not the key")

    store[INSTANCES].delete_one({"_id": "lost"})
    first, again = (collector("rekey", COLLECTOR_SECRET_KEY=both) for _ in range(2))
    assert first.stderr.startswith("0 secrets are sealed anew, 4 were under the first key already")
    assert "now take the other keys out" in again.stderr
    assert collector("rekey", COLLECTOR_SECRET_KEY=NEW).returncode == 0
    assert collector("rekey").stderr.startswith("COLLECTOR_SECRET_KEY is not the key")
    texts = [text for one in store[INSTANCES].find() for name, text in one["erp"].items() if name.startswith("token")]
    assert len(texts) == 4
    assert all(opens(text, SecretStr(NEW)) and not opens(text, KEY) for text in texts)
    found = store[INSTANCES].find_one({"_id": "norte"})
    assert found is not None
    assert unseal(found["erp"]["token"], SecretStr(NEW)) == TOKEN


def test_a_key_that_is_lost_for_good_is_left_behind(collector: Collector, store: Store) -> None:
    """What it sealed is emptied and named; what it hashed is said to be lost."""
    collector(*ADD, ERP_TOKEN=TOKEN)
    said = collector("rekey", "--lost", "COLLECTOR_SECRET_KEY", COLLECTOR_SECRET_KEY=NEW)
    assert (said.returncode, "collector instance set norte --secrets" in said.stderr) == (0, True)
    given = collector("instance", "set", "norte", "--secrets", COLLECTOR_SECRET_KEY=NEW, ERP_TOKEN=TOKEN)
    assert given.returncode == 0, given.stderr
    assert unseal(stored(store)["norte"].erp.token, SecretStr(NEW)) == TOKEN  # type: ignore[union-attr]  # an IXC has one
    store[KEY_CHECKS].insert_one({"_id": "COLLECTOR_PERSON_KEY", "check": "of another"})
    test = ("instance", "test", "norte")
    assert collector(*test, COLLECTOR_SECRET_KEY=NEW).returncode == BAD_CONFIGURATION
    assert collector("rekey", "--lost", "COLLECTOR_PERSON_KEY").returncode == 0
    assert collector(*test, COLLECTOR_SECRET_KEY=NEW).returncode == 1  # nobody answers there

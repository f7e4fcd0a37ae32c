"""Dead letters settled as an operator and a reader of the page do it, over real stages, Kafka and MongoDB."""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from pydantic import SecretStr

from dashboard.access.letters import LetterDesk
from dashboard.access.who import User
from deploy.dashboard import put_back
from schemas.audit import AUDIT
from schemas.hydration.fold import MOST_ROWS
from schemas.letters import Answer
from schemas.runtime.mongo import Collection, connect
from schemas.runtime.settings import MongoSettings
from schemas.topics import BILLS
from schemas.views import DEAD_LETTERS, INSTANCES, UNSETTLED
from tests.integration.command import Collector
from tests.integration.pipeline import SECRETS, contents, eventually, put_rows, row, running
from tests.integration.simulated import Served, served

pytestmark = pytest.mark.integration

BIA = User("bia", "operator", "pt_BR", "system")
EVA = User("eva", "viewer", "pt_BR", "system")
KEY = SecretStr(SECRETS["COLLECTOR_SECRET_KEY"])


async def asked_of_the_erp(letters: Collection, erp: Served, collector: Collector, prefix: str) -> None:
    """A row that no poller could key is asked for by its id; one that is gone from the ERP is discarded for a reason."""
    bill = next(one for one in erp.simulator.provider["fn_areceber"].each() if one["status"] == "A")
    written = {name: f"ixc/fn_areceber[{prefix}]@{code}" for name, code in (("there", bill["id"]), ("gone", "99999999"))}
    for name, place in written.items():
        value = orjson.dumps({"id": bill["id"], "id_cliente": bill["id_cliente"]})
        told = {"stage": "erp-poller", "place": place, "field": "id_cliente", "reason": "cannot be part of a key"}
        await letters.insert_one({"_id": f"{prefix}-{name}", **told, "key": None, "value": value, "at": datetime.now(UTC)})
    asked = collector("dead-letters", "retry", "--instance", prefix, "--field", "id_cliente", "--yes")
    assert "can be read now" in asked.stdout
    assert "no such row any more" in asked.stdout

    refused = collector("dead-letters", "discard", written["gone"], "--yes")
    assert (refused.returncode, "--why" in refused.stderr) == (2, True)
    assert "1 discarded" in collector("dead-letters", "discard", written["gone"], "--why", "apagada", "--yes").stderr
    waiting = await letters.find({"stage": "erp-poller", **UNSETTLED}).to_list()
    assert not [one for one in waiting if prefix in one["place"]]
    thrown = await letters.find_one({"_id": f"{prefix}-gone"})
    assert thrown
    assert thrown["discarded"]["why"] == "apagada"
    assert thrown["discarded"]["by"].startswith("operator")


async def test_a_letter_is_put_back_once_and_counts_from_then_on(
    servers: str,
    sender: AIOKafkaProducer,
    env: Mapping[str, str],
    mongo_uri: str,
    database: str,
    prefix: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was one bill too many is none any more once another is paid: its letter makes it a bill of the debtor's."""
    settings = MongoSettings(mongo_uri=mongo_uri, mongo_database=database)
    collector = Collector(tmp_path, {**env, **SECRETS})
    last = f"b{MOST_ROWS}"
    with ExitStack() as stack:
        erp = stack.enter_context(served("ixc"))
        for stage in ("hydrate", "views"):
            stack.enter_context(running(stage, env, tmp_path))
        store = connect(settings)
        letters, debtors = store[DEAD_LETTERS], store["debtors"]
        instance = erp.instance(prefix, KEY)
        await store[INSTANCES].insert_one({"_id": prefix, **instance.model_dump(mode="json")})
        await put_rows(sender, [row(prefix, "client", "1", "1")])
        await put_rows(sender, [row(prefix, "bill", "1", f"b{n}") for n in range(MOST_ROWS + 1)])

        async def died() -> Any:  # noqa: ANN401 - a document
            return await letters.find_one({"stage": "hydrate", "key": f"{prefix}:1:bill:{last}".encode()})

        letter = await eventually(died, "the letter of the bill that is too many")
        desk = LetterDesk(store, lambda: datetime.now(UTC), put_back)
        for name, value in {**env, **SECRETS}.items():
            monkeypatch.setenv(name, value)

        with pytest.raises(PermissionError):
            await desk.retry(EVA, letter["_id"])
        assert await desk.retry(BIA, "nothing") == Answer("gone")
        before = len(await contents(servers, BILLS, prefix))
        paid = row(prefix, "bill", "1", "b0").model_copy(update={"row": None})
        await put_rows(sender, [paid])
        assert await desk.retry(BIA, letter["_id"]) == Answer("sent")
        assert await desk.retry(BIA, letter["_id"]) == Answer("already")

        async def counts() -> bool:
            found = await debtors.find_one({"_id": f"{prefix}:1"})
            bills = {one["id"] for one in found["bills"]} if found else set()
            return last in bills and "b0" not in bills and len(bills) == MOST_ROWS

        await eventually(counts, "the bill of the letter")
        sent = (await contents(servers, BILLS, prefix))[before + 1 :]
        assert sent == [(bytes(letter["key"]), bytes(letter["value"]))]
        assert await letters.count_documents({"_id": letter["_id"], **UNSETTLED}) == 0
        entries = await store[AUDIT].find({"action": "letter_retried", "code": letter["_id"]}).to_list()
        assert {one["by"] for one in entries} == {"user:bia"}

        await asked_of_the_erp(letters, erp, collector, prefix)
        # a retry that was cut says so, and goes out only for whoever asks for that: here a newer record has come
        await letters.update_one({"_id": letter["_id"]}, {"$set": {"retried.sent_at": None}})
        said = collector("dead-letters", "retry", "--instance", prefix, "--stage", "hydrate", "--yes")
        assert said.returncode == 1
        assert "a retry was cut" in said.stdout
        assert "unclear whether it was sent" in collector("dead-letters", "show", letter["place"]).stdout
        assert "a newer record" in collector("dead-letters", "retry", letter["place"], "--again", "--yes").stdout
        assert len(await contents(servers, BILLS, prefix)) == before + 2

        await store.client.close()

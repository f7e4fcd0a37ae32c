"""The page "Operation" over a real MongoDB: what is read, a letter read and discarded, and who may not."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.access.letters import Letter, LetterDesk
from dashboard.access.who import User
from dashboard.facts import health
from dashboard.facts.asked import Filters
from dashboard.facts.operation_reads import read
from dashboard.facts.reads import Reader
from dashboard.facts.sight import Sight
from dashboard.pages import operation
from deploy.dead_letters import letters
from deploy.letters.chosen import Chosen
from deploy.local.ports import free
from schemas import views
from schemas.audit import AUDIT
from schemas.errors import RetryLater
from schemas.runtime.mongo import connect
from schemas.runtime.settings import MongoSettings
from schemas.stages import Heartbeat
from schemas.sweeps import Sweep
from sinks.views.letters import dead_letter, dead_letters
from tests.integration.dashboard_provider import instance
from tests.integration.dashboard_visitor import Visitor, guarded, known
from tests.integration.pipeline import PATIENCE_S
from tests.unit.records import Given

pytestmark = pytest.mark.integration

NOW = datetime.now(UTC).replace(microsecond=0)
NORTE = instance("norte", "Norte Telecom")
ANA, BIA, EVA = (
    User("ana", "admin", "pt_BR", "system"),
    User("bia", "operator", "pt_BR", "system"),
    User("eva", "viewer", "pt_BR", "system"),
)


def told(offset: int, value: bytes, minutes: int = 0) -> Given:
    """A record of the dead-letter topic."""
    why = {"stage": b"hydrate", "place": f"erp.bill.v1[3]@{offset}".encode(), "field": b"due_on", "reason": b"no date"}
    at = NOW - timedelta(minutes=minutes)
    return Given("dead.v1", 0, offset, b"norte:bill:7", value, int(at.timestamp() * 1000), tuple(why.items()))


async def test_letters_are_read_and_discarded_by_those_who_may_and_all_of_it_is_written_down(
    mongo_uri: str, database: str
) -> None:
    """Discarded once, for a reason that outlives a second telling; whoever counts letters counts it no more."""
    settings = MongoSettings(mongo_uri=mongo_uri, mongo_database=database)
    found = connect(settings)
    ones = [told(8, b"\xff\x00", 5), told(9, "a\u00e7\u00e3o".encode())]
    first = dead_letter(ones[0])["_id"]
    desk = LetterDesk(found, lambda: NOW)
    try:
        stored = dead_letters(ones, lambda record: record.offset, NOW)
        await found[views.DEAD_LETTERS].bulk_write(stored.writes())

        await found.create_collection(AUDIT, validator={"nobody": {"$exists": True}})
        for refused in (desk.read(BIA, first), desk.discard(ANA, first, "mended")):
            with pytest.raises(RetryLater, match="audit"):
                await refused
        assert await found[views.DEAD_LETTERS].count_documents(views.UNSETTLED) == 2
        await found.command("collMod", AUDIT, validator={})

        assert await desk.read(BIA, first) == Letter(b"norte:bill:7", b"\xff\x00")
        assert await desk.read(BIA, "nothing") is None
        with pytest.raises(PermissionError):
            await desk.read(EVA, first)
        for user in (BIA, EVA):
            with pytest.raises(PermissionError):
                await desk.discard(user, first, "mended")
        with pytest.raises(ValueError, match="reason"):
            await desk.discard(ANA, first, "  ")
        assert await found[views.DEAD_LETTERS].count_documents(views.UNSETTLED) == 2
        assert await desk.discard(ANA, first, " mended in the ERP ") == "done"
        assert await desk.discard(ANA, first, "again") == "already"
        assert await desk.discard(ANA, "nothing", "gone") == "gone"

        await found[views.DEAD_LETTERS].bulk_write(dead_letters(ones, lambda record: record.offset + 50, NOW).writes())
        document = await found[views.DEAD_LETTERS].find_one({"_id": first})
        assert document
        assert document["discarded"] == {"at": NOW, "by": "user:ana", "why": "mended in the ERP"}
        assert document["version"] == 58
        assert (await Reader(found).read(NOW)).dead_letters == 1
        assert [one["place"] for one in await letters(settings, Chosen(), "", 0)] == ["erp.bill.v1[3]@9"]

        entries = await found[AUDIT].find().sort("_id", 1).to_list()
        assert [(one["by"], one["action"], one["code"]) for one in entries] == [
            ("user:bia", "reveal", first),
            ("user:bia", "reveal", "nothing"),
            ("user:ana", "letter_discarded", first),
        ]
        shown = await read(Sight(found, (NORTE,), NOW), Filters())
        assert [one.place for one in shown.dead] == ["erp.bill.v1[3]@9"]
        assert [one.action for one in shown.audit] == ["letter_discarded", "reveal", "reveal"]
    finally:
        await found.client.close()


async def test_the_page_reads_stages_sweeps_and_health_and_opens_for_operators_only(
    servers: str, mongo_uri: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker that is not there is told as such within the page's time; one that nobody named is not asked."""
    found = connect(await known(mongo_uri, database, bia="operator", eva="viewer"))
    held = Sweep(
        instance="norte", erp="ixc", kind="bill", sweep="9", phase="held", at=NOW - timedelta(hours=1), known=100, missing=40
    )
    beat = Heartbeat(stage="hydrate", worker="0", at=NOW, since=NOW, release="0.5.0", lag=7, progress=NOW, away=("Kafka",))
    try:
        await found[views.INSTANCES].insert_one({"_id": "norte", **NORTE.model_dump(mode="json")})
        await found["sweeps"].insert_one(views.sweep(held))
        await found[views.STAGES].insert_one(views.stage(beat))

        shown = await read(Sight(found, (NORTE,), NOW, f"127.0.0.1:{free(1)[0]}"), Filters(instance="norte"))
        assert [(one.kind, one.missing, one.known) for one in shown.held] == [("bill", 40, 100)]
        hydrate = next(one for one in shown.stages if one.judged.name == "hydrate")
        assert (hydrate.judged.lag, hydrate.releases, hydrate.since) == (7, ("0.5.0",), NOW)
        assert (shown.kafka.told, shown.kafka.reached, shown.kafka.without) == (True, False, ("hydrate:0",))
        assert shown.mongo.ping_ms > 0
        assert shown.mongo.version
        assert shown.mongo.data
        assert shown.mongo.replica_set
        assert shown.mongo.writable
        assert [one.state for one in shown.mongo.members] == ["PRIMARY"]
        assert shown.mongo.oldest
        assert shown.mongo.oldest <= datetime.now(UTC)
        monkeypatch.setattr(health, "KAFKA_S", PATIENCE_S)
        there = (await read(Sight(found, (NORTE,), NOW, servers), Filters())).kafka
        assert (there.told, there.reached, there.brokers) == (True, True, 1)
        assert not (await read(Sight(found, (NORTE,), NOW), Filters())).kafka.told

        async with guarded(mongo_uri, database) as (page, _):
            for name, query, opens in (("bia", "", True), ("eva", f"?pagina={operation.PAGE.path}", False)):
                async with Visitor(page) as visitor:
                    await visitor.log_in(name)
                    body = (await visitor.get(f"/{query}")).text.replace('"', "")
                    assert "data-page=" in body
                    assert (f"data-page={operation.PAGE.path}" in body) is opens, name
    finally:
        await found.client.close()

"""IXC names a client's state by an id of a table of its own: the letters come into the row, and nothing is guessed."""

from collections.abc import Iterable
from datetime import datetime

import httpx
import pytest

from schemas.calling.hours import state_of, zone_of
from schemas.erp.ixc import CLIENTS
from schemas.errors import RetryLater, StopWorker
from schemas.rows import ErpRow
from tests.strategies import erp_row, instance
from tests.unit.producers.shop import Shop, opened

STATES = ({"id": "10", "nome": "Estado da Bahia", "sigla": "BA"}, {"id": "27", "nome": "Alagoas", "sigla": "AL"})
TODAY = datetime.now().astimezone().isoformat(" ")[:19]


def mapped(events: Iterable[ErpRow]) -> dict[str, str]:
    return {event.id: CLIENTS.words["uf"].value(event, event.row or {}) for event in events}


def living(shop: Shop, **of: str) -> None:
    """Clients by their ids, each in the state of that id."""
    clients = [erp_row("cliente", id=code.removeprefix("c"), uf=uf, ultima_atualizacao=TODAY) for code, uf in of.items()]
    shop.erp.put("cliente", *clients)


async def test_a_client_lives_in_the_state_that_the_erps_own_table_names() -> None:
    """One that the table does not have stays as it is written, and none stays none: both live where the instance does."""
    async with opened() as shop:
        shop.erp.put("uf", *STATES)
        living(shop, c1="27", c2="10", c3="99", c4="", c5="0")
        await shop.sweep("client")
        found = mapped(shop.news("client"))

    assert found == {"1": "AL", "2": "BA", "3": "99", "4": "", "5": ""}
    here = instance(state="PE", zone="America/Recife")
    assert [state_of(here, uf) for _, uf in sorted(found.items())] == ["AL", "BA", "PE", "PE", "PE"]
    assert str(zone_of(here, found["2"])) == "America/Bahia"


async def test_rows_of_before_the_letters_came_live_where_the_instance_does() -> None:
    async with opened() as shop:
        shop.erp.put("uf", *STATES)
        living(shop, c1="27")
        await shop.sweep("client")
        (event,) = shop.news("client")
    before = event.model_copy(update={"row": {name: text for name, text in (event.row or {}).items() if name != "uf_sigla"}})

    assert mapped([before]) == {"1": "27"}
    assert state_of(instance(state="PE", zone="America/Recife"), "27") == "PE"


async def test_a_state_that_is_renamed_publishes_its_clients_again_and_no_others() -> None:
    """Also what is read between sweeps has the letters: else the same row would be published each time."""
    async with opened() as shop:
        shop.erp.put("uf", *STATES)
        living(shop, c1="27", c2="10")
        await shop.sweep("client")

        assert (await shop.sweep("client")).published == 0
        assert await shop.sweeper.recent("client", "2") == 0
        shop.erp.put("uf", {"id": "10", "nome": "Bahia", "sigla": "ba"})
        assert (await shop.sweep("client")).published == 1
        shop.read = 0
        assert [event.id for event in shop.news("client") if (event.row or {})["uf_sigla"] == "ba"] == ["2"]
        assert state_of(instance(), "ba") == "BA"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(500), RetryLater),
        (httpx.Response(200, json={"page": "1", "total": "3", "registros": [dict(STATES[0]), dict(STATES[1])]}), RetryLater),
        (
            httpx.Response(200, json={"type": "error", "message": "Você não tem permissão para o recurso uf"}),
            StopWorker,
        ),
    ],
)
async def test_without_the_whole_table_no_client_is_told_of(answer: httpx.Response, error: type[Exception]) -> None:
    """A sweep that fails is seen; clients in the wrong state would not be."""
    async with opened() as shop:
        shop.erp.put("uf", *STATES)
        living(shop, c1="27")
        shop.erp.fail = lambda _: answer
        with pytest.raises(error, match="uf"):
            await shop.sweep("client")

        assert shop.news("client") == []

"""What is listed no more is believed when two sweeps agree, or the row itself says so; what was lost may come back."""

import pytest

from producers.erp.lists.marks import Marks
from producers.erp.sweep import LOST_ASKED_AT_MOST
from schemas.erp.ixc import CLIENTS
from schemas.erp.rbx import BLOCKED, CONTRACTS, REDUCED
from tests.strategies import erp_row
from tests.unit.producers import rbx_shop
from tests.unit.producers.rbx_shop import OPEN, SETTLED, RbxShop, contract, document, settled
from tests.unit.producers.shop import opened

REDUCING, BLOCKING = "ConsultaClientesReducao", "ConsultaContratosBloqueados"
MANY = 294


def reduced(*codes: int) -> list[dict[str, str]]:
    return [{"Contrato_Numero": str(code), "Regra": "1"} for code in codes]


def marks(shop: RbxShop) -> dict[str, tuple[str, str] | None]:
    """The newest of each contract that was published since the last look."""
    return {event.id: event.row and (event.row[BLOCKED], event.row[REDUCED]) for event in shop.news("contract")}


async def test_a_list_that_is_empty_for_once_makes_no_reduced_contract_an_ordinary_one() -> None:
    codes = range(1, MANY + 1)
    async with rbx_shop.opened() as shop:
        shop.erp.rows["ConsultaContratos"] = [contract(code) for code in codes]
        shop.erp.rows[REDUCING] = reduced(*codes)
        await shop.sweep("contract")
        assert len(marks(shop)) == MANY
        shop.erp.rows[REDUCING] = []
        done = await shop.sweep("contract")
        assert (done.published, done.kept, marks(shop)) == (0, MANY, {})
        shop.erp.rows[REDUCING] = reduced(*codes)

        assert (await shop.sweep("contract")).published == 0


async def test_two_sweeps_that_agree_are_believed() -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.rows["ConsultaContratos"] = [contract(7), contract(8, "B"), contract(9)]
        shop.erp.rows[REDUCING], shop.erp.rows[BLOCKING] = (
            reduced(7, 9),
            [{"Contrato_Numero": "8", "Contrato_Bloqueio": "x"}],
        )
        await shop.sweep("contract")
        marks(shop)
        shop.erp.rows[REDUCING], shop.erp.rows[BLOCKING] = reduced(9), []
        assert (await shop.sweep("contract")).published == 0
        await shop.sweep("contract")

        assert marks(shop) == {"7": ("", ""), "8": ("", "")}


async def test_a_contract_that_has_ended_says_so_itself() -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.rows["ConsultaContratos"] = [contract(7), contract(8)]
        shop.erp.rows[REDUCING] = reduced(7, 8)
        await shop.sweep("contract")
        marks(shop)
        shop.erp.rows["ConsultaContratos"], shop.erp.rows[REDUCING] = [contract(7, "I"), contract(8)], []
        await shop.sweep("contract")

        assert marks(shop) == {"7": ("", "")}


async def test_a_poller_that_has_just_started_does_not_believe_the_first_empty_list() -> None:
    """What was marked before it came is not known to it: only that the contract was in the sweep."""
    async with rbx_shop.opened() as shop:
        shop.erp.rows["ConsultaContratos"] = [contract(7), contract(8)]
        shop.erp.rows[REDUCING] = reduced(7, 8)
        await shop.sweep("contract")
        marks(shop)
        await shop.restarted()
        shop.erp.rows[REDUCING] = []
        assert (await shop.sweep("contract")).published == 0
        await shop.sweep("contract")

        assert marks(shop) == {"7": ("", ""), "8": ("", "")}


async def test_a_sweep_that_fails_is_no_second_witness() -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.rows["ConsultaContratos"] = [contract(7)]
        shop.erp.rows[REDUCING] = reduced(7)
        await shop.sweep("contract")
        marks(shop)
        shop.erp.rows[REDUCING] = []
        shop.erp.fictitious = [contract(1)]
        for _ in range(2):
            with pytest.raises(Exception, match="Homologação"):
                await shop.sweep("contract")
        shop.erp.fictitious = []
        assert (await shop.sweep("contract")).published == 0

        assert marks(shop) == {}


async def test_the_table_of_states_that_is_empty_for_once_moves_nobody_to_another_state() -> None:
    """Hours are those of the debtor's state: IXC names it by an id of a second table."""
    async with opened() as shop:
        shop.erp.put("uf", {"id": "27", "nome": "Alagoas", "sigla": "AL"})
        shop.erp.put("cliente", erp_row("cliente", id="1", uf="27"))
        await shop.sweep("client")
        shop.news("client")
        shop.erp.rows["uf"] = {}
        assert (await shop.sweep("client")).published == 0
        await shop.sweep("client")

        assert [(event.row or {})["uf_sigla"] for event in shop.news("client")] == [""]


def test_a_row_that_names_nothing_waits_for_no_list() -> None:
    found = Marks(CLIENTS)
    found.read("uf_sigla", {"27": "AL"})

    assert found.on({"id": "1", "uf": "0"}) == {"id": "1", "uf": "0", "uf_sigla": ""}
    assert "marks_unsure" in found.on({"id": "1", "uf": "28"})
    assert CONTRACTS.marks[0].over


# --- what was lost


async def test_a_lost_bill_that_comes_back_paid_is_paid() -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.rows[OPEN] = [document(code) for code in range(1, 19)]
        await shop.sweep()
        shop.news()
        shop.erp.rows[OPEN] = []
        done = await shop.sweep()
        assert (done.lost, {event.lost for event in shop.news()}) == (18, {True})
        assert (await shop.sweep()).published == 0
        shop.erp.rows[SETTLED] = [settled(code) for code in range(1, 19)]
        done = await shop.sweep()

        assert (done.published, done.closed, done.known) == (18, 18, 0)
        assert {(event.row or {})["Motivo"] for event in shop.news()} == {"PAGTO"}
        assert shop.books[rbx_shop.HERE.name, "bill"] == {}


async def test_a_lost_bill_that_comes_back_open_is_open_once_more() -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.rows[OPEN] = [document(1), document(2)]
        await shop.sweep()
        shop.erp.rows[OPEN] = [document(2)]
        await shop.sweep()
        shop.news()
        shop.erp.rows[OPEN] = [document(1), document(2)]
        done = await shop.sweep()

        assert [(event.id, event.lost) for event in shop.news()] == [("1", False)]
        assert (done.kept, done.change) == (1, 1)


async def test_of_many_lost_bills_some_are_asked_for_in_each_sweep_and_all_in_turn() -> None:
    many = 2 * LOST_ASKED_AT_MOST + 1
    async with rbx_shop.opened() as shop:
        shop.sweeper.instance = shop.sweeper.instance.model_copy(
            update={"brake": shop.sweeper.instance.brake.model_copy(update={"share": 1.0})}
        )
        shop.erp.rows[OPEN] = [document(code) for code in range(1, many + 1)]
        await shop.sweep()
        shop.erp.rows[OPEN] = []
        await shop.sweep()
        shop.erp.rows[SETTLED] = [settled(many)]
        told = [(await shop.sweep()).closed for _ in range(3)]

        assert (sum(told), told[0]) == (1, 0)

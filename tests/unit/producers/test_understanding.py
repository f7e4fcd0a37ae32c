"""Operators that a server understands otherwise: counted against questions that cannot be misread, and worked around."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.erp.lists.operators import of_lists, of_query, without
from schemas.erp.declaration import NotUnderstoodError
from schemas.erp.ixc import BILLS, CONTRACTS
from schemas.erp.rbx import BILLS as RBX_BILLS
from schemas.errors import StopWorker
from tests.strategies import erp_row
from tests.unit.producers import rbx_shop
from tests.unit.producers.rbx_shop import OPEN, SETTLED, contract, document, settled
from tests.unit.producers.shop import bill, opened


async def test_forty_open_bills_are_found_whatever_a_server_makes_of_a_list() -> None:
    async with opened() as shop:
        shop.erp.otherwise = {"IN"}
        shop.erp.put("fn_areceber", *(bill(str(code), status="AP"[code % 2]) for code in range(1, 41)))
        done = await shop.sweep()

        assert (done.phase, done.rows, done.published) == ("completed", 40, 40)


async def test_rows_that_left_are_asked_for_one_by_one_once_the_server_is_known_not_to_know_lists() -> None:
    async with opened() as shop:
        shop.erp.otherwise = {"IN"}
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, 8)))
        await shop.sweep()
        shop.erp.put("fn_areceber", *(bill(str(code), status="R") for code in range(1, 4)))
        done = await shop.sweep()
        assert (done.absent, done.missing, done.closed) == (3, 0, 3)
        shop.erp.put("fn_areceber", *(bill(str(code), status="R") for code in range(4, 6)))
        begun = shop.erp.asked
        done = await shop.sweep()

        pages = 2 + 1  # one of each question, and one behind a page that came full
        assert (done.closed, shop.erp.asked - begun) == (2, pages + 2)  # and each row alone
        assert any("IN is not ours" in note for note in done.notes)


async def test_a_survey_says_that_this_servers_in_is_not_ours() -> None:
    """As `collector instance test` asks; on a server that knows lists it says nothing, and both tell true totals."""
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code), status="AP"[code % 2]) for code in range(1, 41)))
        found = await shop.sweeper.source.survey(BILLS)
        assert (found.total, shop.sweeper.source.notes("bill")) == (40, ())
    async with opened() as shop:
        shop.erp.otherwise = {"IN"}
        shop.erp.put("fn_areceber", *(bill(str(code), status="AP"[code % 2]) for code in range(1, 41)))
        found = await shop.sweeper.source.survey(BILLS)

        assert found.total == 40
        assert ["IN is not ours" in note for note in shop.sweeper.source.notes("bill")] == [True]


async def test_blocked_contracts_are_found_where_not_equal_means_something_else() -> None:
    """Else a first sync would show none of them, and complete."""
    async with opened() as shop:
        shop.erp.otherwise = {"!="}
        shop.erp.put("cliente_contrato", *(contract_row(code) for code in range(1, 10)))
        done = await shop.sweep("contract")

        assert done.published == 3
        assert any('"!=" is not ours' in note for note in done.notes)
        assert {event.id for event in shop.news("contract")} == {"3", "6", "9"}


async def test_an_operator_is_counted_once_in_a_life() -> None:
    async with opened() as shop:
        shop.erp.put("cliente_contrato", *(contract_row(code) for code in range(1, 10)))
        asked = []
        for _ in range(3):
            begun = shop.erp.asked
            done = await shop.sweep("contract")
            asked.append(shop.erp.asked - begun)

        assert (asked[0] - asked[1], asked[1] - asked[2], done.notes) == (3, 0, ())


def contract_row(code: int) -> dict[str, str]:
    return erp_row("cliente_contrato", id=str(code), status_internet="A" if code % 3 else "CA")


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_totals_that_do_not_add_up_are_another_operator(found: int, all_of_them: int, equal: int) -> None:
    (proof,) = of_query(CONTRACTS.queries[0])
    judged = proof.judged([found, all_of_them, equal])

    assert judged is (None if found == 0 and all_of_them == equal else found == all_of_them - equal)
    assert [where.operator for query in proof.questions[1:] for where in query] == ["=", "=", "="]
    assert without(CONTRACTS.queries[0], frozenset({"!="})) == CONTRACTS.queries[0][:1]


def test_a_list_is_proved_by_the_questions_that_it_would_replace() -> None:
    proof = of_lists(BILLS)

    assert proof is not None
    assert proof.doubted[-1].value == "A,P"
    assert proof.plus == BILLS.queries
    assert of_lists(CONTRACTS) is None


# --- columns by which an RBX does not filter


async def test_an_rbx_that_does_not_filter_by_its_own_codes_is_read_by_what_is_known_to_work() -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.unfiltered = {"Sequencia", "Numero", "Codigo"}
        shop.erp.rows[OPEN] = [document(code, client=code % 7 + 1) for code in range(1, 30)]
        shop.erp.rows["ConsultaContratos"] = [contract(code, "B", Cliente_Codigo=str(code)) for code in range(1, 9)]
        shop.erp.rows["ConsultaGruposCliente"] = [{"Codigo": "1", "Nome": "Condomínio"}]
        done = {kind: await shop.sweep(kind) for kind in ("bill", "contract", "reference")}

        assert {kind: one.published for kind, one in done.items()} == {"bill": 29, "contract": 8, "reference": 1}
        said = {kind: " ".join(one.notes) for kind, one in done.items()}
        assert f"{OPEN} is asked for ranges of Cliente: RBX does not filter" in said["bill"]
        assert "ranges of Cliente_Codigo" in said["contract"]
        assert "ConsultaGruposCliente is asked for everything" in said["reference"]


async def test_what_left_is_then_asked_for_by_its_client() -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.unfiltered = {"Sequencia"}
        shop.erp.rows[OPEN] = [document(code, client=code) for code in range(1, 8)]
        await shop.sweep()
        shop.news()
        shop.erp.rows[OPEN] = [document(code, client=code) for code in range(3, 8)]
        shop.erp.rows[SETTLED] = [settled(1, client=1), settled(900, client=1)]
        done = await shop.sweep()

        assert (done.closed, done.lost, done.kept) == (1, 1, 5)
        assert {event.id: _motive(event.row) for event in shop.news()} == {"1": "PAGTO", "2": None}


def _motive(row: Mapping[str, str] | None) -> str | None:
    return row["Motivo"] if row else None


async def test_where_nothing_is_left_to_filter_by_the_operator_is_told() -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.unfiltered = {"Sequencia", "Cliente"}
        with pytest.raises(StopWorker, match="does not filter ConsultaDocumentosAbertos"):
            await shop.sweep()


async def test_an_ixc_that_takes_two_places_for_in_loses_no_bill() -> None:
    """Every answer to a list is empty, without an error: 20 bills of each state, every other condition as usual."""
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code), status="AP"[code % 2]) for code in range(1, 41)))
        await shop.sweep()
        shop.news()
        shop.erp.otherwise = {"IN"}
        done = await shop.sweep()

        assert (done.kept, done.published, shop.news()) == (40, 0, [])


# --- an order that a server does not know


@pytest.mark.parametrize("filtered", ["Sequencia", "Cliente"])
async def test_an_rbx_that_finds_nothing_by_a_range_is_not_one_without_bills(filtered: str) -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.otherwise = {">"}
        shop.erp.unfiltered = {"Sequencia"} - {filtered}
        shop.erp.rows[OPEN] = [document(code) for code in range(1, 41)]
        with pytest.raises(NotUnderstoodError, match=f"{OPEN} has rows.*Nothing was concluded"):
            await shop.sweep()
        with pytest.raises(NotUnderstoodError, match=f"{OPEN} has rows"):
            await shop.source.survey(RBX_BILLS)

        assert shop.news() == []


async def test_a_table_without_rows_is_asked_for_all_it_has_until_it_once_had_some() -> None:
    async with rbx_shop.opened() as shop:
        asked = []
        for rows in ([], [], [document(1)], []):
            shop.erp.rows[OPEN], before = rows, len(shop.erp.asked)
            assert (await shop.sweep()).phase == "completed"
            questions = [one[OPEN]["Filtro"] for one in shop.erp.asked[before:] if OPEN in one]
            asked.append(questions.count(""))

        assert asked == [1, 1, 0, 0]


async def test_a_list_that_comes_at_once_is_asked_for_no_twice() -> None:
    """Where no filter is known, the reading itself was without one."""
    async with rbx_shop.opened() as shop:
        shop.erp.unfiltered = {"Codigo"}
        await shop.sweep("client")

        assert [one["ConsultaClientes"]["Filtro"] for one in shop.erp.asked].count("") == 1


async def test_an_ixc_that_knows_another_order_is_not_one_without_bills() -> None:
    async with opened() as shop:
        shop.erp.otherwise = {">"}
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, 41)))
        with pytest.raises(NotUnderstoodError, match="fn_areceber has rows"):
            await shop.sweep()

        assert shop.news() == []


async def test_a_page_that_came_full_is_never_the_last() -> None:
    """A total may be the page's own count; pages of two."""
    async with opened() as shop:
        shop.erp.own_totals = True
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, 11)))
        done = await shop.sweep()

        assert (done.phase, done.rows, done.published) == ("completed", 10, 10)

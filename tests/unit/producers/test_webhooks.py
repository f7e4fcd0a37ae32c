"""Webhooks as a source: every client's document is asked for, and nobody else ever sees one."""

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.erp.sources import open_source
from producers.erp.webhooks.clients import Clients
from producers.erp.webhooks.source import DOCUMENTS_AT_ONCE
from producers.erp.wire import ATTEMPTS
from schemas.erp.altarede import BILLS, CLIENTS, CONTRACTS, PLANS
from schemas.erp.altarede_options import EXAMPLE
from schemas.erp.declaration import Table
from schemas.errors import RetryLater, StopWorker
from schemas.runtime.logs import QUIET
from tests.strategies import instance
from tests.unit.producers import webhook_shop
from tests.unit.producers.memory_isp import BY_PAGE, Isp, bill, client, document, written
from tests.unit.producers.sheets import export, person, put


async def test_clients_are_read_page_by_page_until_one_is_empty() -> None:
    isp = Isp()
    isp.clients = [client(code) for code in range(1, 7)]

    assert [len(page) for page in await isp.pages(CLIENTS)] == [3, 3]
    assert isp.asked == [("clientes", "1"), ("clientes", "2"), ("clientes", "3")]


async def test_bills_are_asked_for_once_a_document_and_clients_first() -> None:
    """Two clients of one person are one question, and who has no document none."""
    isp = Isp()
    isp.clients = [client(1_001), client(2), client(3, 2), {**client(4), "CPF": ""}, {**client(5), "CPF": "000.000.000-00"}]
    isp.by_document["bills"] = {document(1_001): [bill(10, 1_001), bill(11, 1_001)], document(2): [bill(12, 3)]}

    assert await isp.ids(BILLS) == ["10", "11", "12"]
    assert [asked for asked in isp.asked if asked[0] == "bills"] == [("bills", document(1_001)), ("bills", document(2))]
    isp.counts()
    assert await isp.ids(BILLS) == ["10", "11", "12"]
    assert isp.counts() == {"bills": 2}


async def test_a_page_holds_what_about_fifty_documents_bring() -> None:
    isp = Isp()
    isp.clients = [client(code) for code in range(1, 121)]
    isp.by_document["bills"] = {document(code): [bill(code, code)] for code in range(1, 121)}

    assert [len(page) for page in await isp.pages(BILLS)] == [DOCUMENTS_AT_ONCE, DOCUMENTS_AT_ONCE, 20]


async def test_documents_go_as_the_resource_wants_them() -> None:
    isp = Isp()
    isp.clients = [client(7)]
    isp.by_document["contracts"] = {written(7): {"CODIGO": "2.077", "COD_CLIENTE": "7", "statusIP": "BLOQUEIO"}}

    assert await isp.pages(CONTRACTS) == [[{"CODIGO": "2077", "COD_CLIENTE": "7", "statusIP": "BLOQUEIO"}]]


async def test_a_row_without_its_client_belongs_to_the_only_one_of_the_document() -> None:
    isp = Isp()
    isp.clients = [client(7), client(8), client(9, 8)]
    nameless = {"CODIGO": "1", "statusIP": "ATIVO"}
    isp.by_document["contracts"] = {written(7): nameless, written(8): {**nameless, "CODIGO": "2"}}
    ((mine, shared),) = await isp.pages(CONTRACTS)

    assert (mine["COD_CLIENTE"], "COD_CLIENTE" in shared) == ("7", False)


async def test_reference_rows_come_from_one_answer() -> None:
    isp = Isp()

    assert await isp.pages(PLANS) == [[{"COD_PLANO": "77", "NOME": "FIBRA", "VALOR_MENSAL": "99.90"}]]
    assert isp.counts() == {"plans": 1}


# --- what is true although something failed


@pytest.mark.parametrize("path", ["clientes", "bills"])
async def test_one_question_that_fails_ends_the_sweep(path: str) -> None:
    """The last document of all fails: rows before it were given, an end never is."""
    isp = Isp()
    isp.clients = [client(code) for code in range(1, 61)]
    isp.by_document["bills"] = {document(code): [bill(code, code)] for code in range(1, 61)}
    last = {"clientes": "20", "bills": document(60)}[path]
    isp.spoil = lambda asked, wanted: httpx.Response(200, text="<html>") if (asked, wanted) == (path, last) else None
    with pytest.raises(RetryLater):
        await isp.ids(BILLS)
    assert Counter(isp.asked)[path, last] == {"clientes": ATTEMPTS, "bills": 2 * ATTEMPTS}[path]

    isp.spoil = lambda *_: None
    assert len(await isp.ids(BILLS)) == 60


async def test_a_document_that_fails_is_asked_for_again_after_the_others() -> None:
    """Of tens of thousands some fail every time that they are tried: the whole sweep must not begin anew for each."""
    isp = Isp()
    isp.clients = [client(code) for code in range(1, 11)]
    isp.by_document["bills"] = {document(code): [bill(code, code)] for code in range(1, 11)}
    asked = Counter[str]()

    def spoil(path: str, wanted: str) -> httpx.Response | None:
        asked[wanted] += 1
        first_time = path == "bills" and asked[wanted] <= ATTEMPTS
        return httpx.Response(500) if first_time and wanted in {document(3), document(7)} else None

    isp.spoil = spoil
    assert await isp.ids(BILLS) == ["1", "2", "4", "5", "6", "8", "9", "10", "3", "7"]


async def test_an_isp_that_is_down_is_left_alone_soon() -> None:
    isp = Isp()
    isp.clients = [client(code) for code in range(1, 11)]
    isp.spoil = lambda path, _: httpx.Response(502) if path == "bills" else None
    with pytest.raises(RetryLater, match="bills answers 502"):
        await isp.ids(BILLS)

    assert isp.counts()["bills"] == 3 * ATTEMPTS


@pytest.mark.parametrize("content", [b"", b"null", b"{}", b"[{}]"])
async def test_a_provider_whose_answers_all_are_blank_has_lost_no_bill(content: bytes) -> None:
    """Its workflow broke: a sweep that took this for "no bills" closed 1,771."""
    isp = Isp()
    isp.clients = [client(number) for number in range(1, 100)]
    isp.spoil = lambda path, _: httpx.Response(200, content=content) if path in {"bills", "paid", "contracts"} else None
    for table, use in ((BILLS, "bill"), (CONTRACTS, "contract")):
        with pytest.raises(RetryLater, match=rf"erp\.resources\.{use}\.none"):
            await isp.ids(table)
    with pytest.raises(RetryLater, match=r"erp\.resources\.paid\.none"):
        await isp.source.reread(BILLS, {"7": "1"})


async def test_a_client_that_a_shifting_page_left_out_keeps_its_bills() -> None:
    isp = Isp()
    isp.clients = [client(code) for code in range(1, 7)]
    isp.by_document["bills"] = {document(4): [bill(40, 4)]}
    await isp.ids(CLIENTS)

    def shift(path: str, wanted: str) -> None:
        if (path, wanted) == ("clientes", "2"):
            del isp.clients[0]

    isp.spoil = shift
    assert await isp.ids(CLIENTS) == ["1", "2", "3", "5", "6"]
    assert await isp.ids(BILLS) == ["40"]


async def test_a_webhook_that_does_not_know_pages_is_not_believed() -> None:
    isp = Isp()
    isp.clients = [client(1)]
    isp.spoil = lambda path, _: httpx.Response(200, json=isp.clients) if path == "clientes" else None

    with pytest.raises(StopWorker, match=r"erp\.resources\.client repeats itself on page 2"):
        await isp.pages(CLIENTS)


@pytest.mark.parametrize("shown", [lambda page: (page - 1) % 2, lambda page: min(page, 2) - 1])
@pytest.mark.parametrize("turned", [False, True])
async def test_pages_that_begin_again_come_to_an_end(shown: Callable[[int], int], *, turned: bool) -> None:
    """Also the last one again and again, in another order each time."""
    isp = Isp()
    pages = [[client(1), client(2), client(3)], [client(4), client(5)]]

    def spoil(path: str, wanted: str) -> httpx.Response | None:
        rows = pages[shown(int(wanted))]
        return httpx.Response(200, json=rows[::-1] if turned and int(wanted) % 2 else rows) if path == "clientes" else None

    isp.spoil = spoil
    with pytest.raises(StopWorker, match=r"erp\.resources\.client repeats itself on page [34]"):
        await isp.pages(CLIENTS)


async def test_a_last_row_that_moved_on_to_a_page_of_its_own_is_no_repetition() -> None:
    isp = Isp()
    isp.clients = [client(code) for code in range(1, 7)]

    def shift(path: str, wanted: str) -> None:
        if (path, wanted) == ("clientes", "3"):
            isp.clients.insert(0, client(9))

    isp.spoil = shift
    assert await isp.ids(CLIENTS) == ["1", "2", "3", "4", "5", "6", "6"]


@pytest.mark.parametrize(("kind", "table"), [("contract", CONTRACTS), ("bill", BILLS), ("reference", PLANS)])
async def test_a_webhook_that_is_not_configured_is_named(kind: str, table: Table) -> None:
    isp = Isp(resources={"client": BY_PAGE})

    for ask in (isp.pages(table), isp.source.probe(table), isp.source.reread(table, {"1": "1"})):
        with pytest.raises(StopWorker, match=f"erp.resources has no {kind}: say which webhook tells it"):
            await ask


# --- rows that left the sweep


async def test_a_bill_that_left_is_asked_for_where_paid_ones_are_and_open_wins() -> None:
    isp = Isp()
    isp.clients = [client(1), client(2)]
    paid = {"STATUS": "PAGO", "DATA_PAGAMENTO": "2026-01-07"}
    isp.by_document["paid"] = {document(1): [bill(10, 1, **paid), bill(11, 1, **paid), bill(99, 1, **paid)]}
    isp.by_document["bills"] = {document(1): [bill(11, 1, STATUS="VENCIDO")]}
    found = (await isp.source.reread(BILLS, {"10": "1", "11": "1", "12": "2", "13": "77"})).rows

    assert {row["COD_ARECEBER"]: row["STATUS"] for row in found} == {"10": "PAGO", "11": "VENCIDO"}
    assert isp.counts() == {"clientes": 2, "paid": 2, "bills": 2}


async def test_without_a_webhook_for_paid_bills_only_the_open_ones_are_asked_for() -> None:
    isp = Isp()
    resources = {use: one.model_dump() for use, one in isp.options.resources.items() if use != "paid"}
    isp = Isp(resources=resources)
    isp.clients = [client(1)]

    assert (await isp.source.reread(BILLS, {"10": "1"})).rows == []
    assert isp.counts() == {"clientes": 2, "bills": 1}


async def test_a_contract_and_a_client_that_left_are_asked_for_again() -> None:
    isp = Isp()
    isp.clients = [client(1), client(2)]
    isp.by_document["contracts"] = {written(1): [{"CODIGO": "5", "COD_CLIENTE": "1"}, {"CODIGO": "6", "COD_CLIENTE": "1"}]}

    assert [row["CODIGO"] for row in (await isp.source.reread(CONTRACTS, {"6": "1", "7": "2"})).rows] == ["6"]
    assert [row["COD_CLIENTE"] for row in (await isp.source.reread(CLIENTS, {"2": "2", "3": "3"})).rows] == ["2"]


# --- clients from an export


def exports(folder: Path, *numbers: int) -> None:
    lines = [person(str(number), document=written(number)) for number in numbers]
    put(folder, "Clientes.csv", export("Clientes", *lines), 1_000)


async def test_clients_may_come_from_an_export(tmp_path: Path) -> None:
    """Read for their documents it stays news; swept it is read once."""
    bills = {"bill": {**EXAMPLE["bill"].model_dump(), "path": "bills"}}
    isp = Isp(folder=str(tmp_path), resources=bills)
    exports(tmp_path, 1, 2)
    isp.by_document["bills"] = {document(2): [bill(20, 2)]}

    assert await isp.ids(BILLS) == ["20"]
    assert await isp.source.has_news("client")
    assert await isp.ids(CLIENTS) == ["1", "2"]
    assert not await isp.source.has_news("client")
    assert await isp.source.has_news("bill")
    assert [row["COD_CLIENTE"] for row in (await isp.source.probe(CLIENTS)).rows] == ["1", "2"]
    assert list((await isp.source.reread(CLIENTS, {"9": "9"})).rows) == []


async def test_a_bill_whose_clients_dots_were_proved_a_part_is_that_clients(tmp_path: Path) -> None:
    """The webhook's own dots are taken out; whom it was asked for tells that they were no thousands."""
    isp = Isp(folder=str(tmp_path), resources={"bill": {**EXAMPLE["bill"].model_dump(), "path": "bills"}})
    lines = [person("1.042", document=written(1)), person("1042", document=written(2))]
    put(tmp_path, "Clientes.csv", export("Clientes", *lines), 1_000)
    of_a_person = {**bill(10, 1042), "COD_CLIENTE": "1.042"}
    isp.by_document["bills"] = {document(1): [of_a_person], document(2): [bill(20, 1042), bill(30, 7)]}

    found = [row async for told in isp.source.pages(BILLS) for row in told.rows]
    assert [(row["COD_ARECEBER"], row["COD_CLIENTE"]) for row in found] == [("10", "1.042"), ("20", "1042"), ("30", "7")]


async def test_clients_that_a_webhook_tells_by_document_need_an_export_too(tmp_path: Path) -> None:
    by_document = {"path": "contracts", "method": "GET", "query": {"documento": "{document_written}"}}
    isp = Isp(folder=str(tmp_path), resources={"client": by_document})
    exports(tmp_path, 1)
    isp.by_document["contracts"] = {written(1): client(1)}

    assert await isp.ids(CLIENTS) == ["1"]


async def test_without_any_clients_the_next_step_is_said() -> None:
    isp = Isp(resources={"bill": EXAMPLE["bill"].model_dump()})

    assert await isp.source.has_news("client")
    for ask in (isp.pages(BILLS), isp.pages(CLIENTS), isp.source.probe(BILLS), isp.source.probe(CLIENTS)):
        with pytest.raises(StopWorker, match=r"give erp\.resources\.client, or erp\.folder with an export Clientes"):
            await ask


async def test_clients_that_no_sweep_keeps_up_to_date_are_read_before_each_other_sweep() -> None:
    isp = Isp(every={"bill": 60})
    isp.clients = [client(1)]
    await isp.ids(BILLS)
    isp.clients.append(client(2))
    isp.by_document["bills"] = {document(2): [bill(20, 2)]}

    assert await isp.ids(BILLS) == ["20"]


# --- small questions


async def test_a_small_question_is_one_request_beside_what_it_takes_to_know_a_document() -> None:
    isp = Isp()
    isp.clients = [{**client(1), "CPF": ""}, *(client(code) for code in range(2, 10))]
    isp.by_document["bills"] = {document(2): [bill(20, 2)]}

    assert (await isp.source.probe(BILLS)).rows[0]["COD_ARECEBER"] == "20"
    assert isp.counts() == {"clientes": 1, "bills": 1}
    assert (len((await isp.source.probe(CLIENTS)).rows), (await isp.source.probe(PLANS)).total) == (3, 1)
    assert isp.counts() == {"clientes": 1, "plans": 1}
    isp.spoil = lambda *_: httpx.Response(500)
    for table in (CLIENTS, BILLS, PLANS):
        with pytest.raises(RetryLater, match="answers 500"):
            await isp.source.probe(table)
    assert isp.counts() == {"clientes": 1, "bills": 1, "plans": 1}


async def test_nobody_with_a_document_is_said_to_be_so() -> None:
    isp = Isp()
    isp.clients = [{**client(1), "CPF": ""}]

    assert await isp.pages(BILLS) == []
    with pytest.raises(StopWorker, match="no client has a CPF or CNPJ"):
        await isp.source.probe(BILLS)


async def test_an_instance_with_webhooks_is_read_by_them(caplog: pytest.LogCaptureFixture) -> None:
    """No log line shows a document or a secret, wherever the configuration puts them."""
    isp = Isp()
    isp.clients = [client(7)]
    isp.by_document["contracts"] = {written(7): {"CODIGO": "1", "COD_CLIENTE": "7"}}
    source = open_source(instance(erp=isp.options.model_dump()), {"token": "SEGREDO"}, httpx.MockTransport(isp.answer))
    with caplog.at_level(logging.DEBUG):
        async with aclosing(source.pages(CONTRACTS)) as coming:
            assert [row["CODIGO"] async for page in coming for row in page.rows] == ["1"]
    assert [page async for page in source.recent(CONTRACTS)] == []
    await source.close()

    with pytest.raises(RuntimeError, match="closed"):
        await source.probe(PLANS)
    told = "".join(record.getMessage() for record in caplog.records if record.name not in QUIET)  # httpx tells whole URLs
    assert "SEGREDO" not in told
    assert document(7) not in told
    assert {"httpx", "httpcore"} <= {*QUIET}


# --- documents


def test_a_document_is_asked_for_as_the_erp_knows_it() -> None:
    """Also one with wrong check digits: it is a name there, not a proof."""
    clients = Clients()
    clients.learn([client(1), {**client(2), "CPF": "", "CNPJ": " 12.abc.345/01de-35 "}, {**client(3), "CPF": "1444777350"}])
    clients.learn([{"NOME": "without a code", "CPF": None}, {**client(4), "CPF": 52998224725}])

    assert clients.documents() == [document(1), "12ABC34501DE35", "1444777350", "52998224725"]
    assert clients.words("12ABC34501DE35")["document_written"] == "12.abc.345/01de-35"


@pytest.mark.parametrize("cpf", ["ISENTO", "N/C", "111.111.111-11", "EXTERIOR", "000.000.000-00"])
async def test_a_word_in_its_cpf_does_not_keep_a_company_from_being_asked_for(cpf: str) -> None:
    isp = Isp()
    isp.clients = [{**client(1), "CPF": cpf, "CNPJ": "11.222.333/0001-81"}]
    isp.by_document["bills"] = {"11222333000181": [bill(10, 1)]}

    assert await isp.ids(BILLS) == ["10"]


@pytest.mark.parametrize("written", ["CPF: 111.444.777-35", "11144477735.0"])
def test_what_a_clerk_or_a_program_wrote_beside_a_document_is_not_asked_for(written: str) -> None:
    clients = Clients()
    clients.learn([{**client(1), "CPF": written}])

    assert clients.documents() == ["11144477735"]


@pytest.mark.parametrize("cpf", ["1234567890", "1234567890.0", "1234567890,0", "1,234567890E+9", "1.234.567.890"])
def test_a_document_that_lost_its_zeros_is_asked_for_with_them(cpf: str) -> None:
    """Another number has no bills, and that would be believed."""
    clients = Clients()
    clients.learn([{**client(1), "CPF": cpf}])

    assert clients.documents() == ["01234567890"]


@given(st.integers(10**10, 10**11 - 1), st.integers(2, 6))
def test_a_document_whose_digits_nobody_knows_is_not_asked_for(number: int, kept: int) -> None:
    clients = Clients()
    clients.learn([{**client(1), "CPF": f"{number:.{kept}E}".replace(".", ",")}])

    assert [one for one in clients.documents() if one != str(number)] == []


async def test_clients_whose_documents_a_spreadsheet_rounded_lose_no_bill_at_once() -> None:
    async with webhook_shop.opened() as shop:
        shop.isp.clients = [client(number) for number in range(1, 31)]
        shop.isp.by_document["bills"] = {document(number): [bill(50 + number, number)] for number in range(1, 31)}
        await shop.sweep("client")
        await shop.sweep()
        shop.isp.clients = [{**client(number), "CPF": "1,23E+10"} for number in range(1, 31)]
        shop.isp.asked.clear()
        await shop.sweep("client")
        done = await shop.sweep()

        assert (done.lost, done.kept) == (0, 30)
        assert [asked for asked in shop.isp.asked if asked[0] == "bills"] == []


def test_a_client_whose_document_changed_is_asked_for_by_the_new_one() -> None:
    clients = Clients()
    clients.learn([client(1), client(2, 1), client(3)])
    assert clients.alone() == {document(3): "3"}
    clients.learn([client(1, 5), {**client(3), "CPF": ""}])

    assert clients.documents() == [document(5), document(1)]
    assert clients.documents(["2", "3", "9"]) == [document(1)]
    assert clients.alone() == {document(5): "1", document(1): "2"}

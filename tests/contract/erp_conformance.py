"""What the poller's tests rely on in an IXC server, for the simulator and for the one in memory alike."""

from collections.abc import Mapping
from typing import Any, ClassVar

import httpx

from producers.erp_client import ErpClient
from schemas.erp.declaration import Row, Table
from schemas.erp.ixc import BILLS, CLIENTS, CONTRACTS, IXC
from tests.strategies import erp_row

SHOP: Mapping[str, list[Row]] = {
    "fn_areceber": [
        erp_row("fn_areceber", id=code, status=status, liberado=released)
        for code, status, released in [
            ("9", "A", "S"),
            ("10", "R", "S"),
            ("11", "P", "S"),
            ("100", "A", "N"),
            ("101", "A", "S"),
        ]
    ],
    "cliente_contrato": [
        erp_row("cliente_contrato", id="7", status_internet="A"),
        erp_row("cliente_contrato", id="8", status_internet="CA"),
        erp_row("cliente_contrato", id="9", status_internet="A", desbloqueio_confianca_ativo="S"),
    ],
}


async def ids(client: ErpClient, table: Table, query: int = 0, after: int = 0) -> list[str]:
    page = await client.page(table, table.queries[query], after)
    return [row["id"] for row in page.rows]


class ErpConformance:
    """Subclasses give the fixture `client`: an `ErpClient` with pages of 2 rows on a server that holds `SHOP`."""

    pages_of: ClassVar[int] = 2

    async def test_pages_follow_the_ids_as_numbers(self, client: ErpClient) -> None:
        """9 is before 10 and 100, and what a query leaves out is left out."""
        first = await client.page(BILLS, BILLS.queries[0], 0)
        second = await client.page(BILLS, BILLS.queries[0], first.after)

        assert ([row["id"] for row in first.rows], first.last, first.after) == (["9", "11"], False, 11)
        assert ([row["id"] for row in second.rows], second.last) == (["101"], True)

    async def test_each_query_is_answered_by_its_conditions(self, client: ErpClient) -> None:
        assert [await ids(client, CONTRACTS, number) for number in range(4)] == [["8"], ["9"], [], []]

    async def test_nothing_found_is_an_empty_last_page(self, client: ErpClient) -> None:
        page = await client.page(CLIENTS, CLIENTS.queries[0], 0)

        assert (list(page.rows), page.last) == ([], True)
        assert await ids(client, BILLS, after=101) == []

    async def test_rows_are_found_by_their_ids_whatever_their_state(self, client: ErpClient) -> None:
        found = await client.rows(BILLS, ["10", "100", "555"])

        assert [row["id"] for row in found.rows] == ["10", "100"]
        assert list((await client.rows(BILLS, ["555"])).rows) == []

    async def test_a_row_is_whole(self, client: ErpClient) -> None:
        (row,) = (await client.rows(BILLS, ["10"])).rows

        assert row == next(one for one in SHOP["fn_areceber"] if one["id"] == "10")

    async def test_a_wrong_token_is_refused(self, client: ErpClient) -> None:
        client._http.headers["authorization"] = IXC.authorization("1:wrong")
        answer = await client._http.post("fn_areceber", json={}, headers={"ixcsoft": "listar"})

        assert answer.status_code == 401

    async def test_without_the_list_header_a_post_writes(self, client: ErpClient) -> None:
        """The trap that `schemas.erp.ixc` must never walk into."""
        answer: httpx.Response = await client._http.post("fn_areceber", json={"id_cliente": "1"})
        body: dict[str, Any] = answer.json()

        assert body["type"] == "success"

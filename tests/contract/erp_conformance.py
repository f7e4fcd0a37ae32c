"""What the poller's tests rely on in an IXC server, for the simulator and for the one in memory alike."""

from collections.abc import Mapping
from typing import Any, ClassVar

import httpx

from producers.erp.lists.paged import PagedSource
from schemas.erp.declaration import Row, Table
from schemas.erp.ixc import BILLS, CLIENTS, CONTRACTS
from tests.strategies import erp_row

LONG_AGO = "2026-01-10 08:15:30"
SHOP: Mapping[str, list[dict[str, str]]] = {
    "fn_areceber": [
        erp_row("fn_areceber", id=code, status=status, liberado=released, ultima_atualizacao=LONG_AGO)
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


async def ids(source: PagedSource, table: Table) -> list[list[str]]:
    return [[row["id"] for row in told.rows] async for told in source.pages(table)]


async def reread(source: PagedSource, *codes: str) -> list[Row]:
    return list((await source.reread(BILLS, dict.fromkeys(codes, "1042"))).rows)


class ErpConformance:
    """Subclasses give the fixture `source`: a `PagedSource` with pages of 2 rows on a server that holds `SHOP`."""

    pages_of: ClassVar[int] = 2

    async def test_pages_follow_the_ids_as_numbers(self, source: PagedSource) -> None:
        """9 is before 101, and what a query leaves out is left out. Behind a page that came full there may be more."""
        assert await ids(source, BILLS) == [["9", "101"], [], ["11"]]

    async def test_each_query_is_answered_by_its_conditions(self, source: PagedSource) -> None:
        assert await ids(source, CONTRACTS) == [["8"], ["9"], [], []]

    async def test_nothing_found_is_an_empty_last_page(self, source: PagedSource) -> None:
        assert await ids(source, CLIENTS) == [[]]

    async def test_rows_are_found_by_their_ids_whatever_their_state(self, source: PagedSource) -> None:
        assert [row["id"] for row in await reread(source, "10", "100", "555")] == ["10", "100"]
        assert await reread(source, "555") == []

    async def test_a_row_is_whole(self, source: PagedSource) -> None:
        (row,) = await reread(source, "10")

        assert row == next(one for one in SHOP["fn_areceber"] if one["id"] == "10")

    async def test_a_survey_tells_how_many_there_are(self, source: PagedSource) -> None:
        probe = await source.survey(BILLS)

        assert (len(probe.rows), probe.total) == (3, 3)

    async def test_what_changed_long_ago_is_not_recent(self, source: PagedSource) -> None:
        """The official form of a date is understood; nothing of `SHOP` was changed within the last hour."""
        assert [told.rows async for told in source.recent(BILLS)] in ([], [[]])
        assert source._form == "dmy"

    async def test_a_wrong_token_is_refused(self, source: PagedSource) -> None:
        answer = await source._wire._http.post(
            "fn_areceber", json={}, headers={"ixcsoft": "listar", "authorization": "Basic eA=="}
        )

        assert answer.status_code == 401

    async def test_without_the_list_header_a_post_writes(self, source: PagedSource) -> None:
        """The trap that `schemas.erp.ixc` must never walk into."""
        signed = source._protocol.sign(source._protocol.reread(BILLS, ["1"])[0], source._secrets)
        login = {"authorization": signed.headers["authorization"]}
        answer: httpx.Response = await source._wire._http.post("fn_areceber", json={"id_cliente": "1"}, headers=login)
        body: dict[str, Any] = answer.json()

        assert body["type"] == "success"

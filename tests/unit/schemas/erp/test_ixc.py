"""IXC's list protocol: what is asked, and what an answer is taken for."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import schemas
from schemas.erp.conditions import Where
from schemas.erp.declaration import Page, Request, Row, Table
from schemas.erp.ixc import BILLS, CLIENTS, PROTOCOL, TABLES, read, recent, reread, sign
from schemas.errors import RetryLater, StopWorker
from tests.strategies import CODES, NASTY

CONDITIONS = st.lists(st.builds(Where, NASTY, st.sampled_from(["=", "!=", ">", "in"]), NASTY), max_size=3).map(tuple)


def answer(*rows: Any, **head: Any) -> bytes:  # noqa: ANN401 - JSON, good and bad
    return orjson.dumps({"page": "1", "total": str(len(rows)), "registros": rows, **head})


# --- asking


SECRETS = {"token": "1:abc"}
ANYWHERE = Request("fn_areceber", b"", "fn_areceber")


@given(st.sampled_from(TABLES), CONDITIONS, st.integers(), st.integers(), st.lists(NASTY, min_size=1, max_size=4))
def test_whatever_is_asked_it_is_asked_as_a_list(
    table: Table, query: tuple[Where, ...], after: int, size: int, ids: list[str]
) -> None:
    """Without this header the same POST creates a row or carries out an action (`schemas/erp/IXC.md`, "Transport").

    Authorization and header come from one function: whoever has the one has the other.
    """
    for request in (read(table, query, (after,), size), *reread(table, ids), recent(table, "2026-01-14", "dmy", (), size)):
        signed = sign(request, SECRETS)
        assert signed.headers["ixcsoft"] == "listar"
        assert signed.headers["content-type"] == "application/json"
        assert signed.headers["authorization"] == "Basic MTphYmM="
        assert (signed.path, signed.body, signed.method) == (table.name, request.body, "POST")


def test_nothing_but_the_signature_makes_a_request_with_authorization() -> None:
    """In all of our code: a second place could forget the header."""
    places = [
        file.name
        for folder in ("schemas", "producers", "processors", "sinks", "dashboard")
        for file in (Path(schemas.__file__).parent.parent / folder).rglob("*.py")
        if re.search(r"\bSigned\(", file.read_text().replace("class Signed", ""))
    ]

    assert sorted(places) == ["ixc.py", "rbx_protocol.py", "requests.py"]


def conditions(request: Request) -> list[tuple[str, str, str]]:
    body = orjson.loads(request.body)
    rest = [(one["TB"], one["OP"], one["P"]) for one in orjson.loads(body["grid_param"])]
    return [(body["qtype"], body["oper"], body["query"]), *rest]


def test_a_page_is_asked_for_by_the_id_before_it() -> None:
    """By id and not by page number: rows that shift between two requests cannot be missed."""
    request = read(BILLS, BILLS.queries[0], (88031,), 600)
    body = orjson.loads(request.body)

    assert conditions(request) == [
        ("fn_areceber.id", ">", "88031"),
        ("fn_areceber.liberado", "=", "S"),
        ("fn_areceber.status", "=", "A"),
    ]
    assert {name: body[name] for name in ("page", "rp", "sortname", "sortorder")} == {
        "page": "1",
        "rp": "600",
        "sortname": "fn_areceber.id",
        "sortorder": "asc",
    }


def test_rows_are_read_again_by_their_ids_alone() -> None:
    assert conditions(reread(BILLS, ["7", "8"])[0]) == [("fn_areceber.id", "IN", "7,8")]
    assert conditions(reread(BILLS, ["7"])[0]) == [("fn_areceber.id", "=", "7")]


@pytest.mark.parametrize(("form", "written"), [("dmy", "14/01/2026"), ("iso", "2026-01-14")])
def test_what_is_recent_is_asked_for_in_the_form_that_the_instance_understands(form: str, written: str) -> None:
    asked = conditions(recent(BILLS, "2026-01-14", form, (7,), 600))

    assert asked == [("fn_areceber.id", ">", "7"), ("fn_areceber.ultima_atualizacao", ">=", written)]


# --- judging


def judged(content: bytes, status: int = 200, table: Table = BILLS) -> Page | None:
    """The page, or None where it is refused with one of the two errors; any other error fails the test."""
    try:
        return PROTOCOL.page(table, ANYWHERE, status, content)
    except (RetryLater, StopWorker):
        return None


def in_order(rows: list[Row]) -> bool:
    ids = [int(row["id"]) for row in rows]
    return all(earlier < later for earlier, later in pairwise(ids))


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False), NASTY
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(["id", "x", "registros"]), inner, max_size=3)
    ),
    max_leaves=8,
)
ROWS = st.lists(st.one_of(st.builds(lambda code: {"id": code}, st.one_of(CODES, st.integers(0, 9), JSON)), JSON), max_size=5)


@given(ROWS, JSON)
@example([{"id": "1"}, {"id": "2"}], "9" * 5000)
@example([{"id": "9" * 5000}], "1")
@example([{"id": "2"}, {"id": "1"}], "2")
@example([{"id": "1"}, {"id": "1"}], "2")
@example([{"id": 1}], 1)
def test_any_object_is_rows_in_the_order_of_their_ids_or_an_error_that_says_what_to_do(rows: list[Any], total: Any) -> None:  # noqa: ANN401 - JSON
    found = judged(answer(*rows, total=total))

    if found is not None:
        assert in_order(list(found.rows))
        assert len(found.rows) <= len(rows)
        assert found.after in (None, (int(found.rows[-1]["id"]),) if found.rows else ())


GOOD = answer(*({"id": str(code), "status": "A"} for code in (3, 7, 20, 21)))


@given(st.data(), st.integers(100, 599))
def test_a_spoiled_body_is_in_order_or_an_error_that_says_what_to_do(data: st.DataObject, status: int) -> None:
    """Cut, overwritten and doubled bytes of a good page, under any status."""
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(GOOD)), st.integers(0, len(GOOD)))))
    spoiled = GOOD[:start] + data.draw(st.one_of(st.binary(max_size=4), st.just(GOOD[start:end] * 2))) + GOOD[end:]
    found = judged(spoiled, data.draw(st.sampled_from([200, status])))

    if found is not None:
        assert in_order(list(found.rows))


@given(st.integers(0, len(GOOD) - 1))
def test_a_cut_body_is_never_a_page(length: int) -> None:
    with pytest.raises(RetryLater):
        PROTOCOL.page(BILLS, ANYWHERE, 200, GOOD[:length])


@given(st.binary(max_size=60), st.integers(100, 599).filter(lambda status: not 200 <= status < 300))
def test_no_body_makes_another_status_good(content: bytes, status: int) -> None:
    for body in (content, GOOD):
        assert judged(body, status) is None


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_wrong_url_token_or_permission_is_the_operators_to_mend(status: int) -> None:
    with pytest.raises(StopWorker, match="url, token and permissions"):
        PROTOCOL.page(CLIENTS, ANYWHERE, status, GOOD)


@pytest.mark.parametrize("status", [302, 429, 500, 502, 503, 504])
def test_an_overloaded_server_is_asked_again(status: int) -> None:
    with pytest.raises(RetryLater, match=str(status)):
        PROTOCOL.page(CLIENTS, ANYWHERE, status, GOOD)


def test_a_page_that_holds_all_that_is_left_is_the_last() -> None:
    rows = [{"id": "3"}, {"id": "7"}]

    assert PROTOCOL.page(BILLS, ANYWHERE, 200, answer(*rows)) == Page(rows, None, 2)
    assert PROTOCOL.page(BILLS, ANYWHERE, 200, answer(*rows, total=3)) == Page(rows, (7,), 3)
    assert PROTOCOL.page(BILLS, ANYWHERE, 200, b'{"page":"1","total":"0"}') == Page([], None, 0)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"total": "2"},
        {"total": "2", "registros": []},
        {"total": "1", "registros": [{"id": "1"}, {"id": "2"}]},
        {"total": "1", "registros": [{"id": ""}]},
        {"total": "1", "registros": [{"codigo": "1"}]},
        {"total": "1", "registros": ["1"]},
        {"total": "1", "registros": {"id": "1"}},
        {"total": "2", "registros": [{"id": "2"}, {"id": "1"}]},
        {"total": "2", "registros": [{"id": "1"}, {"id": "1"}]},
        {"page": "1", "rows": [{"id": "1", "cell": []}], "total": 1},
    ],
)
def test_an_object_that_is_no_whole_page_is_asked_for_again(body: dict[str, Any]) -> None:
    with pytest.raises(RetryLater):
        PROTOCOL.page(BILLS, ANYWHERE, 200, orjson.dumps(body))


def test_a_refusal_is_repeated_in_the_erps_own_words_and_not_at_length() -> None:
    with pytest.raises(StopWorker, match="IXC refuses fn_areceber: Seu IP") as caught:
        PROTOCOL.page(
            BILLS, ANYWHERE, 200, orjson.dumps({"type": "error", "message": "Seu IP não está liberado" + "!" * 9999})
        )

    assert len(str(caught.value)) < 300

"""A webhook of bills must tell of some whether it was paid: else all that were paid would look open."""

from collections.abc import Sequence

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.erp.webhooks.answers import judge
from producers.erp.webhooks.spelled import Spelled
from schemas.erp.altarede import BILLS
from schemas.erp.altarede_options import EXAMPLE, NONE_TEXT, AltaredeWebhooks
from schemas.erp.declaration import Row
from schemas.errors import StopWorker
from tests.unit.producers import webhook_shop
from tests.unit.producers.memory_isp import bill, client, document
from tests.unit.producers.webhook_shop import WebhookShop

MANY = 10
PAID = {"STATUS": "PAGO", "DATA_PAGAMENTO": "2026-01-09"}


def untold(code: int, owner: int, **more: str | None) -> Row:
    """A bill without STATUS."""
    return {name: value for name, value in bill(code, owner).items() if name != "STATUS"} | more


async def asked(shop: WebhookShop, rows: Sequence[Row]) -> None:
    """One client for each row."""
    shop.isp.clients = [client(number) for number in range(1, len(rows) + 1)]
    shop.isp.by_document["bills"] = {document(number): [row] for number, row in enumerate(rows, 1)}
    await shop.sweep("client")


# --- names


def written(name: str) -> st.SearchStrategy[str]:
    """However a workflow may write it."""
    capitals = st.lists(st.booleans(), min_size=len(name), max_size=len(name))
    return st.builds(
        lambda places, blank: "".join(a.upper() if up else a.lower() for a, up in zip(name, places, strict=True)) + blank,
        capitals,
        st.sampled_from(["", " "]),
    )


@given(st.data())
def test_names_are_compared_without_capitals(data: st.DataObject) -> None:
    named = {data.draw(written(name)): value for name, value in bill(50, 5, **PAID).items()}
    resource = EXAMPLE["bill"]
    told = [judge(BILLS, "bill", resource, NONE_TEXT, 200, orjson.dumps(body)) for body in ([named], named, [named, named])]
    (row,) = judge(BILLS, "bill", resource, NONE_TEXT, 200, orjson.dumps([bill(50, 5, **PAID)]))

    assert told == [[row], [row], [row, row]]


@pytest.mark.parametrize("first", ["STATUS", "status"])
def test_of_two_names_that_are_alike_the_one_that_is_filled_counts(first: str) -> None:
    second = "status" if first == "STATUS" else "STATUS"
    for blank in ("", None):
        body = [untold(50, 5) | {first: blank, second: "PAGO"}]
        (row,) = judge(BILLS, "bill", EXAMPLE["bill"], NONE_TEXT, 200, orjson.dumps(body))
        assert row["STATUS"] == "PAGO"
    (row,) = judge(
        BILLS, "bill", EXAMPLE["bill"], NONE_TEXT, 200, orjson.dumps([untold(50, 5) | {first: "PAGO", second: "VENCIDO"}])
    )
    assert row["STATUS"] == ("PAGO" if first == "STATUS" else "VENCIDO")


def test_a_lower_name_is_a_code_as_well() -> None:
    told = Spelled("bills", BILLS.key)
    body = orjson.dumps([{name.lower(): value for name, value in bill(1042, 5).items()}])
    judge(BILLS, "bill", EXAMPLE["bill"], NONE_TEXT, 200, body, spelled=told)

    with pytest.raises(StopWorker, match="which may be two"):
        judge(BILLS, "bill", EXAMPLE["bill"], NONE_TEXT, 200, body.replace(b"1042", b"1.042"), spelled=told)


@pytest.mark.parametrize("name", ["status", "Status", "data_pagamento", "Data_Pagamento "])
async def test_a_paid_bill_is_paid_however_the_column_is_written(name: str) -> None:
    async with webhook_shop.opened() as shop:
        await asked(shop, [untold(50, 1) | {name: "PAGO" if "tatus" in name else "2026-01-09"}, bill(51, 2)])

        assert [(await shop.sweep()).rows, [row.id for row in shop.news()]] == [1, ["51"]]


# --- columns


@pytest.mark.parametrize("many", [1, 3, MANY - 1, MANY, 3 * MANY])
@pytest.mark.parametrize("told", [{}, {"SITUACAO": "PAGO"}, {"DT_PAGAMENTO": "2026-01-09"}])
async def test_bills_of_which_none_has_such_a_column_are_not_believed(many: int, told: dict[str, str]) -> None:
    async with webhook_shop.opened() as shop:
        await asked(shop, [untold(100 + number, number, **told) for number in range(1, many + 1)])
        for _ in range(2):
            with pytest.raises(StopWorker, match=r"without STATUS or DATA_PAGAMENTO: .* erp\.resources\.bill\.fields"):
                await shop.sweep()

        assert shop.news() == []


@pytest.mark.parametrize("told", [{"STATUS": None}, {"STATUS": ""}, {"STATUS": "N/D"}, {"DATA_PAGAMENTO": None}])
async def test_many_that_are_all_blank_are_not_believed_and_few_are(told: dict[str, str | None]) -> None:
    for many in (1, MANY - 1, MANY, 3 * MANY):
        async with webhook_shop.opened() as shop:
            await asked(shop, [untold(100 + number, number, **told) for number in range(1, many + 1)])
            if many < MANY:
                assert (await shop.sweep()).rows == many
                continue
            with pytest.raises(StopWorker, match="bills without STATUS"):
                await shop.sweep()
            assert shop.news() == []


@pytest.mark.parametrize("told", [{"STATUS": "VENCIDO"}, {"DATA_PAGAMENTO": "0000-00-00"}, {"DATA_PAGAMENTO": "2026-01-09"}])
@pytest.mark.parametrize("at", [0, 8, 60, 118])
async def test_one_that_tells_lets_the_others_be_open(told: dict[str, str], at: int) -> None:
    """What came before it waited."""
    async with webhook_shop.opened() as shop:
        rows = [untold(100 + number, number) for number in range(1, 12 * MANY)]
        rows[at] |= told  # type: ignore[operator]  # a dict of the strategy
        await asked(shop, rows)

        assert (await shop.sweep()).rows == len(rows) - ("2026-01-09" in told.values())


@pytest.mark.parametrize("last", [{"STATUS": "VENCIDO"}, {}])
async def test_few_bills_of_many_documents_wait_for_one_that_tells(last: dict[str, str]) -> None:
    async with webhook_shop.opened() as shop:
        await asked(shop, [untold(100 + number, number) for number in range(1, 121)])
        kept = {1: {}, 2: {}, 60: {}, 119: last}
        shop.isp.by_document["bills"] = {
            document(number): [untold(100 + number, number, **more)] for number, more in kept.items()
        }
        if last:
            assert (await shop.sweep()).rows == 4
            return
        with pytest.raises(StopWorker, match="answers 4 bills without STATUS"):
            await shop.sweep()
        assert shop.news() == []


async def test_a_field_that_is_renamed_after_a_good_start_closes_and_opens_nothing() -> None:
    async with webhook_shop.opened() as shop:
        await asked(shop, [bill(100 + number, number) for number in range(1, 4)])
        await shop.sweep()
        shop.news()
        shop.isp.by_document["bills"] = {
            document(number): [untold(100 + number, number, SITUACAO="PAGO")] for number in range(1, 4)
        }
        with pytest.raises(StopWorker, match="paid bills would look open"):
            await shop.sweep()

        assert shop.news() == []


async def test_a_survey_tells_of_it_too() -> None:
    async with webhook_shop.opened() as shop:
        await asked(shop, [untold(100, 1)])
        with pytest.raises(StopWorker, match="bills without STATUS"):
            await shop.isp.source.survey(BILLS)
        assert len((await shop.isp.source.probe(BILLS)).rows) == 1
        await asked(shop, [bill(100, 1)])

        assert len((await shop.isp.source.survey(BILLS)).rows) == 1


async def test_a_webhook_that_is_said_to_have_no_status_needs_none() -> None:
    async with webhook_shop.opened() as shop:
        bills = shop.isp.options.resources["bill"].model_dump()
        resources = shop.isp.options.model_dump()["resources"] | {
            "bill": bills | {"fields": bills["fields"] | {"STATUS": ""}}
        }
        shop.isp.options = AltaredeWebhooks.model_validate({**shop.isp.options.model_dump(), "resources": resources})
        await shop.restarted()
        await asked(shop, [untold(100 + number, number) for number in range(1, 3 * MANY)])

        assert (await shop.sweep()).rows == 3 * MANY - 1

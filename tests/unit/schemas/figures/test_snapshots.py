"""A snapshot's row: every figure by its name, and what is not known is not there."""

from datetime import UTC, datetime
from typing import get_args

import bson
import pytest

from schemas.attempts import Outcome
from schemas.debtor import Access, Speed
from schemas.figures.access import Contracts
from schemas.figures.calls import CallDay
from schemas.figures.debts import Debt
from schemas.figures.names import ACCESS as ACCESS_TITLES
from schemas.figures.names import FAMILIES, FIGURES, HELD, LISTED, OUTCOMES, SPEED, VERSIONS
from schemas.figures.queue import Hold, Waiting
from schemas.figures.snapshots import TOP, Found, Snapshot, figures
from schemas.figures.standing import Share, Standing
from schemas.queue import HoldReason

AT = datetime(2026, 11, 28, 22, 15, tzinfo=UTC)
STANDING = Standing(active_clients=8, pre_collection=Share(1, 2, 300), collection=Share(1, 1, 100))
MANY = tuple(Debt(f"name {n}", Share(1, 1, 100 - n)) for n in range(TOP + 5))
CALLS = CallDay("norte", AT.date(), 4, 2, 1, 1, {"human": 2, "busy": 1})
WAITING = Waiting(1, 300, 2, (Hold("promise", 2, 1),))
FOUND = Found(STANDING, {"bairro": MANY, "client_type": MANY[:2]}, Contracts(3, {"blocked": 2}), WAITING, CALLS)


def test_every_figure_of_the_list_is_in_a_whole_row_and_no_other() -> None:
    assert figures(FOUND).keys() == FIGURES.keys()


def test_the_list_is_closed_and_every_name_is_of_one_family() -> None:
    assert len(FIGURES) == len(LISTED)
    assert {figure.family for figure in LISTED} == set(FAMILIES) == set(VERSIONS)
    assert all(figure.title for figure in LISTED)
    for words, titles in ((Access, ACCESS_TITLES), (Speed, SPEED), (Outcome, OUTCOMES), (HoldReason, HELD)):
        assert set(get_args(words)) == set(titles)


def test_numbers_stand_under_their_names() -> None:
    found = figures(FOUND)

    assert (found["standing.debtors"], found["standing.overdue_cents"], found["standing.clients"]) == (2, 400, 8)
    assert found["standing.debtors_share"] == 0.25
    assert (found["standing.pre_cents"], found["standing.collection_bills"]) == (300, 1)
    assert (found["access.blocked"], found["access.active"], found["access.contracts"]) == (2, 0, 3)
    assert (found["waiting.ready"], found["waiting.hold_promise"], found["waiting.hold_holiday"]) == (1, 2, 0)
    assert (found["calls.n"], found["calls.short_share"], found["calls.outcome_human"]) == (4, 0.5, 2)
    assert (found["debts.bairros"], found["debts.client_types"]) == (TOP + 5, 2)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_that_is_not_known_has_no_number(family: str) -> None:
    document = Snapshot("norte", AT, FOUND._replace(**{family: None}), "rebuilt").document

    assert not any(name.startswith(f"{family}.") for name in document["figures"])
    assert document["source"] == {other: "missing" if other == family else "rebuilt" for other in FAMILIES}
    assert document["known"] == [other for other in FAMILIES if other != family]
    assert family not in document["version"]


def test_a_share_of_nothing_is_not_known() -> None:
    found = figures(Found(standing=Standing(), calls=CallDay("norte", AT.date(), 0, 0, 0, 0, {})))

    assert not {"standing.debtors_share", "calls.short_share"} & found.keys()
    assert found["standing.debtors"] == found["calls.n"] == 0


def test_a_row_is_a_document_that_mongodb_can_hold() -> None:
    document = Snapshot("norte", AT, FOUND).document

    assert bson.decode(bson.encode(document))["_id"] == "norte@2026-11-28T22:15Z"
    assert [one["name"] for one in document["top"]["bairro"]] == [debt.name for debt in MANY[:TOP]]
    assert len(bson.encode(document)) < 8_000

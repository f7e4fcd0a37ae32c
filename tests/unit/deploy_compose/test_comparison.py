from copy import deepcopy
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import pytest

from deploy.comparison import differences, figure_differences, queue_differences
from deploy.simulators.ixc.truth import ClientFacts, debt, totals
from schemas.debtor import Bill, Client, Contract, Debtor
from schemas.figures.standing import Band, Share, Standing
from schemas.views import debtor

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = date(2026, 11, 23)
OVERDUE = Bill(due_on=date(2026, 11, 3), open_cents=2605, status="partial", seen_at=AT)
BLOCKED = Contract(status="active", access="blocked_auto", seen_at=AT)
ENDED = Contract(status="inactive", access="disabled", seen_at=AT)
ANA = Client(name="ANA TESTE", active=True, collect=False, seen_at=AT)


def documents() -> list[dict[str, Any]]:
    known = Debtor(
        instance="norte",
        code="7",
        version=1,
        changed_at=AT,
        client=ANA,
        bills={"1": OVERDUE},
        contracts={"5": BLOCKED, "6": ENDED},
    )
    nobodys = Debtor(instance="norte", code="999", version=1, changed_at=AT, bills={"3": OVERDUE})
    return [debtor(known), debtor(nobodys)]


def facts() -> dict[str, ClientFacts]:
    bills = {"1": ("2026-11-03", 2605, "P")}
    return {"7": ClientFacts(" ANA  TESTE", True, "N", bills, {"5": ("CA", "N", False, False)})}


def truth() -> dict[str, Any]:
    found = facts()
    clients = {code: asdict(each) for code, each in found.items()}
    return {"clients": clients, "totals": totals(found), "debt": debt(found, TODAY, 7)}


def standing() -> Standing:
    bands = tuple(Band(since, *((1, 2605) if since == 16 else (0, 0))) for since in (1, 8, 16, 31, 61, 91))
    return Standing(1, Share(), Share(debtors=1, bills=1, cents=2605), bands)


def test_views_that_show_what_the_erp_holds_do_not_differ() -> None:
    """An ended contract and the bill of a client that does not exist are no differences."""
    assert differences(documents(), truth()) == []


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (("client", "name"), "ANA", "client 7: name is 'ANA' in the view, 'ANA TESTE' in the ERP"),
        (("client", "active"), False, "client 7: active is False in the view, True in the ERP"),
        (("client", "collect"), True, "client 7: collect is True in the view, False in the ERP"),
        (("bills", 0, "open_cents"), 2604, "client 7, bill 1: open_cents is 2604 in the view, 2605 in the ERP"),
        (("bills", 0, "status"), "open", "client 7, bill 1: status is 'open' in the view, 'partial' in the ERP"),
        (
            ("bills", 0, "due_on"),
            "2026-11-04",
            "client 7, bill 1: due_on is '2026-11-04' in the view, '2026-11-03' in the ERP",
        ),
        (
            ("contracts", 0, "access"),
            "notice",
            "client 7, contract 5: access is 'notice' in the view, 'blocked_auto' in the ERP",
        ),
        (("contracts", 0, "speed"), "reduced", "client 7, contract 5: speed is 'reduced' in the view, 'normal' in the ERP"),
        (("contracts", 0, "trust_unlock"), True, "client 7, contract 5: trust_unlock is True in the view, False in the ERP"),
        (("contracts", 0, "access"), "active", "client 7, contract 5: is missing in the view"),
        (("contracts", 1, "status"), "active", "client 7, contract 6: is in the view, the ERP has no such thing"),
        (("bills",), [], "client 7, bill 1: is missing in the view"),
    ],
)
def test_each_difference_is_one_line_that_names_its_place(path: tuple[Any, ...], value: object, expected: str) -> None:
    found = documents()
    place: Any = found[0]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value

    assert differences(found, truth()) == [expected]


def test_a_client_that_one_side_lacks_is_told_with_all_that_hangs_on_it() -> None:
    missing = ["client 7: is missing in the view", "client 7, bill 1: is missing in the view"]
    missing.append("client 7, contract 5: is missing in the view")
    strange = [line.replace("missing in the view", "in the view, the ERP has no such thing") for line in missing]

    assert sorted(differences([], truth())) == sorted(missing)
    assert sorted(differences(documents(), {"clients": {}})) == sorted(strange)


def test_the_queue_holds_exactly_the_clients_that_owe_and_what() -> None:
    paid = facts() | {"8": ClientFacts("BOB TESTE", True, "S")}
    clients = {code: asdict(each) for code, each in paid.items()}

    def place(code: str, cents: int = 2605) -> dict[str, Any]:
        return {"code": code, "facts": {"due": [["2026-11-03", cents]]}}

    assert queue_differences([place("7")], {"clients": clients}) == []
    assert queue_differences([place("8")], {"clients": clients}) == [
        "place of client 7: is missing in the view",
        "place of client 8: is in the view, the ERP has no such thing",
    ]
    assert queue_differences([place("7"), {**place("8"), "settled": True}], {"clients": clients}) == []
    assert queue_differences([place("7", 2606)], {"clients": clients}) == [
        "place of client 7: due is [('2026-11-03', 2606)] in the view, [('2026-11-03', 2605)] in the ERP"
    ]


def test_figures_agree_where_both_judge_the_same_day() -> None:
    assert figure_differences(standing(), truth()) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("totals", "active_clients"), "figures: active clients is 1 in the view, 9 in the ERP"),
        (("debt", "bills"), "figures: overdue bills is 1 in the view, 9 in the ERP"),
        (("debt", "collection", "debtors"), "figures: collection debtors is 1 in the view, 9 in the ERP"),
        (("debt", "pre_collection", "cents"), "figures: pre-collection cents is 0 in the view, 9 in the ERP"),
        (
            ("debt", "aging", "16-30", "bills"),
            "figures: 16 days late or more is (1, 2605) in the view, (9, 2605) in the ERP",
        ),
        (("debt", "aging", "91+", "cents"), "figures: 91 days late or more is (0, 0) in the view, (0, 9) in the ERP"),
    ],
)
def test_each_figure_is_compared(change: tuple[str, ...], expected: str) -> None:
    wrong = deepcopy(truth())
    place = wrong
    for step in change[:-1]:
        place = place[step]
    place[change[-1]] = 9

    assert figure_differences(standing(), wrong) == [expected]


def test_a_bill_for_which_nobody_is_called_is_not_due() -> None:
    """Its client keeps his place: the other bills count."""
    clients = {code: asdict(each) for code, each in facts().items()}
    clients["7"]["aside"] = list(clients["7"]["bills"])

    assert queue_differences([{"code": "7", "facts": {"due": []}}], {"clients": clients}) == []
    assert len(queue_differences([{"code": "7", "facts": {"due": [["2026-11-03", 2605]]}}], {"clients": clients})) == 1


def test_what_only_a_kept_agreement_stands_for_may_be_due_where_nobody_ever_read_its_instalments() -> None:
    clients = {code: asdict(each) for code, each in facts().items()}
    clients["7"]["aside"] = clients["7"]["kept"] = list(clients["7"]["bills"])

    for due in ([], [["2026-11-03", 2605]]):
        assert queue_differences([{"code": "7", "facts": {"due": due}}], {"clients": clients}) == []
    assert len(queue_differences([{"code": "7", "facts": {"due": [["2026-11-03", 2606]]}}], {"clients": clients})) == 1

"""Days as ERPs and the programs between write them: a day, none, or a refusal; never another day, never "paid" by chance."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.closing import ending, is_open
from schemas.due_dates import AHEAD, FIRST, NO_DUE_DATE, is_meant, last
from schemas.erp import ERPS
from schemas.erp.days import PAID_AHEAD, closing_day, due_day, due_day_of_form, is_unpaid, local_day
from schemas.erp.declaration import DATE_FORM
from schemas.errors import RejectRecord
from schemas.nothing import is_no_day
from schemas.rows import ErpRow
from tests.strategies import NASTY, event

ZONES = ("America/Maceio", "America/Sao_Paulo", "America/Manaus", "America/Rio_Branco", "America/Noronha")
MEANT = st.dates(date(2019, 12, 1), date(2035, 1, 1))
TIMES = st.sampled_from(["", " 00:00", " 00:00:00", " 23:59:59", "T08:30", "T08:30:15.123"])
NO_DAYS = (
    "1899-12-30",
    "1970-01-01",
    "00/00/0000",
    "30/12/1899",
    "NULL",
    "  /  /    ",
    "",
    "0000-00-00",
    "a definir",
    "NaT",
)
IMPOSSIBLE = ("2206-11-01", "1926-11-01", "0206-11-01", "01/11/2206", "2062-11-01", "2206-11-01T03:00:00.000Z")
ROW = event("bill", "1").model_copy(update={"zone": "America/Maceio"})
SEEN = ROW.seen_at.date()


def bill(erp: str, **row: str) -> ErpRow:
    return ROW.model_copy(update={"erp": erp, "row": row})


@given(MEANT, TIMES, st.sampled_from("-/."))
def test_a_day_is_read_in_both_orders_and_a_time_behind_it_cut_off(day: date, clock: str, sign: str) -> None:
    assert local_day(f" {day:%Y{sign}%m{sign}%d}{clock} ", "") == day
    assert local_day(f"{day:%d{sign}%m{sign}%Y}{clock}", "") == day


@given(MEANT, st.sampled_from(ZONES), st.sampled_from(["Z", ".000Z", "+00:00", "local"]))
def test_a_date_that_went_through_node_is_the_day_that_was_meant(day: date, zone: str, form: str) -> None:
    """Its midnight in the zone of the instance, or in UTC where the program lived there."""
    midnight = datetime.combine(day, time(0), ZoneInfo(zone))
    written = midnight.isoformat() if form == "local" else f"{midnight.astimezone(UTC):%Y-%m-%dT%H:%M:%S}{form}"

    assert local_day(written, zone) == day
    assert local_day(f"{day}T00:00:00.000Z", zone) == day


@given(
    st.integers(1, 3 * 10**8).map(lambda s: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=s)), st.sampled_from(ZONES)
)
def test_a_moment_is_of_the_day_on_the_instances_clock(at: datetime, zone: str) -> None:
    assume(at.time() != time(0))
    assert local_day(f"{at:%Y-%m-%dT%H:%M:%S}Z", zone) == at.astimezone(ZoneInfo(zone)).date()


def test_an_instant_of_rows_that_tell_no_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without the zone"):
        local_day("2026-11-01T03:00:00.000Z", "")


@pytest.mark.parametrize(
    "written",
    [
        *("", "2026-02-30", "2026-13-01", "2026-00-10", "2026-1-5", "20260115", "2026-W03-4", "31/02/2026", "13/13/2026"),
        *("2026-01-15garbage", "2026-01-150", "2026-01-15 24:00:00", "2026-01-15 08:60", "\u0662026-01-15", "1/2/2026"),
        *("15/01/26", "2026-01/15", "hoje", "2026-01-15T25:00:00Z", "0001-01-01T00:00:00+10:00"),
    ],
)
def test_what_is_no_day(written: str) -> None:
    with pytest.raises(ValueError, match="not a date"):
        local_day(written, "America/Maceio")


# --- due dates


@pytest.mark.parametrize("written", [*NO_DAYS, *IMPOSSIBLE])
@pytest.mark.parametrize("erp", list(ERPS))
def test_no_due_date_and_an_impossible_one_are_an_open_bill_without_one(erp: str, written: str) -> None:
    column = ERPS[erp].of_kind("bill")[0].words["due_on"]
    for form in ("", "ymd"):
        assert column.value(ROW, {column.columns[0]: written, DATE_FORM: form}) == NO_DUE_DATE


@pytest.mark.parametrize("written", ["hoje", "2026-02-30", "2026-11", "99", "2026-00-00"])
@pytest.mark.parametrize("erp", list(ERPS))
def test_what_is_neither_a_due_date_nor_nothing_is_refused(erp: str, written: str) -> None:
    column = ERPS[erp].of_kind("bill")[0].words["due_on"]
    for form in ("", "ymd"):
        with pytest.raises(RejectRecord, match=column.columns[0]):
            column.value(ROW, {column.columns[0]: written, DATE_FORM: form})


@given(st.dates())
def test_a_due_date_is_itself_or_none(day: date) -> None:
    seen = ROW.seen_at.date()
    found = due_day(str(day), "", ROW)

    assert found == (day if is_meant(day, seen) and not is_no_day(str(day)) else NO_DUE_DATE)
    assert due_day_of_form(str(day), "ymd", "", ROW) == found
    assert is_meant(day, seen) is (FIRST <= day <= last(seen))


@given(st.dates())
def test_the_day_without_a_bill_is_never_meant(today: date) -> None:
    assert not is_meant(NO_DUE_DATE, today)
    assert not is_meant(FIRST - timedelta(days=1), today)
    assert last(today) == min(today, date.max - AHEAD) + AHEAD


def test_a_brazilian_date_needs_no_order_of_the_instance() -> None:
    assert due_day_of_form("05/01/2026", "", "", ROW) == date(2026, 1, 5)
    assert due_day_of_form("2026-05-01", "ydm", "", ROW) == date(2026, 1, 5)
    with pytest.raises(ValueError, match="ambiguous"):
        due_day_of_form("2026-05-01", "", "", ROW)


# --- days of payment

UNPAID_OF_AN_EXPORT = ("00/00/0000", "30/12/1899", "1970-01-01", "NULL", "  /  /    ")


@pytest.mark.parametrize("written", [*UNPAID_OF_AN_EXPORT, *NO_DAYS, "EM ABERTO", "Não pago", "-", "31/12/1969 21:00:00"])
@pytest.mark.parametrize("erp", ["altarede-export", "altarede-webhooks"])
def test_a_bill_whose_day_of_payment_is_none_is_open(erp: str, written: str) -> None:
    table = ERPS[erp].of_kind("bill")[0]

    assert table.member({"DATA_PAGAMENTO": written, "STATUS": ""})
    assert is_unpaid(written, SEEN)
    assert closing_day(written, "", ROW) is None


@pytest.mark.parametrize(
    "written", ["ontem", "2206-11-01", "31/02/2026", "1985-01-01", "2026-00-00", "99,90", "########", "#N/D"]
)
@pytest.mark.parametrize("erp", ["altarede-export", "altarede-webhooks"])
def test_what_is_neither_a_day_nor_nothing_is_a_dead_letter_and_never_paid(erp: str, written: str) -> None:
    with pytest.raises(RejectRecord, match="DATA_PAGAMENTO") as caught:
        ERPS[erp].of_kind("bill")[0].member({"DATA_PAGAMENTO": written, "STATUS": ""})

    assert (caught.value.field, written in str(caught.value)) == ("DATA_PAGAMENTO", False)


@pytest.mark.parametrize("written", ["2026-01-13", "13/01/2026", "2026-01-13T03:00:00.000Z", "13.01.2026 08:00"])
def test_a_day_of_payment_closes_the_bill_on_that_day(written: str) -> None:
    table = ERPS["altarede-export"].of_kind("bill")[0]
    row = {"DATA_PAGAMENTO": written, "STATUS": ""}

    assert not table.member(row)
    assert ending(table, bill("altarede-export", **row))[:2] == ("paid", date(2026, 1, 13))


def test_an_unknown_day_of_settlement_leaves_a_settled_document_closed() -> None:
    table = ERPS["rbx"].of_kind("bill")[0]
    for written in ("0000-00-00", "30/12/1899"):
        row = {"Tipo": "C", "DataBaixa": written, "Motivo": "PAGTO", DATE_FORM: ""}

        assert not table.member(row)
        assert ending(table, bill("rbx", **row))[:2] == ("paid", None)


@given(NASTY)
def test_a_text_is_unpaid_a_day_or_refused(written: str) -> None:
    try:
        found = closing_day(written, "", ROW)
    except ValueError as exc:
        assert not is_no_day(written)
        assert "not a date" in str(exc) or "nothing was paid" in str(exc)  # noqa: PT017 - each outcome is right
    else:
        assert (found is None) is is_no_day(written) is is_unpaid(written, SEEN)


LAST_OF_CALENDARS = ("2099-12-31", "31/12/2099", "2079-06-06 23:59:00", "2038-01-19", "19/01/2038 03:14:07", "01/01/2000")
SPELLED = (
    "2001-01-01",
    "01/01/2001",
    "NULO",
    "N/C",
    "sem pagto",
    "12/30/1899",
    "30/12/99",
    "12/30/99",
    "31/12/69",
    "01/01/01",
)


@pytest.mark.parametrize("written", [*LAST_OF_CALENDARS, *SPELLED, "2099-12-31T03:00:00.000Z", "2099/31/12", "Em atraso"])
@pytest.mark.parametrize("erp", ["altarede-export", "altarede-webhooks"])
def test_the_last_days_of_calendars_pay_nothing_but_what_the_erp_calls_paid_is(erp: str, written: str) -> None:
    table = ERPS[erp].of_kind("bill")[0]

    assert table.member({"DATA_PAGAMENTO": written, "STATUS": ""}, SEEN)
    assert not table.member({"DATA_PAGAMENTO": written, "STATUS": "PAGO"}, SEEN)
    assert ending(table, bill(erp, DATA_PAGAMENTO=written, STATUS="PAGO"))[:2] == ("paid", None)
    assert due_day(written, "", ROW) == NO_DUE_DATE


@pytest.mark.parametrize("written", ["2050-01-01", "2026-03-15", "15/03/2026", "2027-12-31", "1999-12-31"])
@pytest.mark.parametrize("status", ["", "PAGO"])
def test_a_day_that_has_not_come_is_a_dead_letter_whatever_the_status(written: str, status: str) -> None:
    table = ERPS["altarede-export"].of_kind("bill")[0]

    with pytest.raises(RejectRecord, match="nothing was paid"):
        table.member({"DATA_PAGAMENTO": written, "STATUS": status}, SEEN)
    assert _closed_on_by_rbx(written) is None


@pytest.mark.parametrize("written", ["2026-03-15", "2050-01-01"])
def test_a_replay_does_not_judge_again_what_was_closed_by_a_day_that_had_not_come(written: str) -> None:
    """Post-dated: an older release published such a row, and the poller knows nothing of the bill any more."""
    row = bill("altarede-export", DATA_PAGAMENTO=written, STATUS="")
    table = ERPS["altarede-export"].of_kind("bill")[0]

    assert not is_open(table, row)
    assert ending(table, row)[:2] == ("paid", date.fromisoformat(written))


@given(st.dates(date(2002, 1, 1), date(2037, 12, 31)), st.dates(date(2002, 1, 1), date(2037, 12, 31)))
def test_a_bill_is_paid_by_the_day_on_which_it_was_seen_but_for_a_months_booking(day: date, seen: date) -> None:
    if day <= seen + PAID_AHEAD:
        assert not is_unpaid(str(day), seen)
    else:
        with pytest.raises(ValueError, match="nothing was paid"):
            is_unpaid(str(day), seen)


@pytest.mark.parametrize("written", ["01/01/04", "13/01/26", "29/02/24", "15/01/2026", "2026-01-15"])
def test_a_day_of_this_century_is_not_nothing(written: str) -> None:
    assert not is_no_day(written)


def _closed_on_by_rbx(written: str) -> date | None:
    table = ERPS["rbx"].of_kind("bill")[0]
    return ending(table, bill("rbx", Tipo="C", DataBaixa=written, Motivo="PAGTO", **{DATE_FORM: "ymd"})).on

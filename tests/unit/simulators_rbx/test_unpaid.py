from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.simulators.ixc.filters import Row
from deploy.simulators.ixc.store import Provider, Table
from deploy.simulators.rbx.register import Register
from deploy.simulators.rbx.services import SERVICES
from deploy.simulators.rbx.unpaid import surcharge, unpaid
from tests.unit.simulators_rbx.conftest import TODAY


@pytest.mark.parametrize(
    ("due", "expected"),
    [("2026-11-24", (0, 0)), ("2026-11-23", (0, 0)), ("2026-11-22", (199, 3)), ("2026-10-24", (199, 99))],
)
def test_fine_and_interest_begin_the_day_after(due: str, expected: tuple[int, int]) -> None:
    assert surcharge(99_90, due, TODAY) == expected


@given(cents=st.integers(0, 10**8), due=st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_surcharge_is_never_negative_and_only_for_the_late(cents: int, due: date) -> None:
    fine, interest = surcharge(cents, due.isoformat(), TODAY)

    assert fine >= 0 <= interest
    assert due < TODAY or fine == interest == 0


def test_a_document_has_numbers_and_an_iso_date_whatever_version_1_writes(provider_of: Callable[[int], Provider]) -> None:
    bill: Row = {
        "id": "88031",
        "id_cliente": "7",
        "data_vencimento": "2026-11-13",
        "valor_aberto": "99.90",
        "documento": "V-5500",
        "nn_boleto": "12345",
    }
    clients: Table = provider_of(1)["cliente"]
    register = Register(Provider({"cliente": clients, "fn_areceber": Table("fn_areceber", {88031: bill})}), 1, TODAY, "ydm")
    [entry] = register.entries(SERVICES["ConsultaDocumentosAbertos"], "Tipo = 'C'", TODAY)

    assert unpaid(entry) == {
        "id": 88031,
        "account_number": 1,
        "due_date": "2026-11-13",
        "document_number": "V-5500",
        "bank_number": "12345",
        "historic": "Documento a Receber",
        "comments": "",
        "source": "FAT",
        "bank": "",
        "value_init": 99.9,
        "value_interest": 0.33,
        "value_fine": 1.99,
        "value_discount": 0.0,
        "value_up": 102.22,
        "address": {},
    }

"""Debtor events of three bills each, all different, none anybody's. Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from schemas.debtor import Bill, Client, Contract, Debtor

SEEN = datetime(2026, 1, 31, 12, tzinfo=UTC)
FIRST_DUE = date(2025, 11, 10)
BILLS = 3


def debtor(number: int, version: int) -> Debtor:
    """Debtor `number`, as it was when it changed for the `version`th time (from 1)."""
    seen = SEEN + timedelta(minutes=version)
    client = Client(
        name=f"Assinante de Ensaio {number}",
        active=True,
        person=f"{number:032x}",
        document="***000000**",
        phones=(f"+558299{number:07d}", f"+558298{number:07d}"),
        bairro=f"Bairro {number % 50}",
        city=str(number % 10),
        uf=str(number % 27),
        client_type=str(number % 12),
        branch=str(number % 3),
        seen_at=seen,
    )
    contract = Contract(
        plan="FIBRA_300_MEGA",
        status="active",
        status_raw="A",
        access="blocked_auto",
        access_raw="CA",
        seen_at=seen,
    )
    bills = {
        str(number * BILLS + month): Bill(
            contract=str(number),
            due_on=FIRST_DUE + timedelta(days=30 * month + number % 28),
            open_cents=9_990 + number % 100 + version,
            status="open",
            status_raw="A",
            seen_at=seen,
        )
        for month in range(BILLS)
    }
    return Debtor(
        instance="bench",
        code=str(number),
        version=version,
        changed_at=seen,
        client=client,
        contracts={str(number): contract},
        bills=bills,
    )


def debtors(count: int, version: int) -> Iterator[Debtor]:
    """All of them at one version."""
    return (debtor(number, version) for number in range(count))

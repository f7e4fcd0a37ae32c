"""Dots in codes: thousands, until two codes of one file would fall together; then a part of the codes of all files."""

from contextlib import aclosing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from producers.erp.exports.dots import Dots, proves
from producers.erp.exports.folder import ExportSource
from schemas.erp.altarede import BILLS, PLANS
from schemas.erp.altarede_options import AltaredeExport
from schemas.erp.declaration import Table
from schemas.erp.values import plain_code
from tests.unit.producers.sheets import listed_as, put

LONG_AGO, NOW = 1_000_000, 2_000_000
BILL_HEAD = "COD_ARECEBER;COD_CLIENTE;DATA_VENCIMENTO;VALOR;VALOR_PAGO;DATA_PAGAMENTO\n"


def plans(*codes: str) -> bytes:
    return ("COD_PLANO;NOME;VALOR_MENSAL\n" + "".join(f"{code};PLANO {code};99,90\n" for code in codes)).encode()


def bills(*owners: str) -> bytes:
    return (BILL_HEAD + "".join(f"{n};{owner};2026-11-01;99,90;0,00;\n" for n, owner in enumerate(owners, 1))).encode()


async def read(source: ExportSource, table: Table, column: str) -> list[str]:
    async with aclosing(source.pages(table)) as coming:
        found = [row[column] for row in [row async for told in coming for row in told.rows]]
    source.swept(table.kind)
    return found


@pytest.mark.parametrize(
    ("codes", "is_proof"),
    [
        (("1.152", "152", "1.153"), False),
        (("1152", "1153"), False),
        (("1.152", "1153"), False),
        (("1.152", "1152"), True),
        (("1.152", "2.152", "152"), False),
        (("1.152", "7", "1.152.000", "1152000"), True),
    ],
)
def test_only_two_codes_that_would_fall_together_prove_anything(
    tmp_path: Path, codes: tuple[str, ...], is_proof: bool
) -> None:
    assert proves(listed_as(put(tmp_path, "Planos.csv", plans(*codes), LONG_AGO)), PLANS) is is_proof


def test_the_same_number_in_another_column_proves_nothing(tmp_path: Path) -> None:
    """An amount, or the same client's code, which one program wrote so and another so."""
    content = (BILL_HEAD + "1.152;5;2026-11-01;1152;0,00;\n1.153;1152;2026-11-01;99,90;0,00;\n").encode()

    assert not proves(listed_as(put(tmp_path, "Financeiro.csv", content, LONG_AGO)), BILLS)


async def test_what_one_table_proves_holds_for_all_and_what_was_read_before_is_read_again(tmp_path: Path) -> None:
    source = ExportSource(AltaredeExport(folder=str(tmp_path)), lambda: NOW)
    put(tmp_path, "Financeiro.csv", bills("1.152", "7"), LONG_AGO)

    assert await read(source, BILLS, "COD_CLIENTE") == ["1152", "7"]
    assert not await source.has_news("bill")
    put(tmp_path, "Planos.csv", plans("1.152", "1152"), LONG_AGO)
    assert await read(source, PLANS, "COD_PLANO") == ["1.152", "1152"]
    assert await source.has_news("bill")
    assert await read(source, BILLS, "COD_CLIENTE") == ["1.152", "7"]
    assert not await source.has_news("bill")
    assert [row["COD_ARECEBER"] for row in (await source.reread(BILLS, {"1": "1.152"})).rows] == ["1"]


def test_a_file_that_cannot_be_read_yet_is_looked_at_again(tmp_path: Path) -> None:
    dots = Dots()
    cut, empty = (
        put(tmp_path, "Planos.csv", plans("1.152", "1152")[:-1], LONG_AGO),
        put(tmp_path, "Planos2.csv", b"", LONG_AGO),
    )

    assert not dots.learn([(PLANS, (listed_as(cut), listed_as(empty)))])
    assert dots.learn([(PLANS, (listed_as(put(tmp_path, "Planos.csv", plans("1.152", "1152"), LONG_AGO)),))])


CODES = st.lists(st.integers(1, 3_000), min_size=1, max_size=8, unique=True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CODES, st.data())
def test_no_two_rows_of_one_file_ever_fall_together(tmp_path: Path, numbers: list[int], data: st.DataObject) -> None:
    """Codes with and without dots, drawn alike: what is read has as many ids as the file."""
    spelled = {data.draw(st.sampled_from([str(n), f"{n:,}".replace(",", ".")])) for n in numbers for _ in range(2)}
    file = listed_as(put(tmp_path, "Planos.csv", plans(*sorted(spelled)), LONG_AGO))
    kept = proves(file, PLANS)

    assert len({code if kept else plain_code(code) for code in spelled}) == len(spelled)

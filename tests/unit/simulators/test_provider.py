import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import get_args

import pytest

from deploy.simulators.ixc import names
from deploy.simulators.ixc.columns import BLANKS, MARK
from deploy.simulators.ixc.places import Home
from deploy.simulators.ixc.provider import Size, generate
from deploy.simulators.ixc.store import Provider

SAMPLES = sorted(Path(__file__).parent.joinpath("samples").glob("ixc_*_list.json"))


def test_there_are_samples() -> None:
    assert len(SAMPLES) == 3


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_row_has_the_keys_of_the_official_sample_in_its_order_and_only_text(crowd: Provider, sample: Path) -> None:
    keys = list(json.loads(sample.read_text())["registros"][0])
    rows = list(crowd[sample.stem.removeprefix("ixc_").removesuffix("_list")].each())

    assert rows
    assert all(list(row) == keys for row in rows)
    assert all(isinstance(value, str) for row in rows for value in row.values())


@pytest.mark.parametrize("column", ["senha", "senha_hotsite_md5", "nome_mae", "cpf_conjuge", "emp_fone", "deb_conta"])
def test_what_must_be_dropped_is_marked(column: str) -> None:
    assert BLANKS["cliente"][column] == MARK


def test_every_row_belongs_to_a_row_that_exists(crowd: Provider) -> None:
    clients, contracts = crowd["cliente"].rows, crowd["cliente_contrato"].rows
    links = ("id_contrato", "id_contrato_avulso", "id_contrato_principal")
    linked = Counter(
        next((name for name in links if row[name] not in {"", "0"}), "none") for row in crowd["fn_areceber"].each()
    )

    assert all(int(row["id_cliente"]) in clients for row in crowd["cliente_contrato"].each())
    assert all(int(row["id_cliente"]) in clients for row in crowd["fn_areceber"].each())
    assert all(int(row[name] or 0) in {0, *contracts} for row in crowd["fn_areceber"].each() for name in links)
    assert set(linked) == {*links, "none"}
    assert {row["id_contrato"] for row in crowd["fn_areceber"].each()} >= {"", "0"}


def test_the_shares_are_those_asked_for(crowd: Provider, today: date) -> None:
    bills = [row for row in crowd["fn_areceber"].each() if row["liberado"] == "S" and row["status"] in {"A", "P"}]
    late = {row["id_cliente"] for row in bills if row["data_vencimento"] < today.isoformat()}
    inactive = sum(row["ativo"] == "N" for row in crowd["cliente"].each())
    dues = [row["data_vencimento"] for row in bills]

    assert len(bills) / 2_000 == pytest.approx(2.7, rel=0.05)
    assert len(late) / 2_000 == pytest.approx(0.12, abs=0.02)
    assert inactive / 2_000 == pytest.approx(0.06, abs=0.015)
    assert min(dues) >= (today - timedelta(days=120)).isoformat()
    assert max(dues) <= (today + timedelta(days=30)).isoformat()


def test_every_documented_state_occurs(crowd: Provider) -> None:
    contracts, bills = list(crowd["cliente_contrato"].each()), list(crowd["fn_areceber"].each())

    assert {row["status"] for row in contracts} >= {"A", "I", "N", "D"}
    assert {row["status_internet"] for row in contracts} >= {"A", "D", "CM", "CA", "FA", "AA"}
    assert {row["status_velocidade"] for row in contracts} == {"N", "R"}
    assert {row["desbloqueio_confianca_ativo"] for row in contracts} == {"S", "N"}
    assert {row["contrato_suspenso"] for row in contracts} == {"S", "N"}
    assert {row["status"] for row in bills} == {"A", "P", "R", "C"}
    assert {row["liberado"] for row in bills} == {"S", "N"}
    assert {row["aguardando_confirmacao_pagamento"] for row in bills} == {"S", "N"}
    assert any(row["id_renegociacao"] != "0" for row in bills)
    assert any(row["id_renegociacao_novo"] != "0" for row in bills)


def test_only_active_contracts_carry_a_flag(crowd: Provider) -> None:
    ended = [row for row in crowd["cliente_contrato"].each() if row["status"] != "A"]

    flags = ("status_velocidade", "desbloqueio_confianca_ativo", "contrato_suspenso")
    assert {tuple(row[flag] for flag in flags) for row in ended} == {("N", "N", "N")}


def test_ids_have_holes_and_never_the_providers_own_number(crowd: Provider) -> None:
    for name in ("cliente", "cliente_contrato", "fn_areceber"):
        ids = sorted(crowd[name].rows)
        assert ids[0] > 1
        assert ids[-1] > len(ids)


def test_quarters_and_phones_are_as_untidy_as_real_ones(crowd: Provider) -> None:
    quarters = {row["bairro"] for row in crowd["cliente"].each()}
    phones = [row["telefone_celular"] for row in crowd["cliente"].each()]

    assert quarters >= {"Jatiúca", "JATIUCA", "Jatiúca ", "jatiuca", ""}
    assert any(" / " in phone for phone in phones)
    assert {"", "não tem"} <= set(phones)
    assert any(phone.startswith("55") for phone in phones)


def test_accents_are_taken_off_without_losing_letters() -> None:
    assert names.without_accents("Conceição São Poço") == "Conceicao Sao Poco"


def test_the_same_arguments_give_the_same_rows(today: date) -> None:
    one, other = (generate(Size(30), 4, today) for _ in range(2))

    assert [table.rows for table in one.tables.values()] == [table.rows for table in other.tables.values()]


def test_most_clients_live_where_the_provider_is_at_home() -> None:
    """And some in the states beside it: each by the id that the table `uf` gives that state."""
    for home in get_args(Home):
        found = generate(Size(300, home=home), 1, date(2026, 1, 14))
        letters = {row["id"]: row["sigla"] for row in found["uf"].each()}
        states = Counter(letters[row["uf"]] for row in found["cliente"].each())
        assert states.most_common(1)[0][0] == home
        assert 240 < states[home] < 300

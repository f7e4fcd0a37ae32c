"""The queue as a file that a Brazilian Excel opens and nobody can booby-trap."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.facts.findings import Findings
from dashboard.facts.snapshot import Debtor
from dashboard.files.export import debts, findings, table
from dashboard.words.labels import PARTS
from dashboard.words.language import Language
from schemas.figures.debts import Debt
from schemas.figures.standing import Share
from schemas.spreadsheet import FORMULA, cell

SAY = Language("pt_BR")


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_the_file_begins_with_its_mark_and_says_what_each_column_is(portuguese: Language) -> None:
    """Without the mark, Excel reads UTF-8 as Latin-1."""
    text = table([], portuguese)

    assert text.startswith("\ufeffPosição;Provedor;Código;Cliente;Telefone;Situação no ERP;")
    assert text.endswith("\r\n")
    assert len(rows(text)[0]) == 11 + len(PARTS)


def test_a_line_shows_what_the_page_shows(debtor: Callable[..., Debtor], portuguese: Language) -> None:
    """Position, names, masked phone, the ERP's own term, local date, decimal comma, the score and its parts."""
    header, first, second = rows(table([debtor("7", 40), debtor("8", 3)], portuguese))

    assert first == [
        "1",
        "Norte",
        "7",
        "Client 7",
        "•••• 0001",
        "Bloqueio Automático",
        "",
        "01/11/2026",
        "22",
        "123,45",
        "40",
        "40",
        "0",
        "0",
        "0",
        "0",
    ]
    assert (second[0], second[header.index("Pontos: Dias de atraso")]) == ("2", "3")


def test_no_two_columns_of_a_file_have_one_name(finding: Findings, language: Language) -> None:
    """Points for days late are not the days."""
    for text in (table([], language), debts("bairro", [], language), debts("client_type", [], language)):
        (header,) = rows(text)
        assert len(set(header)) == len(header)
    header = rows(findings([finding], language))[0]
    assert len(set(header)) == len(header)


def test_a_trust_unlock_is_a_column(debtor: Callable[..., Debtor], portuguese: Language) -> None:
    header, plain, trusted = rows(table([debtor("7", 1), replace(debtor("8", 1), trust_unlock=True)], portuguese))

    assert [line[header.index("DC")] for line in (plain, trusted)] == ["", "sim"]


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_name_that_a_spreadsheet_would_run_is_escaped(
    debtor: Callable[..., Debtor], portuguese: Language, name: str
) -> None:
    """Anybody can sign up under such a name."""
    _, line = rows(table([debtor("7", 1, name=name)], portuguese))

    assert line[3] == f"'{name}"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0")))
def test_any_name_survives_in_its_own_cell(name: str) -> None:
    """Separators and quotes inside a name move nothing to another column."""
    found = Debtor("norte", "N", "7", name, "", "", date(2026, 11, 1), 1, 1, 1, ())
    line = rows(table([found], SAY))[1]

    assert line[3] == cell(name)
    assert not line[3].startswith(FORMULA)
    assert line[2] == "7"


def test_every_name_of_a_breakdown_has_its_line(portuguese: Language) -> None:
    """In the order that it is given; also a bairro that a spreadsheet would run."""
    header, *lines = rows(debts("bairro", [Debt("Centro", Share(2, 3, 12_345)), Debt("=1+1", Share(1, 1, 5))], portuguese))

    assert header == ["Bairro", "Devedores", "Faturas vencidas", "Valor vencido (R$)"]
    assert lines == [["Centro", "2", "3", "123,45"], ["'=1+1", "1", "1", "0,05"]]


def test_every_finding_has_its_line(finding: Findings, portuguese: Language) -> None:
    """Names with what they look like, codes in the ERP's own text, problems in words, what is lost."""
    header, *lines = rows(findings([finding], portuguese))

    assert header[:3] == ["Provedor", "ERP", "O quê"]
    assert {tuple(line[:2]) for line in lines} == {("Norte", "IXC Soft")}
    assert [line[2:] for line in lines] == [
        ["Bairro", "Jardim das Rosas", "JARDIM DAS ROSAS | jardim  das rosas", "7", "", ""],
        ["Bairro", "Jd. das Rosas", "Jd. das Rosas", "2", "Jardim das Rosas", "100"],
        ["Código desconhecido", "Situação da conexão", "CE", "3", "", ""],
        ["Telefone", "Sem DDD", "", "4", "", ""],
        ["CPF e CNPJ", "Dígitos verificadores errados", "", "1", "", ""],
        ["Sumiram do ERP sem explicação", "Faturas: 3 (239,70) | Contratos: 1", "", "2", "", ""],
    ]

"""A workflow's sentence means none where it says of what, and names no failure; a phrase of the operator's is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.erp.webhooks.none_said import AROUND, BARE, names_failure, says_none
from schemas.erp.altarede_options import NONE_TEXT

NONE = [
    *("Nenhum", "Não há.", "Não existe", "Não encontrado", " NÃO ENCONTRADO! ", "Sem boleto", "Sem débito."),
    "Nenhum registro encontrado na base de dados",
    "Nenhum registro encontrado no banco de dados.",
    "Não foram encontrados registros em nossa base de dados",
    "Nenhum boleto encontrado. Acesse a central",
    "Não há faturas em aberto. Acesse o site para a segunda via.",
    *("Nenhum cadastro encontrado", "Nenhum assinante encontrado", "Nenhum lançamento encontrado"),
    *("Nenhum documento encontrado", "Nenhum usuário encontrado", "Nenhum CPF encontrado", "Nenhum valor encontrado"),
    *("Nenhum item encontrado", "Nenhuma informação encontrada", "Nenhuma linha encontrada", "Nenhum login encontrado"),
    *("Nenhuma pendência encontrada", "Nenhuma mensalidade encontrada", "Nenhuma dívida encontrada"),
    *("Nenhum(a) boleto encontrado(a)", "Nenhum registro(s) encontrado(s)", "Nenhuma segunda via disponível"),
    *("Nenhum CPF 111.444.777-35 encontrado", "Não existe usuário cadastrado com este CPF", "Não há valores em aberto"),
    *("Não foram encontradas informações", "Não foi encontrado o documento", "Não há itens pendentes"),
    *("Não existe qualquer débito", "Não existe este cliente", "Não possui débitos", "Nenhum boleto em atraso"),
    "Nenhum boleto encontrado para o CPF informado",
]
FAILURES = [
    *("Não há conexão com o banco de dados", "Nenhuma resposta do servidor", "Não existe a tabela areceber"),
    *("Sem registro de licença: acesso negado", "Nenhuma conexão com o ERP", "Não encontrado o webhook"),
    *("Nenhum contato com o banco", "Não há banco de dados", "Não existe a base de dados"),
    "Nenhum boleto: banco de dados bloqueado",
    "Nenhum registro, pois a base de dados parou",
    *("Nenhum boleto: o servidor não respondeu", "Nenhum registro: sem acesso ao ERP", "Não há dados: falha ao acessar"),
    *("Nenhum cliente informado", "Nenhum CPF informado", "Nenhum documento foi enviado", "Nenhum valor fornecido"),
    *("Nenhuma informação recebida", "Nenhum cliente selecionado", "Nenhum usuário especificado"),
    *("Nenhum usuário autenticado", "Nenhum usuário logado", "Não existe usuário com esta senha", "Nenhum item de entrada"),
    *("Não há login: sessão não encontrada", "Não há valor. Rota não encontrada", "Nenhuma informação do ERP"),
    *("Nenhum boleto foi enviado", "Sem resultado (timeout)", "Nenhum nó", "Não existe o arquivo", "Nenhuma"),
    "Nenhum boleto encontrado, tente novamente",
    "Nenhum registro encontrado: erro 500",
]


@pytest.mark.parametrize("said", NONE)
def test_an_ordinary_sentence_means_none(said: str) -> None:
    """A whole sweep failed for each that did not: clients without debt are most of them."""
    assert says_none(said, NONE_TEXT)


@pytest.mark.parametrize("said", FAILURES)
def test_what_names_a_failure_or_nothing_does_not(said: str) -> None:
    assert not says_none(said, NONE_TEXT)


@pytest.mark.parametrize("said", FAILURES)
def test_what_the_operator_adds_whole_is_believed(said: str) -> None:
    """Else what the message advises would not help."""
    assert says_none(said, (*NONE_TEXT, said))


@given(st.text(max_size=20) | st.sampled_from(sorted(BARE)), st.text(AROUND, max_size=3), st.text(AROUND, max_size=3))
def test_a_phrase_that_is_the_whole_text_is_always_believed(phrase: str, before: str, behind: str) -> None:
    """Also one that names nothing, or a failure."""
    whole = phrase.strip(AROUND)
    if whole:
        for written in (whole, before + whole, whole + "!"):
            assert says_none(before + whole + behind, (written,))


@pytest.mark.parametrize("said", ["o banco de dados parou", "Banco de dados bloqueado", "Sem acesso", "Acessar o ERP"])
def test_what_failed_is_told_from_where_was_looked(said: str) -> None:
    assert names_failure(said)
    assert not names_failure("encontrado na base de dados. Acesse a central")

from random import Random

import pytest

from deploy.simulators.ixc import documents


def test_a_cpf_gets_its_check_digits() -> None:
    assert documents.masked_cpf(documents.cpf("111444777")) == "111.444.777-35"


@pytest.mark.parametrize(
    ("root", "expected"), [("112223330001", "11.222.333/0001-81"), ("12ABC34501DE", "12.ABC.345/01DE-35")]
)
def test_a_cnpj_gets_its_check_digits_letters_or_not(root: str, expected: str) -> None:
    assert documents.masked_cnpj(documents.cnpj(root)) == expected


def test_documents_come_masked_bare_and_with_letters() -> None:
    rng = Random(1)
    people = [documents.person_document(rng) for _ in range(300)]
    companies = [documents.company_document(rng) for _ in range(300)]

    assert {len(each) for each in people} == {11, 14}
    assert {len(each) for each in companies} == {14, 18}
    assert any(any(letter.isalpha() for letter in each) for each in companies)

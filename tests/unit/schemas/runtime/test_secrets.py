"""Secrets at rest and people in transit."""

import re

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from schemas.errors import StopWorker
from schemas.runtime.secrets import PERSON_HEX_DIGITS, first_of, opens, person_hash, person_mark, seal, unseal

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
PEPPER = SecretStr("only for tests, at least 16")


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_a_sealed_token_is_opened_by_its_key_and_shows_nothing(token: str) -> None:
    sealed = seal(token, SecretStr(OLD))

    assert unseal(sealed, SecretStr(OLD)) == token
    assert len(token) < 6 or token not in sealed


def test_after_a_new_key_the_old_tokens_still_open() -> None:
    sealed = seal("1:abc", SecretStr(OLD))

    assert unseal(sealed, SecretStr(f"{NEW}, {OLD}")) == "1:abc"
    assert unseal(seal("1:abc", SecretStr(f"{NEW},{OLD}")), SecretStr(NEW)) == "1:abc"


@pytest.mark.parametrize(
    "sealed", ["", "1:abc", "ü", seal("1:abc", SecretStr(NEW))], ids=["empty", "open", "not ASCII", "of another key"]
)
def test_a_token_under_a_lost_key_stops_with_the_next_step(sealed: str) -> None:
    with pytest.raises(StopWorker, match="COLLECTOR_SECRET_KEY does not open") as caught:
        unseal(sealed, SecretStr(OLD))

    assert OLD not in str(caught.value)


@given(st.text(alphabet="0123456789", min_size=11, max_size=14))
def test_a_person_is_the_same_everywhere_and_nobody_without_the_key(document: str) -> None:
    found = person_hash(document, PEPPER)

    assert re.fullmatch("[0-9a-f]{32}", found)
    assert found == person_hash(document, PEPPER)
    assert found != person_hash(document, SecretStr("another key, at least 16"))
    assert found != person_hash(document + "0", PEPPER)


def test_nobody_has_no_hash() -> None:
    """Else everyone without a document would be one person."""
    assert person_hash("", PEPPER) == ""


def test_any_key_opens_but_the_first_alone_seals() -> None:
    sealed = seal("1:abc", SecretStr(OLD))

    assert opens(sealed, SecretStr(f"{NEW},{OLD}"))
    assert not opens(sealed, SecretStr(NEW))
    assert first_of(SecretStr(f" {NEW} ,{OLD}")).get_secret_value() == NEW
    assert opens(seal("1:abc", SecretStr(f"{NEW},{OLD}")), first_of(SecretStr(f"{NEW},{OLD}")))


@given(st.text(alphabet="0123456789", min_size=11, max_size=14))
def test_what_tells_keys_apart_is_no_persons_hash(document: str) -> None:
    mark = person_mark(document, PEPPER)

    assert mark != person_mark(document, SecretStr("another key, at least 16"))
    assert len(mark) > PERSON_HEX_DIGITS

"""Whose records a replay reads."""

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from deploy.replay.wanted import everybody, of_instance, without
from schemas.runtime.secrets import person_hash
from schemas.suppression import client_text

KEY = SecretStr("a key of sixteen letters")
NAMES = st.sampled_from(("norte", "norte-2", "sul"))
CODES = st.sampled_from(("1", "10", "2"))
TAILS = st.sampled_from(("", ":bill", ":bill:7"))


@given(NAMES, CODES, TAILS, NAMES)
def test_of_one_instance_only_its_own(name: str, code: str, tail: str, asked: str) -> None:
    assert of_instance(asked)(f"{name}:{code}{tail}".encode()) == (name == asked)
    assert of_instance("") is everybody
    assert everybody(None)


@given(NAMES, CODES, TAILS, st.sets(st.tuples(NAMES, CODES)))
def test_the_erased_are_left_out_whatever_is_told_of_them(
    name: str, code: str, tail: str, erased: set[tuple[str, str]]
) -> None:
    wanted = without({person_hash(client_text(*one), KEY) for one in erased}, KEY)

    assert wanted(f"{name}:{code}{tail}".encode()) == ((name, code) not in erased)
    assert wanted(None)
    assert wanted(b"of nobody")

"""What a viewer sees of people, and who sees more."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.access import masking
from dashboard.access.who import User, current, local_user, mark
from dashboard.facts.snapshot import Debtor
from schemas.users import Role

WORDS = st.lists(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=30), max_size=6)


def somebody(role: Role) -> User:
    return User("ana", role, "pt_BR", "system")


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Maria Silva", "M••••• S•••••"),
        ("MARIA  DA CONCEIÇÃO DOS SANTOS", "M••••• S•••••"),
        ("Bar", "B•••••"),
        ("", ""),
        ("  ", ""),
        ("Érica\tÁvila", "É••••• Á•••••"),
    ],
)
def test_of_a_name_the_first_letters_are_left(name: str, masked: str) -> None:
    assert masking.name(name) == masked


@given(WORDS)
def test_a_masked_name_tells_two_letters_and_not_how_long_it_is(words: list[str]) -> None:
    """Whatever stands between them, and however long."""
    found = masking.name(" ".join(words))

    assert re.sub("[• ]", "", found) == "".join(word[0] for word in (words[:1] + words[1:][-1:]))
    assert len(found) in {0, 6, 13}


@given(st.text(st.sampled_from("0123456789+() -•"), max_size=20))
def test_a_masked_phone_cannot_be_rung(text: str) -> None:
    """Four digits at most; masking it again changes nothing."""
    found = masking.MASKED.phone(text)

    assert sum(sign.isdigit() for sign in found) in {0, 4}
    assert masking.MASKED.phone(found) == found
    assert masking.MASKED.phone("+5582999990001") == "•••• 0001"


@pytest.mark.parametrize(("text", "shown"), [("***444777**", "***444777**"), ("", ""), ("52998224725", "•••••")])
def test_a_document_stays_masked(text: str, shown: str) -> None:
    """One that came without its mask is hidden whole."""
    assert masking.document(text) == shown


@pytest.mark.parametrize(("role", "sees"), [("viewer", False), ("operator", True), ("admin", True)])
def test_operators_see_people(debtor: Callable[..., Debtor], role: Role, sees: bool) -> None:
    """A viewer sees all but whose it is."""
    one = replace(debtor("7", 40), name="Maria Silva")
    found = masking.debtor(one, role)

    assert (found == one) is sees
    assert replace(found, name=one.name, phone=one.phone) == one
    assert (found.name == "M••••• S•••••") is not sees


def test_without_a_user_nothing_is_shown() -> None:
    """A request that went round the gate has none."""

    class Request:
        """As bare as Bokeh's proxy of one."""

    request = Request()
    with pytest.raises(LookupError):
        current(request)  # type: ignore[arg-type]  # a stand-in
    mark(request, local_user("en"))  # type: ignore[arg-type]  # the same
    assert current(request) == User("", "admin", "en", "system")  # type: ignore[arg-type]  # the same

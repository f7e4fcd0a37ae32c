"""Why a record is dead."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.dead import DeadLetter, Why, why_of

WHYS = st.builds(
    Why, stage=st.text(), place=st.text(), field=st.text(), reason=st.text(alphabet=st.characters(codec="utf-8"))
)


@given(WHYS)
def test_the_reason_comes_back_from_the_headers(why: Why) -> None:
    assert why_of(DeadLetter(b"k", b"v", why).headers(), "dead.v1[0]@7") == why


@given(st.lists(st.tuples(st.text(max_size=8), st.one_of(st.none(), st.binary(max_size=8))), max_size=5))
def test_a_letter_without_its_headers_is_described_by_its_place(headers: list[tuple[str, bytes | None]]) -> None:
    why = why_of(headers, "dead.v1[0]@7")

    assert (why.stage, why.place) == ("unknown", "dead.v1[0]@7")

import pytest

from deploy.simulators.altarede.credentials import secret

PLACES = ("header:X-Token", "query:token", "body:token")


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_counts_only_in_its_own_place(place: str) -> None:
    name = place.partition(":")[2]
    right: dict[str, str] = {name: "abc"}
    nothing: dict[str, str] = {}
    requests = ((right, nothing, nothing), (nothing, right, nothing), (nothing, nothing, right))
    shown = [secret("abc", place).shown(*request) for request in requests]

    assert shown == [place == each for each in PLACES]


@pytest.mark.parametrize("place", PLACES)
def test_a_wrong_or_missing_secret_is_none(place: str) -> None:
    name = place.partition(":")[2]

    assert not secret("abc", place).shown({name: "x"}, {name: "x"}, {name: "x"})
    assert not secret("abc", place).shown({}, {}, {})


def test_an_empty_secret_is_never_asked_for() -> None:
    assert secret("", "header:X-Token").shown({}, {}, {})


@pytest.mark.parametrize("place", ["", "header", "header:", "cookie:token", "X-Token"])
def test_a_place_that_is_none_is_named(place: str) -> None:
    with pytest.raises(ValueError, match="header:NAME"):
        secret("abc", place)

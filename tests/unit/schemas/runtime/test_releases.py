"""Who was here before: an older release says it in one line, and knows older from newer by numbers, not by letters."""

import pytest

from deploy.doctor import rules
from schemas.runtime.releases import older, order


@pytest.mark.parametrize(
    ("release", "numbers"),
    [
        ("0.1.0", (0, 1, 0)),
        ("0.10.0", (0, 10, 0)),
        ("1.2rc1", (1, 2)),
        ("2.0.0.dev3+g12", (2, 0, 0)),
        ("", ()),
        ("next", ()),
    ],
)
def test_a_release_is_as_old_as_its_numbers(release: str, numbers: tuple[int, ...]) -> None:
    assert order(release) == numbers


@pytest.mark.parametrize(("ours", "newest"), [("0.9.0", "0.10.0"), ("0.1.0", "0.1.1"), ("0.1.0", "0.1.0.1")])
def test_an_older_release_says_so_in_one_line_with_both_numbers(ours: str, newest: str) -> None:
    said = older(ours, newest)
    finding = rules.release(ours, newest)

    assert ours in said
    assert newest in said
    assert "\n" not in said
    assert finding is not None
    assert (finding.state, bool(finding.step)) == ("soon", True)


@pytest.mark.parametrize(
    ("ours", "newest"), [("0.10.0", "0.9.0"), ("0.1.0", "0.1.0"), ("0.1.0", ""), ("", "0.2.0"), ("0.1", "x")]
)
def test_nothing_is_said_where_none_is_newer_or_nobody_knows(ours: str, newest: str) -> None:
    assert older(ours, newest) == ""
    assert rules.release(ours, newest) is None

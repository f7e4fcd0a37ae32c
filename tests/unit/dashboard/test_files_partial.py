"""A file holds numbers only where the page shows them."""

from collections.abc import Callable

import pytest

from dashboard.facts.asked import EVERYBODY
from dashboard.facts.snapshot import NUMBERS, InstanceFigures, Reading
from dashboard.files.partial import named
from dashboard.words.language import Language
from schemas.errors import RetryLater
from schemas.rows import Kind
from tests.unit.dashboard.begun import KINDS, first
from tests.unit.dashboard.conftest import NOW

MakeFigures = Callable[..., InstanceFigures]
MakeReading = Callable[..., Reading]


@pytest.mark.parametrize("missing", NUMBERS)
def test_before_all_that_counts_was_read_there_is_no_file(
    figures: MakeFigures, reading: MakeReading, portuguese: Language, missing: Kind
) -> None:
    """No rows would look like nobody's debt. Beside a provider that is read it is told in the name."""
    begun = figures(sources=first(*(kind for kind in KINDS if kind != missing)))
    for seen in (reading(begun), Reading(NOW)):
        with pytest.raises(RetryLater):
            named("faturas", seen, EVERYBODY, portuguese)
    both = reading(begun, figures("sul", sources=first(*KINDS)))
    assert named("faturas", both, EVERYBODY, portuguese) == "faturas-parcial-7-de-8"
    assert named("faturas", both, "sul", portuguese) == "faturas"
    with pytest.raises(RetryLater):
        named("faturas", both, "norte", portuguese)


def test_a_part_is_told_in_the_name(figures: MakeFigures, reading: MakeReading, portuguese: Language) -> None:
    """Support tables only name; a file without them holds numbers. One that nobody has read about yet has none."""
    seen = reading(figures(sources=first(*NUMBERS)))
    assert named("fila", seen, "norte", portuguese) == "fila-parcial-3-de-4"
    with pytest.raises(RetryLater):
        named("fila", seen, "added-a-moment-ago", portuguese)
    assert named("fila", reading(), EVERYBODY, portuguese) == "fila"

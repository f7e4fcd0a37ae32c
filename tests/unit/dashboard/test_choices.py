"""What a filter by name may be set to."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from dashboard.facts.choices import Choice, Found, choices
from dashboard.facts.names import Names
from schemas.figures.narrow import BY, By
from schemas.instances import Instance

MakeInstance = Callable[..., Instance]
CENTRE = {"bairro": {"Centro": ["Ctr.", "CENTRO"]}}


class Client(NamedTuple):
    bairro: str
    client_type: str
    branch: str


def found(of: Instance, cells: Iterable[Client], raws: dict[By, tuple[str, ...]] | None = None) -> Found:
    return Found(of, Names(of, {}), tuple(cells), raws or {})


def test_a_name_is_offered_once_and_under_every_other_filter(instance: MakeInstance) -> None:
    """However it is spelled; its own filter does not shorten its list, those on other columns do."""
    norte = instance("norte", reverse=CENTRE)
    cells = (Client("ctr.", "PF", "1"), Client("CENTRO", "PJ", "1"), Client("Água", "PF", "2"), Client("", "PF", ""))

    some = choices([found(norte, cells, {"bairro": ("Água",)})])
    assert [one.name for one in some["bairro"]] == ["Água", "Centro", "Indefinido"]
    assert some["branch"] == (Choice("2", "2"),)
    some = choices([found(norte, cells, {"branch": ("1",)})])
    assert [one.key for one in some["bairro"]] == ["Centro"]
    assert [one.key for one in some["branch"]] == ["1", "2"]


def test_a_branch_is_its_providers_own(instance: MakeInstance) -> None:
    """To choose it chooses the provider too, or its code would be another branch elsewhere."""
    cells = (Client("A", "PF", "1"),)
    both = choices([found(instance(name, title=name.title()), cells) for name in ("norte", "sul")])
    assert both["branch"] == (Choice("1 · Norte", "1", "norte"), Choice("1 · Sul", "1", "sul"))
    assert both["bairro"] == (Choice("A", "A"),)


VALUES = st.text(st.sampled_from("ab"), min_size=1, max_size=2)


@given(cells=st.lists(st.builds(Client, VALUES, VALUES, VALUES), max_size=8), data=st.data())
def test_what_is_offered_leaves_something(cells: list[Client], data: st.DataObject) -> None:
    """Whatever is chosen of the other columns."""
    norte = Instance.model_construct(name="norte", title="", reverse={})
    raws: dict[By, tuple[str, ...]] = {by: (data.draw(VALUES),) for by in BY if data.draw(st.booleans())}
    for by, some in choices([found(norte, cells, raws)]).items():
        others = {other: values for other, values in raws.items() if other != by}
        left = [cell for cell in cells if all(getattr(cell, other) in values for other, values in others.items())]
        assert {one.key.casefold() for one in some} == {getattr(cell, by).casefold() for cell in left}

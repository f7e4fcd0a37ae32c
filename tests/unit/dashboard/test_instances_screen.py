"""What the page "Instances" says: of every provider, of what is wrong, of what would change; nothing leaves its tags."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from dashboard.drafts.draft import edited, of_new, of_stored, typed
from dashboard.drafts.judged import Ready, problems, ready
from dashboard.drafts.shape import fields
from dashboard.facts.instances import Instances, Removal, listed
from dashboard.parts import instances_screen as screen
from dashboard.parts.html import Html
from dashboard.words.fields import FIELDS, label, problem
from dashboard.words.language import Language
from schemas.instances import Instance
from schemas.runtime.restores import Wait
from tests.unit.dashboard.conftest import NOW, MakeFigures, MakeReading

Make = Callable[..., Instance]
SCRIPT = "<script>alert(1)</script>"


def stored(made: Instance) -> dict[str, object]:
    return {"_id": made.name, **made.model_dump(mode="json")}


def test_every_provider_is_listed_with_its_state(instance: Make, figures: MakeFigures, reading: MakeReading) -> None:
    """One that is not valid, or on its way out, too; what nobody has counted is no zero."""
    valid = {"norte": instance(title="Norte"), "sul": instance("sul", paused=True), "oeste": instance("oeste", pabx=None)}
    asked = {"sul": Removal("user:ana", NOW), "norte": Removal("user:ana", NOW)}
    found = Instances(listed(valid, {"leste": "erp.url"}, frozenset({"gone"}), asked))
    states = {one.name: (one.state, one.rings) for one in found.listed}
    assert states == {
        "norte": ("active", "dry"),
        "sul": ("paused", "dry"),
        "oeste": ("active", "none"),
        "leste": ("wrong", "none"),
        "gone": ("removing", "none"),
    }
    text = screen.listing(
        Html(Language("pt_BR")), found, reading(figures("norte")), searched="", drafts=("norte", "novo"), chosen="norte"
    )
    assert text.count("user:ana") == 1, "what goes on again is not to be removed any more"
    assert "collector instance remove sul" in text
    assert "1.234" in text
    assert text.count("—") == 8
    assert "rascunho não salvo" in text
    assert "data-draft=novo" in text


def test_a_search_finds_whatever_the_accents(instance: Make) -> None:
    found = Instances(listed({"a": instance("a", title="São José"), "b": instance("b")}, {}, frozenset(), {}))
    assert [one.name for one in screen.matching(found, " sao jose")] == ["a"]
    assert [one.name for one in screen.matching(found, "IXC")] == ["b", "a"]


def test_a_name_leaves_no_tag(instance: Make, reading: MakeReading, figures: MakeFigures) -> None:
    """Of an instance, in a comparison and in JSON."""
    html = Html(Language("pt_BR"))
    found = Instances(listed({"norte": instance(title=SCRIPT)}, {}, frozenset(), {}))
    assert SCRIPT not in screen.listing(html, found, reading(figures()), searched=SCRIPT, drafts=(), chosen="")
    document = stored(instance())
    draft = of_stored(document)
    draft = edited(draft, next(each for each in fields(draft.fields) if each.path == "title"), SCRIPT)
    change = ready(draft, document)
    assert isinstance(change, Ready)
    assert SCRIPT not in screen.comparison(html, change, None)
    assert SCRIPT not in screen.editor_head(html, draft, found.listed[0], proven=False, sealing=True)


def test_after_a_restore_it_is_said_from_when_it_may_be_armed(instance: Make) -> None:
    """On the provider's own clock; and that one which was cut is to be repeated."""
    made, html = instance(), Html(Language("pt_BR"))
    (one,) = listed({"norte": made}, {}, frozenset(), {})
    draft, until = of_stored(stored(made)), datetime(2026, 12, 7, 2, 40, tzinfo=UTC)

    def head(wait: Wait | None, *, proven: bool = True) -> str:
        return screen.editor_head(html, draft, one, proven=proven, sealing=True, wait=wait)

    told, cut = head(Wait(NOW, until)), head(Wait(NOW, None))
    assert "Pode armar a partir de 06/12/2026 23:40:00" in told
    assert "collector pabx arm norte --despite-restore REASON" in told
    assert "restaurado só em parte" in cut
    assert all("já pode armar" not in text for text in (told, cut))
    assert "já pode armar" in head(None)
    for wait in (Wait(NOW, until), Wait(NOW, None), None):
        assert ("collector pabx test norte" in head(wait), "collector pabx test norte" in head(wait, proven=False)) == (
            False,
            True,
        )


def test_what_is_wrong_elsewhere_is_named(instance: Make) -> None:
    """In another section by its name; beside the field itself not again. Broken JSON by line and column."""
    html = Html(Language("pt_BR"))
    draft = of_new("x", {"name": "x", "erp": {"kind": "ixc"}})
    text = screen.wrong(html, draft, problems(draft), "instance")
    assert "Conexão com o ERP · Endereço" in text
    assert "Fuso" not in text
    assert "Fuso" in screen.wrong(html, replace(draft, mode="json"), problems(draft), None)
    broken = typed(of_stored(stored(instance())), "{\n  x", str)
    assert "linha 2, coluna 3" in screen.wrong(html, broken, problems(broken), "instance")


def test_every_field_of_every_form_has_a_name_in_portuguese() -> None:
    """A new setting without one fails here."""
    say = Language("pt_BR")
    for kind in ("ixc", "rbx", "altarede-export", "altarede-webhooks"):
        for control in ("ari", "ami"):
            for records in ("csv", "json", "sql", "ami"):
                pabx = {"control": {"kind": control}, "records": {"kind": records}}
                for each in fields({"erp": {"kind": kind}, "pabx": pabx}):
                    assert label(each.path, say) != each.path, each.path
    assert all(say(one.label) for one in FIELDS.values())


def test_every_problem_of_an_empty_form_has_words() -> None:
    say = Language("pt_BR")
    for one in problems(of_new("x", {"erp": {"kind": "rbx"}, "pabx": {"control": {"kind": "ari"}}})):
        assert problem(one, say) != "Este valor não serve.", one

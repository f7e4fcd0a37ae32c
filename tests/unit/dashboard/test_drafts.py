"""One draft of an instance, seen as a form and as JSON: nothing typed is lost, nothing secret shown."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dashboard.drafts import brought, shape
from dashboard.drafts.draft import Broken, Draft, dumped, edited, of_new, of_stored, parsed, secret, typed
from dashboard.drafts.judged import Ready, patch, problems, ready
from dashboard.drafts.shape import Field, fields
from dashboard.drafts.suggested import accepted, suggestions
from dashboard.drafts.written import meant, text
from schemas.figures.unmapped import Unmapped
from schemas.instance_changes import merged
from schemas.secret_fields import any_secret_field, at, put
from tests.strategies import instance

SEALED = "gAAAA-sealed"
SECRET = "17:a-very-secret-token"  # noqa: S105 - opens nothing
TEXTS = st.text("abz09 :|,.-[]{}\"'\n\\é", max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 99) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def stored(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of an instance
    erp = {"kind": "ixc", "url": "https://erp.invalid/", "token": SEALED}
    made = instance().model_dump(mode="json") | {"erp": erp}
    control = {"kind": "ari", "url": "http://pabx.invalid:8088/ari", "user": "u", "password": SEALED}
    return {"_id": made["name"], **made, "pabx": {"control": control, "context": "c"}, **changes}


def whole(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    """As the database has it: with every default."""
    from schemas.instances import Instance  # noqa: PLC0415 - only here

    made = {name: value for name, value in stored(**changes).items() if name != "_id"}
    return {"_id": made["name"], **Instance.model_validate(made).model_dump(mode="json")}


def seal(given: str) -> str:
    return f"sealed-{len(given)}"


def field(draft: Draft, path: str) -> Field:
    return next(each for each in fields(draft.fields) if each.path == path)


@st.composite
def any_edit(draw: st.DrawFn) -> tuple[Field, str]:
    found = [each for each in fields(of_stored(whole()).fields) if each.kind != "secret"]
    one = draw(st.sampled_from(found))
    return one, draw(st.sampled_from(one.choices) if one.choices else TEXTS)


@given(any_edit())
def test_an_edit_in_the_form_is_the_same_edit_in_json(edit: tuple[Field, str]) -> None:
    """Whatever is typed into a field, typing the JSON that comes out gives the same draft."""
    before = of_stored(whole())
    in_form = edited(before, *edit)
    in_json = typed(before, dumped(in_form.fields), seal)
    assert in_json.fields == in_form.fields
    assert in_json.text == in_form.text
    assert problems(in_json) == problems(in_form)


@given(any_edit())
def test_an_edit_changes_its_field_and_no_other(edit: tuple[Field, str]) -> None:
    one, given_text = edit
    assume(one.kind not in {"kind", "presence"})
    before = of_stored(whole())
    after = edited(before, one, given_text)
    others = [each for each in fields(before.fields) if each.path != one.path and each.kind not in {"secret", "presence"}]
    pruned = one.pruned and at(after.fields, one.pruned) is None
    for each in others:
        if not (pruned and each.path.startswith(one.pruned)):
            assert at(after.fields, each.path) == at(before.fields, each.path)
    assert at(after.fields, one.path) == meant(one, given_text)


@given(VALUES, st.sampled_from(["rules.branches", "reverse.bairro", "erp.url", "rules.per_day", "brake.share"]))
def test_what_a_compound_field_shows_means_what_it_holds(value: Any, path: str) -> None:  # noqa: ANN401 - any JSON
    """So that editing a line of a list, or of a reverse map, drops none of the others, however they are spelt."""
    one = field(of_stored(whole()), path)
    shown = text(one, value)
    if one.kind in {"list", "names"} and value is not None and value not in ("", [], {}):
        assume(shown.strip())
        assert meant(one, shown) == value
    assert isinstance(shown, str)


@given(st.lists(st.one_of(any_edit(), TEXTS), max_size=6))
def test_toggling_and_broken_json_lose_nothing(steps: list[tuple[Field, str] | str]) -> None:
    """A text that cannot be read stays to its last sign, and so do the values that could be read before it."""
    draft = of_stored(whole())
    for step in steps:
        before = draft
        draft = edited(draft, *step) if isinstance(step, tuple) else typed(draft, step, seal)
        if isinstance(step, str):
            assert draft.text == step or draft.broken is None
            assert draft.fields == (before.fields if draft.broken else parsed(step))
        elif before.broken:
            assert draft == before
    if not draft.broken:
        assert parsed(draft.text) == draft.fields


@given(st.sampled_from(any_secret_field()), st.text("abcXYZ0:_-", min_size=4, max_size=20))
def test_a_secret_in_json_is_sealed_and_leaves_the_text(name: str, given_text: str) -> None:
    assume(given_text not in dumped(whole()))
    before = of_stored(whole())
    fields_with = put(before.fields, name, given_text)
    after = typed(before, dumped(fields_with), seal)
    assert given_text not in after.text
    assert given_text not in dumped(after.fields)
    assert given_text not in str(after)
    assert name in {*after.secrets, *after.refused}


def test_a_stored_secret_is_in_no_text_of_the_draft_and_survives_saving() -> None:
    """The browser is sent texts of the draft; what is written keeps the ciphertext."""
    document = whole()
    draft = edited(of_stored(document), field(of_stored(document), "title"), "Norte")
    assert SEALED not in draft.text + dumped(draft.fields) + str(draft)
    found = ready(draft, document)
    assert isinstance(found, Ready)
    assert SEALED not in str(found.rows)
    assert found.after == {**document, "title": "Norte"}
    assert [row["field"] for row in found.rows] == ["title"]


def test_a_new_secret_is_only_changed_in_the_comparison() -> None:
    document = whole()
    found = ready(secret(of_stored(document), "erp.token", SECRET, seal), document)
    assert isinstance(found, Ready)
    assert found.after["erp"]["token"] == seal(SECRET)
    assert [row["field"] for row in found.rows] == ["erp.token"]
    assert seal(SECRET) not in str(found.rows)


@pytest.mark.parametrize(
    ("name", "given_text", "why"), [("erp.token", "no-user", "no_user"), ("erp.token", "1:a b", "blank")]
)
def test_a_secret_that_cannot_be_right_is_refused_at_its_field(name: str, given_text: str, why: str) -> None:
    after = secret(of_stored(whole()), name, given_text, seal)
    assert [(one.path, one.code) for one in problems(after)] == [(name, why)]
    assert not after.secrets


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ('{"a": 1,}', "syntax"),
        ("[1]", "no_object"),
        ('{"a": 1, "a": 2}', "twice"),
        ('{"a": NaN}', "no_number"),
        ("", "syntax"),
        ("1" * 5_000, "no_number"),
    ],
)
def test_json_that_cannot_be_read_says_why(told: str, why: str) -> None:
    found = parsed(told)
    assert isinstance(found, Broken)
    assert found.why == why


def test_too_many_braces_are_no_crash() -> None:
    assert isinstance(parsed('{"a":' * 100_000), Broken)


def test_wrong_values_are_told_at_their_fields() -> None:
    """By the names of the form, whatever kind of connection stands between."""
    draft = of_stored(whole())
    for path, given_text in (
        ("rules.per_day", "muitas"),
        ("rules.windows.0.opens", "nove"),
        ("erp.url", "nowhere"),
        ("pabx.ring_seconds", "1"),
        ("pabx.control.url", "x"),
        ("zone", "America/Nowhere"),
        ("erp.every.bill", "0"),
    ):
        draft = edited(draft, field(draft, path), given_text)
    shown = {each.path for each in fields(draft.fields)}
    found = {one.path: one for one in problems(draft)}
    assert found.keys() >= {
        "rules.per_day",
        "rules.windows.0.opens",
        "erp.url",
        "pabx.ring_seconds",
        "pabx.control.url",
        "zone",
    }
    assert found.keys() <= shown
    assert found["pabx.ring_seconds"].bound == "5"


def test_every_value_of_an_instance_has_a_field_or_a_button() -> None:
    """A new setting appears in the form by itself; this fails where it does not."""
    for kind in shape.kinds("erp"):
        draft = of_new(
            "x", {"name": "x", "erp": {"kind": kind}, "pabx": {"control": {"kind": "ami"}, "records": {"kind": "sql"}}}
        )
        paths = {each.path for each in fields(draft.fields)} | shape.OWN_BUTTON
        for part in (f"erp.{name}" for name in shape.known("erp", kind)):
            assert any(path == part or path.startswith(f"{part}.") for path in paths), part


def test_another_day_in_a_draft_without_hours_keeps_the_others() -> None:
    """Where nothing is said the strictest hours hold, and naming one day must not close the rest."""
    blank = of_new("x", {"name": "x", "erp": {"kind": "ixc"}})
    after = edited(blank, field(blank, "rules.windows.5.opens"), "10:00")
    assert sorted(at(after.fields, "rules.windows")) == ["0", "1", "2", "3", "4", "5"]
    for hour in ("opens", "closes"):
        after = edited(after, field(after, f"rules.windows.0.{hour}"), "")
    assert sorted(at(after.fields, "rules.windows")) == ["1", "2", "3", "4", "5"]


@given(
    st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3), st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)
)
def test_a_patch_makes_one_of_the_other(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Null and what is not there are one, as they are in an instance."""
    assert _bare(merged(_bare(before), patch(_bare(before), _bare(after)))) == _bare(after)


def _bare(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Mapping):
        return {name: _bare(inner) for name, inner in value.items() if inner is not None}
    return value


def test_what_somebody_else_changed_meanwhile_is_kept_and_told() -> None:
    """Only the draft's own changes are written; a field that both changed is pointed out."""
    document = whole()
    draft = of_stored(document)
    draft = edited(draft, field(draft, "title"), "Mine")
    draft = edited(draft, field(draft, "rules.per_day"), "2")
    theirs = {**document, "title": "Theirs", "ddd": "11"}
    found = ready(draft, theirs)
    assert isinstance(found, Ready)
    assert found.moved
    assert found.after["ddd"] == "11"
    assert {row["field"]: (row["before"], row["after"]) for row in found.rows} == {
        "title": ("Theirs", "Mine"),
        "rules.per_day": (3, 2),
    }
    assert found.clashes == {"title"}


def test_neither_a_name_nor_an_erp_of_a_stored_instance_changes() -> None:
    draft = typed(of_stored(whole()), dumped({**of_stored(whole()).fields, "name": "other"}), seal)
    found = ready(draft, whole())
    assert not isinstance(found, Ready)
    assert ("name", "fixed") in {(one.path, one.code) for one in found}


def test_typing_armed_rings_nobody() -> None:
    """A new instance from a file, and another route, are not armed, whatever the text says."""
    document = whole()
    text_armed = dumped(put(of_stored(document).fields, "pabx.armed", True))
    found = ready(typed(of_stored(document), text_armed, seal), document)
    assert isinstance(found, Ready)
    assert found.after["pabx"]["armed"] is False


def test_another_kind_of_pabx_keeps_no_secret_of_the_one_before() -> None:
    document = whole()
    draft = edited(of_stored(document), field(of_stored(document), "pabx.control.kind"), "ami")
    draft = edited(draft, field(draft, "pabx.control.host"), "pabx.invalid")
    found = ready(draft, document)
    assert isinstance(found, Ready)
    assert found.after["pabx"]["control"]["password"] == ""


def test_a_suggestion_goes_into_the_map_once() -> None:
    document = whole(reverse={"bairro": {"Centro": ["CTR"]}})
    found = {"bairro": (Unmapped("Ctro", ("CTRO", "Ctro."), 4, "Centro", 90), Unmapped("Farol", ("FAROL",), 2))}
    draft = of_stored(document)
    first, second = suggestions(draft, found)
    draft = accepted(accepted(draft, first), second)
    assert at(draft.fields, "reverse.bairro") == {"Centro": ["CTR", "CTRO", "Ctro."], "Farol": []}
    assert suggestions(draft, found) == ()
    assert isinstance(ready(draft, document), Ready)


def test_a_file_comes_back_as_it_went_without_secrets() -> None:
    document = whole()
    file = brought.written([document])
    assert SEALED not in file
    assert brought.brought(file.encode()) == {document["name"]: of_stored(document).fields}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "no_json"),
        ("[1]", "no_instance"),
        (json.dumps([{"name": "a", "erp": {}}] * 2), "twice"),
        (json.dumps({"name": "a", "erp": {"token": "open"}}), "secret"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(content: str, why: str) -> None:
    with pytest.raises(brought.NotRead) as caught:
        brought.brought(content.encode())
    assert caught.value.why == why
    assert "open" not in str(caught.value)

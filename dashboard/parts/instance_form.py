"""The widgets of one section of an instance's form, and the text area of its JSON. What is typed is told at every key."""

# mypy: disable-error-code="no-untyped-call,no-any-unimported"
# Panel's constructors declare no types.

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from panel.viewable import Viewable
from panel_material_ui.widgets.input import PasswordInput, TextAreaInput, TextInput
from panel_material_ui.widgets.select import MultiChoice, Select

from dashboard.drafts.draft import Draft
from dashboard.drafts.judged import Problem
from dashboard.drafts.shape import Field, fields
from dashboard.drafts.written import text
from dashboard.parts import shell
from dashboard.words.fields import CHOICES, hint, label, problem
from dashboard.words.language import Language
from schemas.erp import ERPS
from schemas.secret_fields import at

Typed = Callable[[Field, str], None]
FIXED = frozenset({"name", "erp.kind"})
"""What a stored instance keeps for ever."""
PLACED = {
    "size": "small",
    "margin": 0,
    "sizing_mode": "stretch_width",
    "styles": {"flex": "1 1 280px", "max-width": "400px", "min-width": "min(100%, 220px)"},
}
"""No width of their own: Panel would hold the row as wide as all of them together, and nothing would wrap."""
LONG = {**PLACED, "styles": {"flex": "1 1 600px", "max-width": "816px", "min-width": "min(100%, 220px)"}}
MOST_SIGNS = 1_000_000
WORDS = {"true", "false"}


class Form:
    """Of the section that `draft` shows. `typed` is given a field and its text; of a secret once the field is left."""

    def __init__(self, draft: Draft, say: Language, typed: Typed) -> None:
        self.say = say
        self._fields = {each.path: each for each in fields(draft.fields) if each.section == draft.section}
        self._widgets: dict[str, Any] = {path: self._widget(each, draft, typed) for path, each in self._fields.items()}
        self.body: Viewable = shell.flow(*self._widgets.values(), gap="16px")

    def show(self, draft: Draft, found: Iterable[Problem]) -> None:
        """What is wrong, at its fields; which secrets there are. What is typed is left alone."""
        wrong: Mapping[str, Problem] = {one.path: one for one in reversed(list(found))}
        for path, widget in self._widgets.items():
            at_field = wrong.get(path) or next((one for name, one in wrong.items() if name.startswith(f"{path}.")), None)
            if path == "pabx" and at_field and at_field.path != path:
                at_field = None  # told at the field itself
            said = problem(at_field, self.say) if at_field else hint(path, self.say)
            is_off = draft.broken is not None or (draft.base is not None and path in FIXED)
            if self._fields[path].kind == "secret" and at_field is None:
                said = self._secret(draft, path)  # the widget shows no placeholder
            values = {"helper_text": said, "error_state": at_field is not None, "disabled": is_off}
            widget.param.update(**{name: value for name, value in values.items() if getattr(widget, name) != value})

    def _secret(self, draft: Draft, path: str) -> str:
        if path in draft.secrets:
            return self.say("•••• new, not saved yet")
        return self.say("•••• set") if path in draft.kept else self.say("not set")

    def _widget(self, each: Field, draft: Draft, typed: Typed) -> Any:  # noqa: ANN401 - Panel's
        say, now = self.say, text(each, at(draft.fields, each.path))
        named = {"label": label(each.path, say) + (" *" if each.required and each.kind != "secret" else "")}
        if each.kind == "secret":
            return self._password(each, named, typed)
        if each.kind in {"choice", "kind", "boolean", "presence"}:
            return self._select(each, named, now, typed)
        if each.kind == "choices":
            chosen = [one for one in now.split("\n") if one in each.choices]
            options = {self._choice(each, one): one for one in each.choices}
            long = {name: value for name, value in LONG.items() if name != "size"}  # here it means rows
            several = MultiChoice(value=chosen, options=options, **named, **long)
            several.param.watch(lambda event: typed(each, "\n".join(event.new)), "value")
            return several
        default = text(each, each.default) if each.kind != "json" and not isinstance(each.default, (list, dict)) else ""
        if each.kind in {"list", "names", "json"}:
            rows = {"list": 3, "names": 10, "json": 10}[each.kind]
            written: Any = TextAreaInput(value=now, rows=rows, max_length=MOST_SIGNS, **named, **LONG)
        else:
            written = TextInput(value=now, placeholder=default, max_length=MOST_SIGNS, **named, **PLACED)
        written.param.watch(lambda event: typed(each, event.new or ""), "value_input")
        return written

    def _password(self, each: Field, named: Mapping[str, str], typed: Typed) -> PasswordInput:
        """Emptied as soon as it was read: the server's document holds no secret, and a new page none either."""
        written = PasswordInput(value="", **named, **PLACED)

        def read(event: Any) -> None:  # noqa: ANN401 - param's
            if event.new:
                typed(each, event.new)
                written.value = ""

        written.param.watch(read, "value")
        return written

    def _select(self, each: Field, named: Mapping[str, str], now: str, typed: Typed) -> Select:
        if each.kind in {"boolean", "presence"}:
            now = ("true" if now else "false") if each.kind == "presence" else now or "false"
            options = {self.say("Yes"): "true", self.say("No"): "false"}
        else:
            options = {self._choice(each, one): one for one in each.choices}
        if now not in options.values():
            options = {now or "—": now, **options}
        select = Select(value=now, options=options, **named, **PLACED)
        select.param.watch(lambda event: typed(each, event.new), "value")
        return select

    def _choice(self, each: Field, one: str) -> str:
        if each.path == "erp.kind":
            return ERPS[one].label
        if one in CHOICES:
            return self.say(CHOICES[one])
        return one or self.say("None of them")


def json_area(now: str, say: Language, typed: Callable[[str], None], left: Callable[[str], None]) -> TextAreaInput:
    """`typed` is given the text at every key, `left` when the area is left."""
    area = TextAreaInput(
        label=say("The provider as JSON"),
        value=now,
        rows=28,
        max_length=MOST_SIGNS,
        sizing_mode="stretch_width",
        margin=0,
        sx={"& textarea": {"fontFamily": "monospace", "fontSize": "13px"}},
    )
    area.param.watch(lambda event: typed(event.new or ""), "value_input")
    area.param.watch(lambda event: left(event.new or ""), "value")
    return area

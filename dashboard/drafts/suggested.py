"""Names that nobody has mapped, each one click away from the draft's reverse maps (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.drafts.draft import Draft, edited
from dashboard.drafts.shape import Field
from dashboard.drafts.written import text
from schemas.figures.unmapped import Unmapped
from schemas.reverse_map import Subject
from schemas.secret_fields import at
from schemas.spelling import fold


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`name`: the canonical name under which `variants` would stand. `alike`: it is another's name, which looks like it."""

    subject: Subject
    name: str
    variants: tuple[str, ...]
    debtors: int
    alike: bool

    @property
    def key(self) -> str:
        """Tells it from all others."""
        return f"{self.subject}:{self.variants[0]}"


def suggestions(draft: Draft, found: Mapping[Subject, tuple[Unmapped, ...]]) -> tuple[Suggestion, ...]:
    """What was found and the draft does not name yet, most debtors first."""
    return tuple(
        Suggestion(subject, one.suggestion or one.shown, one.variants, one.clients, bool(one.suggestion))
        for subject, each in found.items()
        for one in each
        if fold(one.variants[0]) not in _named(draft, subject)
    )


def accepted(draft: Draft, one: Suggestion) -> Draft:
    """With the spellings under their canonical name."""
    path = f"reverse.{one.subject}"
    before = at(draft.fields, path)
    names = dict(before) if isinstance(before, Mapping) else {}
    variants = list(names.get(one.name, ()))
    variants += [each for each in one.variants if fold(each) != fold(one.name) and each not in variants]
    field = Field(path, "names")
    return edited(draft, field, text(field, {**names, one.name: variants}))


def _named(draft: Draft, subject: Subject) -> set[str]:
    names = at(draft.fields, f"reverse.{subject}")
    if not isinstance(names, Mapping):
        return set()
    spelt = [each for name, others in names.items() for each in (name, *(others if isinstance(others, list) else ()))]
    return {fold(each) for each in spelt if isinstance(each, str)}

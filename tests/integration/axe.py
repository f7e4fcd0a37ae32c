"""axe-core, run in an open page: what a person who does not see, or does not use a mouse, would stumble over."""

from collections.abc import Sequence
from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule. `where`: the places, as selectors through every shadow root; `why` is what axe says of the first."""

    rule: str
    impact: str
    where: tuple[str, ...]
    why: str


def violations(page: Page, *, within: str | None = None, rules: Sequence[str] = ()) -> list[Violation]:
    """Everything that axe finds on `page`, or `within` a selector. Best practices count too. `rules`: only these."""
    asked = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": list(TAGS)}
    options = {"runOnly": asked, "resultTypes": ["violations"]}
    found = Axe().run(page, context=within, options=options)
    return [
        Violation(
            one["id"],
            str(one["impact"]),
            tuple(_place(node["target"]) for node in one["nodes"]),
            one["nodes"][0]["failureSummary"],
        )
        for one in found.response["violations"]
    ]


def _place(target: list[str | list[str]]) -> str:
    """Nested selectors in one text, from the outside in."""
    return " ".join(part if isinstance(part, str) else " >>> ".join(part) for part in target)

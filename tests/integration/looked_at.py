"""What a browser test sees of a page as a whole, through every shadow root: what is cut, out of reach, or was moved."""

import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.integration.dashboard_tab import PATIENCE_MS

SCRIPT = Path(__file__).with_suffix(".js").read_text()
SPARE = 40
"""More presses of Tab than there are controls: some parts take one that is none."""
OFTEN = 8
"""Presses between two questions whether any control is left; the page itself notes what each of them reached."""


def look(page: Page, what: str) -> Any:  # noqa: ANN401 - whatever the script's function gives
    """What the function of that name in `looked_at.js` gives."""
    return page.evaluate(f"{SCRIPT.strip()}.{what}()")


def outside(page: Page) -> list[str]:
    """What leaves its card or the window, is cut, scrolls sideways, or lies over another card; a dozen at most."""
    found: list[str] = look(page, "outside")
    return found


def settled(page: Page) -> None:
    """Until nothing was added, taken away or had another height in the time of five pictures."""
    ends = time.monotonic() + PATIENCE_MS / 1000
    before = look(page, "fingerprint")
    while (found := look(page, "fingerprint")) != before:
        assert time.monotonic() < ends, f"the page never comes to rest: {before}, then {found}"
        before = found


def by_keyboard(page: Page) -> list[str]:
    """Press `/`, then Tab until every control had the focus; what was never reached, and where nobody sees that it was."""
    wrong: list[str] = []
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press("/")
    there, focused = look(page, "searched")
    wrong += ["/ does not go to the search"] if there and not focused else []
    page.evaluate("document.activeElement?.blur()")
    presses = look(page, "controls") + SPARE
    look(page, "listen")
    for n in range(presses):
        page.keyboard.press("Tab")
        if n % OFTEN == 0 and not look(page, "left"):
            break
    wrong += [f"{bare} does not show that it has the focus" for bare in look(page, "heard")]
    return wrong + [f"{one} is not reached" for one in look(page, "missed")]


def changed(page: Page, before: str) -> None:
    """Until the page's words are others than `before`, the chip aside."""
    ends = time.monotonic() + PATIENCE_MS / 1000
    while look(page, "text") == before:
        assert time.monotonic() < ends, f"the page never changes: {before[:2000]}"
        page.wait_for_timeout(100)

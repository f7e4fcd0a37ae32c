"""The dialog of a decision: it does once what was read, and says what became of it to whoever asked."""

import asyncio
from datetime import date
from typing import Any

import pytest

from dashboard.parts.deciding import Decided, Deciding, Whom
from dashboard.words.language import Language

TODAY = date(2026, 3, 10)
ANA, BIA = (Whom(name, name, "7", TODAY, None) for name in ("Ana", "Bia"))


class Asked:
    """A dialog, and what it had done. Whatever is decided waits for `go`."""

    def __init__(self, say: Language) -> None:
        self.done: list[Decided] = []
        self.go = asyncio.Event()
        self.dialog = Deciding(say, self._decide, lambda: None)

    async def _decide(self, decided: Decided) -> None:
        self.done.append(decided)
        await self.go.wait()

    def press(self, name: str) -> None:
        """The button called so in the source, shown or not: a click may have been on its way."""
        button: Any = getattr(self.dialog, name)
        button.clicks += 1

    @property
    def text(self) -> str:
        return str(self.dialog._text.object)


@pytest.fixture
def asked(portuguese: Language) -> Asked:
    return Asked(portuguese)


async def turns() -> None:
    """Of the loop, as many as anything that waits for nothing needs."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_double_click_confirms_nothing_and_a_second_one_does_it_no_second_time(asked: Asked) -> None:
    asked.dialog.ask("promise", ANA)
    for _ in range(2):
        asked.press("_onward")
        await turns()
    assert asked.done == []
    for _ in range(2):
        asked.press("_confirm")
        await turns()
    assert len(asked.done) == 1
    asked.go.set()
    await turns()
    assert "Registrado" in asked.text
    assert len(asked.done) == 1


async def test_what_became_of_one_is_not_said_of_another(asked: Asked) -> None:
    """Somebody closed the dialog while it was being written down, and opened it about the next."""
    asked.dialog.ask("promise", ANA)
    asked.press("_onward")
    await turns()
    asked.press("_confirm")
    await turns()
    asked.dialog.dialog.open = False
    asked.dialog.ask("block", BIA)
    asked.go.set()
    await turns()
    assert "Bia" in asked.text
    assert "Registrado" not in asked.text

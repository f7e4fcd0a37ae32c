"""The buttons that change a stored instance at once, past its draft: pause, arm, and ask for its removal."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from dashboard.drafts.desk import Desk, Done
from dashboard.facts.instances import Listed
from dashboard.pages.work import Work
from dashboard.words.labels import N_
from dashboard.words.notices import Tone
from schemas.views import Document

SAID: dict[Done, tuple[Tone, str, str]] = {
    "done": ("info", N_("Saved."), N_("Stages read it within 5 seconds.")),
    "changed": ("late", N_("Somebody changed it just now, so nothing was saved."), N_("Look at the changes again.")),
    "taken": ("late", N_("There is a provider of this name."), N_("Choose another short name.")),
    "removing": ("late", N_("A provider of this name is being removed."), N_("Wait until the operator's command is done.")),
    "gone": ("late", N_("This provider is not there any more."), N_("Nothing was changed.")),
    "another_key": (
        "stopped",
        N_("The dashboard's COLLECTOR_SECRET_KEY is not the one that secrets are sealed with."),
        N_("Ask the operator to mend it; nothing was saved."),
    ),
    "unproven": (
        "late",
        N_("No call over this way was seen to its end yet, so it is not armed."),
        N_("The command above places one."),
    ),
    "restored": (
        "late",
        N_("A backup was put back, and calls placed after it are in no ledger, so it is not armed yet."),
        N_("Above stands from when on it can be."),
    ),
    "no_pabx": ("late", N_("It has no PABX that can be used."), N_("Nothing was changed.")),
}
"""What came of any change of an instance: its tone, in words, and what to do next."""

After = Callable[[str, Done, Document | None], None]


class Switches:
    """`of`: the instance whose form is open. `after` is told its name, what came of it, and how it is stored now."""

    def __init__(self, desk: Desk, work: Work, of: Callable[[], Listed | None], after: After) -> None:
        self._desk, self._work, self._of, self._after = desk, work, of, after

    def pause(self) -> None:
        """Or resume."""
        if listed := self._of():
            self._change(listed.name, self._desk.pause(listed.name, paused=listed.state != "paused"))

    def arm(self) -> None:
        """Or disarm."""
        if listed := self._of():
            armed = listed.rings == "armed"
            self._change(listed.name, self._desk.disarm(listed.name) if armed else self._desk.arm(listed.name))

    def remove(self, name: str) -> None:
        """Pause it, and ask for its removal."""
        self._change(name, self._desk.ask_removal(name))

    def _change(self, name: str, asked: Coroutine[Any, Any, Done]) -> None:
        self._work.do(self._changing(name, asked))

    async def _changing(self, name: str, asked: Coroutine[Any, Any, Done]) -> None:
        done = await asked
        self._work.later(partial(self._after, name, done, await self._desk.stored(name)))

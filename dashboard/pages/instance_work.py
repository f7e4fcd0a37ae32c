"""What the form of an instance asks MongoDB, without the document's lock: the tab must answer meanwhile."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import panel as pn
import structlog
from bokeh.document import Document
from pymongo.errors import PyMongoError

from dashboard.drafts.desk import Done
from dashboard.words.labels import N_
from dashboard.words.language import Language
from dashboard.words.notices import Tone
from schemas.errors import RetryLater

log = structlog.get_logger(stage="dashboard")

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
    "no_pabx": ("late", N_("It has no PABX that can be used."), N_("Nothing was changed.")),
}


class Work:
    """Of one tab. `tell` is given what came of it where that is nothing."""

    def __init__(self, document: Document, say: Language, tell: Callable[[Tone, str, str], None]) -> None:
        self._document, self.say, self._tell = document, say, tell
        self._tasks: set[asyncio.Task[None]] = set()

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin it; what goes wrong in it is told."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (RetryLater, PyMongoError):
            self.later(partial(self._tell, "stopped", self.say("The database does not answer."), self.say("Try it again.")))
        except PermissionError:
            self.later(
                partial(
                    self._tell, "late", self.say("Only administrators change providers."), self.say("Nothing was changed.")
                )
            )
        except Exception:  # the tab must say that nothing came of it
            log.exception("instance not changed")
            self.later(partial(self._tell, "stopped", self.say("That did not work."), self.say("Nothing was changed.")))

    def later(self, show: Callable[[], None]) -> None:
        """With the document's lock. A tab that was closed meanwhile shows nothing."""

        def held() -> None:
            with pn.io.hold(self._document):
                show()

        self._document.add_next_tick_callback(held)

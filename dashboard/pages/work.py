"""What a tab asks MongoDB, without the document's lock: it must answer meanwhile."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import panel as pn
import structlog
from bokeh.document import Document
from pymongo.errors import PyMongoError

from dashboard.words.language import Language
from dashboard.words.notices import Tone
from schemas.errors import RetryLater

log = structlog.get_logger(stage="dashboard")

Tell = Callable[[Tone, str, str], None]
"""Is given a tone, what happened, and what to do next."""


class Work:
    """Of one tab. `tell` is given what came of it where that is nothing; `forbidden`: in words, where the role may not."""

    def __init__(self, document: Document, say: Language, tell: Tell, forbidden: str) -> None:
        self._document, self._say, self._tell, self._forbidden = document, say, tell, forbidden
        self._tasks: set[asyncio.Task[None]] = set()

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin it; what goes wrong in it is told."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        say = self._say
        try:
            await work
        except (RetryLater, PyMongoError):
            self.later(partial(self._tell, "stopped", say("The database does not answer."), say("Try it again.")))
        except PermissionError:
            self.later(partial(self._tell, "late", self._forbidden, say("Nothing was changed.")))
        except Exception:  # the tab must say that nothing came of it
            log.exception("what a tab asked for was not done")
            self.later(partial(self._tell, "stopped", say("That did not work."), say("Nothing was changed.")))

    def later(self, show: Callable[[], None]) -> None:
        """With the document's lock. A tab that was closed meanwhile shows nothing."""

        def held() -> None:
            with pn.io.hold(self._document):
                show()

        self._document.add_next_tick_callback(held)

"""Panel's `hold` loses what changes while a page opens: mended here, through private names of the pinned version.

Until a browser says that its page is complete, `hold` throws its changes away, since the document would be read whole
later. But the browser has read it by then: whatever was clicked or refreshed in that second was never shown. Panel's own
layouts hold too, so it cannot be avoided from outside. `tests/integration/test_mends.py` opens such a page.
"""

# mypy: disable-error-code="attr-defined"
# Panel does not export what is mended.

import threading

from bokeh.document import Document
from bokeh.document.events import DocumentChangedEvent
from panel.io import document as library

_unread = library._drain_unconnected_events  # noqa: SLF001 - the mended part


def _held(doc: Document, lock: threading.Lock) -> list[DocumentChangedEvent]:
    """What is to be sent now: all of it, as soon as a browser listens."""
    session = getattr(doc.session_context, "session", None)
    if session is None or not session.connection_count:
        return list(_unread(doc, lock))
    callbacks = doc.callbacks
    with lock:
        # as Document.unhold, which would also send them: with the lock, and they may hold again
        events, callbacks._held_events, callbacks._hold = list(callbacks._held_events), [], None  # noqa: SLF001
    return events


def keep_held_changes() -> None:
    """Once a process, before a page is served."""
    library._drain_unconnected_events = _held  # noqa: SLF001 - the mended part

"""Where attempts and marks are kept: one interface, in memory (`memory.py`) and in MongoDB (`stored.py`).

Both pass one suite (`tests/integration/ledger_conformance.py`). Only this stage writes them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from schemas.attempts import Attempt
from sinks.originate.steps import LedgerStep


class Ledger(Protocol):
    """Each step is one document's, whole or not at all, and lasting when it is done."""

    async def do(self, step: LedgerStep) -> Any:  # noqa: ANN401 - what each step says of itself
        """What came of it. Raises RetryLater where that is not known: then the attempt is left as it is."""

    async def left(self, now: datetime) -> Sequence[Attempt]:
        """Those that somebody must take up (`sinks.originate.healing`), the oldest first. Raises RetryLater."""

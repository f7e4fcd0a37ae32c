"""One witness of a PABX and whether it can be heard: told once when it goes, once when it is back, and in the heartbeat."""

import asyncio

import structlog

from producers.cdr.pace import LONGEST_UNANSWERED_S, LONGEST_WAIT_S, back_off
from schemas.runtime.ari_events import UnansweredError
from schemas.runtime.progress import PROCESS, Progress

log = structlog.get_logger()


class Witness:
    """`what`: such as `events` or `csv records`."""

    def __init__(self, address: str, what: str, progress: Progress = PROCESS) -> None:
        self._address = address
        self._what = what
        self._progress = progress
        self._failures = 0
        self._reason = ""
        self._gone_at = 0.0

    @property
    def _name(self) -> str:
        return f"PABX {self._address} {self._what}"

    def gone(self, exc: Exception) -> float:
        """It cannot be heard. Seconds after which to try again."""
        self._failures += 1
        if not self._reason:
            self._gone_at = asyncio.get_running_loop().time()
        if self._reason != str(exc):
            self._reason = str(exc)
            log.warning("pabx_away", pabx=self._address, witness=self._what, reason=self._reason, next="tried again")
        self._progress.without.add(self._name)
        return back_off(self._failures, LONGEST_UNANSWERED_S if isinstance(exc, UnansweredError) else LONGEST_WAIT_S)

    def there(self) -> None:
        """It is heard."""
        if self._failures:
            away = round(asyncio.get_running_loop().time() - self._gone_at, 1)
            log.info("pabx_back", pabx=self._address, witness=self._what, away_s=away, missed="only call records tell")
        self._failures, self._reason = 0, ""
        self._progress.without.discard(self._name)

    def left(self) -> None:
        """Nobody listens here any more."""
        self._progress.without.discard(self._name)

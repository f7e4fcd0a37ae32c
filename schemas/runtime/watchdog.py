"""Ends a process that makes no progress, or is not alive. A thread of its own: no loop can block it.

Whoever supervises the stage starts it again; nothing is lost, because nothing is committed before it is written.
"""

import os
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from schemas.runtime.peers import Answers
from schemas.runtime.progress import Loop, Progress

log = structlog.get_logger()

TRY_AGAIN = 75
"""The exit code when a peer was away for too long, or nothing went on (`EX_TEMPFAIL`): the stage is to be started again."""
LOOKS = 8
"""At least so many looks within the limit."""
LONGEST_LOOK_S = 1.0
ANSWER_WITHIN_S = 2.0
LONGEST_GAP_S = 5.0
SAID_WITHIN_S = 1.0


def slept(planned: float, took: float, limit: float) -> bool:
    """Whether this process itself stood still, stopped or starved: its own thread came round far later than planned.

    The thread does nothing but wait and ask with a time-out, so whatever is beyond that is time in which no loop of this
    process could turn either.
    """
    return took > planned + min(LONGEST_GAP_S, limit / 2)


def last_words(stage: str, loop: Loop, late: float, at: datetime, where: str) -> str:
    """The one line. `where` the main thread is, "" where nobody knows."""
    since = (at - timedelta(seconds=late)).isoformat(" ", "seconds")
    lag = "" if loop.standing.lag is None else f", {loop.standing.lag} records behind"
    place = f", at {where}" if where else ""
    return f"{stage}: no progress of {loop.name} for {late:.0f} s (since {since}{lag}{place}): ending, to be started again\n"


class Watchdog:
    """`limit`: seconds without progress. `alive`: the file touched while all is well. `end`: gets the one line."""

    def __init__(
        self,
        stage: str,
        progress: Progress,
        peers: Mapping[str, Answers],
        limit: float,
        *,
        alive: Path | None = None,
        end: Callable[[str], None] | None = None,
    ) -> None:
        self._stage = stage
        self._progress = progress
        self._peers = peers
        self._limit = limit
        self._alive = alive
        self._end = end or end_process
        self._stopping = threading.Event()
        self._away: dict[str, float] = {}
        self._main = threading.main_thread().ident

    def start(self) -> None:
        """Watch from now on."""
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """The process ends in order: look no more."""
        self._stopping.set()

    def _watch(self) -> None:
        every = min(LONGEST_LOOK_S, self._limit / LOOKS)
        clock = self._progress.clock
        before = clock()
        while not self._stopping.wait(every):
            woke = clock()
            away = tuple(name for name, answers in self._peers.items() if not answers(ANSWER_WITHIN_S))
            asked = clock()
            patience = ANSWER_WITHIN_S * len(self._peers)
            if slept(every, woke - before, self._limit) or slept(patience, asked - woke, self._limit):
                self._progress.afresh(event_loop=True)
            before = asked
            if not self._stopping.is_set():
                self.look(away)

    def look(self, away: tuple[str, ...]) -> None:
        """Judge once. `away`: peers that do not answer: no loop is to blame then, and nothing is alive."""
        self._progress.away = away
        self._tell(away)
        if away:
            self._progress.afresh(event_loop=False)
        alive = self._progress.live()
        now = self._progress.clock()
        if stuck := self._progress.stuck(now, self._limit):
            pulse = self._progress.pulse
            # while the event loop stands still no loop can turn: they are not to blame
            blamed = pulse if pulse.standing.late(now) >= self._limit / 2 else stuck[0]
            self._end(last_words(self._stage, blamed, blamed.standing.late(now), datetime.now(UTC), self._place()))
        elif alive and not away and self._alive is not None:
            self._alive.touch()

    def _tell(self, away: tuple[str, ...]) -> None:
        """Of each peer once that it is away, once that it is back."""
        now = self._progress.clock()
        for peer in away:
            if peer not in self._away:
                self._away[peer] = now
                log.warning("peer_away", peer=peer, next="asked again every second; nothing is lost")
        for peer in self._away.keys() - set(away):
            log.info("peer_back", peer=peer, away_s=round(now - self._away.pop(peer), 1))

    def _place(self) -> str:
        """File and line at which the main thread is just now."""
        frame = sys._current_frames().get(self._main or 0)  # noqa: SLF001 - CPython has no other name for it
        return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno} {frame.f_code.co_name}" if frame else ""


def end_process(line: str) -> None:
    """Say it and end at once with `TRY_AGAIN`; a stderr that nobody reads any more does not save it."""
    said = threading.Thread(target=os.write, args=(sys.stderr.fileno(), line.encode()), daemon=True)
    said.start()
    said.join(SAID_WITHIN_S)
    os._exit(TRY_AGAIN)


def alive_file() -> Path | None:
    """The file named by ALIVE_FILE."""
    path = os.environ.get("ALIVE_FILE")
    return Path(path) if path else None

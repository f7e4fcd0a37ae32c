"""Errors are named after what the caller does next (`ARCHITECTURE.md`, "Errors name the next action").

* PipelineError
  + RetryLater      wait and try the same again; nothing is lost
  + RejectRecord    this record can never succeed: dead-letter it and go on
  + StopWorker      this process cannot go on: end it with one readable line
"""

from datetime import timedelta


class PipelineError(Exception):
    """Root of every error that this project raises on purpose."""


class RetryLater(PipelineError):
    """A peer is unavailable or answered nonsense. `after` is the wait, if the peer said one."""

    def __init__(self, message: str, *, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class RejectRecord(PipelineError):
    """One record is unusable. `field` names the offender; the message never holds its value."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class StopWorker(PipelineError):
    """Configuration or state that a retry cannot mend. The message names the variable or the next step."""

"""Calls as they travel: asked for (`call.requested.v1`), placed (`call.placed.v1`), and what became of them (`call.v1`)."""

from typing import Literal

from pydantic import Field

from schemas.attempts import AttemptId, Number, Outcome, Subject
from schemas.evidence import Heard
from schemas.model import Code, InstanceName, Instant, Model
from schemas.queue import HoldReason, QueueEntry

Answer = Literal["ringing", "unclear", "refused"]
"""What the PABX said: it rings; nobody knows, so it counts; it does not, and its marks are taken back."""


def call_key(instance: str, code: str, attempt: str) -> bytes:
    """`instance:client:call:ATTEMPT`; the partition is the debtor's."""
    return f"{instance}:{code}:call:{attempt}".encode()


class CallRequest(Model):
    """One call to be placed before `lapses_at`, over the PABX of address `pabx`. `score`: higher first.

    `entry`: what the decision was made on; whoever rings asks the rules again, of this or a newer one.
    """

    attempt: AttemptId
    instance: InstanceName
    code: Code
    pabx: str
    number: Number
    score: int = 0
    requested_at: Instant
    lapses_at: Instant
    entry: QueueEntry

    @property
    def key(self) -> bytes:
        """Kafka key: `instance:client code`; the partition is that of the PABX."""
        return f"{self.instance}:{self.code}".encode()


class CallPlaced(Model):
    """What became of a request at the PABX. `at`: of the marks, in UTC.

    Of a refusal: `reason`, where a rule refused, and `until`, where it ends by itself; `detail` is for people.
    """

    attempt: AttemptId
    instance: InstanceName
    code: Code
    person: str = ""
    number: Number
    pabx: str = ""
    subjects: tuple[Subject, ...] = ()
    at: Instant
    answer: Answer
    reason: HoldReason | None = None
    until: Instant | None = None
    detail: str = ""
    ring_seconds: int = Field(default=30, ge=0)
    dry_run: bool = False

    @property
    def key(self) -> bytes:
        """Kafka key: `instance:client:call:ATTEMPT`."""
        return call_key(self.instance, self.code, self.attempt)


class Call(Model):
    """One call and all that is known of it. `outcome` is None while it may still be going on; new evidence may revise it.

    `ring_s`, `talk_s`: seconds, None where nobody tells. `why`: the evidence that decided, for people (`AMD MACHINE
    LONGGREETING-1500-1500`). `placed` is False where evidence came before, or without, `call.placed.v1`.
    """

    instance: InstanceName
    code: Code
    attempt: AttemptId
    version: int = Field(ge=0)
    placed: bool = False
    answer: Answer | None = None
    person: str = ""
    number: str = ""
    pabx: str = ""
    at: Instant
    ring_seconds: int = Field(default=30, ge=0)
    dry_run: bool = False
    answered_at: Instant | None = None
    ended_at: Instant | None = None
    ring_s: float | None = Field(default=None, ge=0)
    talk_s: float | None = Field(default=None, ge=0)
    outcome: Outcome | None = None
    why: str = ""
    heard: Heard = Heard()

    @property
    def key(self) -> bytes:
        """Kafka key: `instance:client:call:ATTEMPT`."""
        return call_key(self.instance, self.code, self.attempt)

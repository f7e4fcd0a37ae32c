"""`pbx.cdr.v1`: what a PABX said of one of our attempts, in Asterisk's own words. What they mean: `schemas/ASTERISK.md`."""

from hashlib import sha256
from typing import Literal

import orjson

from schemas.attempts import AttemptId
from schemas.model import Code, InstanceName, Instant, Model

Witness = Literal["ari", "ami", "csv", "json", "sql"]
Piece = Literal["record", "event"]

FIELDS = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer",
    "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield", "peeraccount", "linkedid", "sequence",
    "amdstatus", "amdcause", "hangupcause",
)  # fmt: skip
"""Of a record, by Asterisk's names whatever the table calls them; what a source has not is left out."""
EVENT_FIELDS = (
    "type", "timestamp", "channel", "uniqueid", "state", "cause", "cause_txt", "variable", "value", "dialstatus",
)  # fmt: skip
"""Of an event: `type` is the witness's own (`ChannelDestroyed`, `Hangup`, …), the rest renamed to these. `uniqueid`: of the
channel that it is about; left out where that is the attempt's own."""
DIGEST_DIGITS = 16
SAID = 32


class Evidence(Model):
    """One record or event. `fields`: text, by `FIELDS` or `EVENT_FIELDS`, without names and numbers of people.

    `zone`: of times without an offset, an IANA name. `seen_at`: when it was read.
    """

    instance: InstanceName
    code: Code
    attempt: AttemptId
    witness: Witness
    piece: Piece
    fields: dict[str, str]
    zone: str = "UTC"
    seen_at: Instant

    @property
    def digest(self) -> str:
        """Of what was said, whenever it was read: the same row read twice is one record."""
        said = orjson.dumps([self.witness, self.piece, self.fields], option=orjson.OPT_SORT_KEYS)
        return sha256(said).hexdigest()[:DIGEST_DIGITS]

    @property
    def key(self) -> bytes:
        """Kafka key: `instance:client:cdr:ATTEMPT:DIGEST`; the partition is the debtor's."""
        return f"{self.instance}:{self.code}:cdr:{self.attempt}:{self.digest}".encode()


class Side(Model):
    """What records say of one side of a call: of the attempt's own channel, or of the legs that were called for it.

    `dispositions`: as they came. `ring_s`: before the answer; `rang_s`: without one; `talk_s`: after it. In seconds, the
    longest of each.
    """

    dispositions: tuple[str, ...] = ()
    ring_s: float | None = None
    rang_s: float | None = None
    talk_s: float | None = None
    answered_at: Instant | None = None
    ended_at: Instant | None = None


class Heard(Model):
    """All evidence of one call, gathered: the same whatever came first or twice.

    Codes are the PABX's own, kept as they came; "" or None: nobody said it. `witnesses`: who spoke. `records`: how many
    different ones; `said`: their digests, `SAID` at most, and no more are counted. `local`: the attempt's own channel is a
    Local one, and the legs tell who answered. `answered`, `ended`: of the own channel, and when in `up_at`, `gone_at`, as
    events tell it; `made_at`: when it was made or began to ring, the earliest that they tell. `leg_cause`: the hang-up
    cause of another channel of the call.
    """

    witnesses: tuple[Witness, ...] = ()
    records: int = 0
    said: tuple[str, ...] = ()
    local: bool = False
    own: Side = Side()
    legs: Side = Side()
    answered: bool = False
    ended: bool = False
    made_at: Instant | None = None
    up_at: Instant | None = None
    gone_at: Instant | None = None
    amd_status: str = ""
    amd_cause: str = ""
    hangup_cause: int | None = None
    leg_cause: int | None = None
    dial_status: str = ""
    last_app: str = ""

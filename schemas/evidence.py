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
EVENT_FIELDS = ("type", "timestamp", "channel", "state", "cause", "cause_txt", "variable", "value", "dialstatus")
"""Of an event: `type` is the witness's own (`ChannelDestroyed`, `Hangup`, …), the rest renamed to these."""
DIGEST_DIGITS = 16


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


class Heard(Model):
    """All evidence of one call, gathered. Codes are the PABX's own, kept as they came; "" or None: nobody said it.

    `witnesses`: who spoke. `records`: how many records; `dispositions`: of those with a called side, or the call's own.
    """

    witnesses: tuple[Witness, ...] = ()
    records: int = 0
    dispositions: tuple[str, ...] = ()
    amd_status: str = ""
    amd_cause: str = ""
    hangup_cause: int | None = None
    dial_status: str = ""
    last_app: str = ""

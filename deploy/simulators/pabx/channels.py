"""One living channel: what ARI shows of it and what its record will say. It changes by its moments, and does no I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from deploy.simulators.pabx import log
from deploy.simulators.pabx.moments import HOME, Goal, Moment
from deploy.simulators.pabx.numbers import Dialled
from deploy.simulators.pabx.records import Record

NOBODY = {"name": "", "number": ""}
ACCOUNT = "CHANNEL(accountcode)"


@dataclass(slots=True)
class Live:
    """`shown`: as ARI shows it; `texts`: of its record; `apps`: who holds it."""

    shown: dict[str, Any]
    texts: dict[str, str]
    dialled: Dialled
    number: str
    goal: Goal
    sequence: int
    start: datetime
    moments: Iterator[Moment] = field(default_factory=lambda: iter(()))
    answer: datetime | None = None
    apps: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        """The channel's."""
        return str(self.shown["id"])

    def change(self, moment: Moment, at: datetime) -> None:
        """Be what it makes of the channel and its record; a name that ends in + is appended to."""
        self.shown |= moment.channel
        for name, value in moment.record.items():
            whole = name.removesuffix("+")
            self.texts[whole] = value if whole == name else self.texts.get(whole, "") + value
        if moment.channel.get("state") == "Up":
            self.answer = at
        if moment.event == "StasisStart":
            self.apps.add(self.goal.app)

    def said(self, event: str, said: Mapping[str, Any], stamp: str) -> dict[str, Any]:
        """An event about it."""
        about = "peer" if event == "Dial" else "channel"
        return {"type": event, "timestamp": stamp, **said, about: dict(self.shown)}

    def record(self, end: datetime, offset: timedelta) -> Record:
        """By a clock that is wrong by `offset`."""
        answer = self.answer + offset if self.answer else None
        return Record(dict(self.texts), self.sequence, self.start + offset, answer, end + offset)

    def logged(self) -> log.Call:
        """What the log calls it."""
        return log.Call(self.id, self.number, self.dialled.digits, self.start, self.answer)


def shown(channel_id: str, name: str, account: str, protocol_id: str, created: str) -> dict[str, Any]:
    """A new channel."""
    return {
        "id": channel_id,
        "name": name,
        "state": "Down",
        "protocol_id": protocol_id,
        "caller": NOBODY,
        "connected": NOBODY,
        "accountcode": account,
        "dialplan": {"context": HOME, "exten": "s", "priority": 1, "app_name": "", "app_data": ""},
        "creationtime": created,
        "language": "en",
    }


def texts(channel: Mapping[str, Any], caller: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """Of the record of a call that was not answered; `CDR(name)` among the variables writes into it."""
    written = {name[4:-1]: value for name, value in variables.items() if name.startswith("CDR(")}
    return {
        "accountcode": channel["accountcode"],
        "src": caller["number"],
        "dst": "s",
        "clid": f'"{caller["name"]}" <{caller["number"]}>',
        "channel": channel["name"],
        "dstchannel": "",
        "disposition": "NO ANSWER",
        "uniqueid": channel["id"],
        "userfield": "",
        "peeraccount": "",
        "linkedid": channel["id"],
        "amdstatus": "",
        "amdcause": "",
        **written,
    }

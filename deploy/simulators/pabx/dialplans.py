"""What the PABX does with an answered call, step by step; pure. Both listen with AMD and speak to a human for 2 s.

`collection` pushes a hangup handler first, so that the verdict survives the callee's hanging up; `collection-plain`, as many
sites have it, writes only `AMD_MACHINE`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

SPOKEN: Final = 2.0


class Heard(NamedTuple):
    """AMD's verdict after so many seconds; `HANGUP` where the callee left before."""

    status: str
    cause: str
    after: float


class Step(NamedTuple):
    """One application at `place` (context, priority); `record`: what it writes into the call record."""

    after: float
    place: tuple[str, int]
    app: str
    data: str = ""
    record: Mapping[str, str] = {}


class Variable(NamedTuple):
    """One variable is set."""

    after: float
    name: str
    value: str


class HangUp(NamedTuple):
    """`near`: by the PABX; otherwise by the callee."""

    after: float
    near: bool


Steps = Iterator[Step | Variable | HangUp]


def _amd(heard: Heard) -> Steps:
    if heard.status == "HANGUP":
        yield HangUp(heard.after, near=False)
    yield Variable(0 if heard.status == "HANGUP" else heard.after, "AMDSTATUS", heard.status)
    yield Variable(0, "AMDCAUSE", heard.cause)


def collection(heard: Heard) -> Steps:
    """With the hangup handler."""
    here = "collection"
    yield Step(0, (here, 1), "Set", "CHANNEL(hangup_handler_push)=collection-hangup,s,1")
    yield Step(0, (here, 2), "AMD")
    yield from _amd(heard)
    if heard.status != "HANGUP":
        human = heard.status == "HUMAN"
        yield Step(0, (here, 3), "GotoIf", f"{human:d}?human")
        if human:
            yield Step(0, (here, 5), "Wait", "2")
        yield Step(SPOKEN if human else 0, (here, 6 if human else 4), "Hangup")
    yield HangUp(0, near=True)
    yield Variable(0, "LOCAL(ARGC)", "0")
    after = "collection-hangup"
    written = f" amd={heard.status}/{heard.cause} cause=16"
    yield Step(0, (after, 1), "Set", f"CDR(amdstatus)={heard.status}", {"amdstatus": heard.status})
    yield Step(0, (after, 2), "Set", f"CDR(amdcause)={heard.cause}", {"amdcause": heard.cause})
    yield Step(0, (after, 3), "Set", f"CDR(userfield)={written}", {"userfield+": written})
    yield Step(0, (after, 4), "Return")
    yield Variable(0, "ARGC", "")
    yield Variable(0, "GOSUB_RETVAL", "")


def collection_plain(heard: Heard) -> Steps:
    """Without it: who hangs up during AMD leaves nothing."""
    here = "collection-plain"
    yield Step(0, (here, 1), "AMD")
    yield from _amd(heard)
    if heard.status != "HANGUP":
        machine = heard.status == "MACHINE"
        yield Step(0, (here, 2), "GotoIf", f"{machine:d}?machine")
        if machine:
            yield Step(0, (here, 5), "Set", "CDR(userfield)=AMD_MACHINE", {"userfield": "AMD_MACHINE"})
        else:
            yield Step(0, (here, 3), "Wait", "2")
        yield Step(0 if machine else SPOKEN, (here, 6 if machine else 4), "Hangup")
    yield HangUp(0, near=True)


DIALPLANS: Final[Mapping[str, Callable[[Heard], Steps]]] = {"collection": collection, "collection-plain": collection_plain}

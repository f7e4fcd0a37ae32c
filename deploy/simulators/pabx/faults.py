"""What a PABX, or what stands before it, does wrong on command; pure."""

from collections.abc import Iterable
from random import Random
from typing import Final, Literal

from pydantic import Field

from schemas.model import Model

FaultKind = Literal["late", "hang", "cut", "drop", "bad_gateway", "no_gateway"]
Method = Literal["GET", "POST", "DELETE"]
PROXY_ERROR: Final = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    b"</body>\r\n</html>\r\n"
)


class Fault(Model):
    """One standing order about requests of `method` (None: of every), in `share` of the cases, `count` times at most.

    Done, then answered wrongly: `late` after `seconds`; `cut`: the connection is closed unanswered; `bad_gateway`: a proxy's
    502. `hang`: done only after `seconds`, whether or not anybody still waits, as by a paused Asterisk. Never done: `drop`
    closes the connection, `no_gateway` is a proxy's 502.
    """

    kind: FaultKind
    method: Method | None = "POST"
    share: float = Field(default=1, gt=0, le=1)
    count: int | None = Field(default=None, ge=1)
    seconds: float = Field(default=2, ge=0, le=600)


def strike(faults: Iterable[Fault], method: str, rng: Random) -> tuple[Fault | None, tuple[Fault, ...]]:
    """The first fault that strikes this request, and the orders that stand afterwards."""
    struck: Fault | None = None
    standing: list[Fault] = []
    for fault in faults:
        if struck is None and fault.method in {None, method} and rng.random() < fault.share:
            struck = fault
            if fault.count is None:
                standing.append(fault)
            elif fault.count > 1:
                standing.append(fault.model_copy(update={"count": fault.count - 1}))
        else:
            standing.append(fault)
    return struck, tuple(standing)

"""What an IXC server does wrong, on command; pure: which fault strikes, and what its answer looks like."""

from collections.abc import Iterable
from random import Random
from typing import Final, Literal, NamedTuple

from pydantic import Field

from deploy.simulators.ixc.protocol import HTML_ERROR, error
from schemas.model import Model

FaultKind = Literal["html", "status500", "cut", "slow", "drop", "shift", "permission", "ip"]
MESSAGES: Final = {
    "permission": "Você não tem permissão listar dados do recurso {}",
    "ip": "Seu IP não está liberado para efetuar login!",
}


class Fault(Model):
    """One standing order. It looks at the list requests of `table` (None: of every table) and counts them from 1.

    It strikes from request `from_page` on (a keyset poller always asks for page 1, so requests are counted, not page
    numbers), in `share` of the cases (0 to 1), `count` times at most. `seconds` is how long `slow` lasts.
    """

    kind: FaultKind
    table: str | None = None
    share: float = Field(default=1, gt=0, le=1)
    count: int | None = Field(default=None, ge=1)
    from_page: int = Field(default=1, ge=1)
    seconds: float = Field(default=2, ge=0, le=600)
    seen: int = 0


class Reply(NamedTuple):
    """An answer over HTTP."""

    status: int
    media: str
    body: bytes


def strike(faults: Iterable[Fault], table: str, rng: Random) -> tuple[Fault | None, tuple[Fault, ...]]:
    """The first fault that strikes this request, and the orders that stand afterwards."""
    struck: Fault | None = None
    standing: list[Fault] = []
    for fault in faults:
        after: Fault | None = fault
        if fault.table in {None, table}:
            after = fault.model_copy(update={"seen": fault.seen + 1})
            if struck is None and after.seen >= fault.from_page and rng.random() < fault.share:
                struck, after = fault, _spent(after)
        if after is not None:
            standing.append(after)
    return struck, tuple(standing)


def spoil(fault: Fault, table: str, good: bytes, html: str = HTML_ERROR) -> Reply:
    """The answer instead of the page `good`; `slow`, `drop` and `shift` leave it as it is. `html`: that ERP's error page."""
    match fault.kind:
        case "html":
            return Reply(200, "text/html; charset=utf-8", html.encode())
        case "status500":
            return Reply(500, "text/html; charset=utf-8", b"<h1>500 Internal Server Error</h1>")
        case "cut":
            return Reply(200, "application/json", good[: len(good) // 2])
        case "permission" | "ip":
            return Reply(200, "application/json", error(MESSAGES[fault.kind].format(table)))
    return Reply(200, "application/json", good)


def _spent(fault: Fault) -> Fault | None:
    if fault.count is None:
        return fault
    return fault.model_copy(update={"count": fault.count - 1}) if fault.count > 1 else None

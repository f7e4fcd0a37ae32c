"""One PABX as this stage needs it, whichever way it is spoken to."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from pydantic import SecretStr
from ulid import ULID

from schemas.pabx import Ari, Pabx
from schemas.runtime.ari import AriClient
from schemas.runtime.secrets import unseal
from schemas.said import Said
from sinks.originate.answers import OK, REFUSING, Answered, answered, living, ours
from sinks.originate.dialling import ari_fields

ASKABLE = frozenset({401, 403})
"""Refusals of the user, which a harmless question meets too."""


InTime = Callable[[], bool]
"""Whether a call may still be asked for."""


def always() -> bool:
    """Of a call for which nobody set a time."""
    return True


class Probed(NamedTuple):
    """`there`: it answered as one that is up. `refuses`: it does not want this user (401, 403), else 0."""

    there: bool
    refuses: int = 0
    detail: str = ""


class Pbx(Protocol):
    """Nothing of it raises but for cancellation: what was not answered is in doubt, and said so."""

    async def ring(self, pabx: Pabx, attempt: str, number: str, in_time: InTime = always) -> Answered:
        """Once, never again; not at all where it is not `in_time` once there is a connection."""

    async def living(self, attempt: str) -> Answered | None:
        """Whether an attempt's channel lives; None where it does not, or nobody knows."""

    async def ours(self) -> frozenset[str] | None:
        """The attempts whose channels live; None where nobody knows."""

    async def probe(self) -> Probed:
        """Ask something harmless."""

    async def may_ring(self) -> Probed:
        """Ask something harmless that only a user who may ring may ask."""

    async def close(self) -> None:
        """Give connections back."""


class AriPbx:
    """By ARI. Raises StopWorker where no key opens the password."""

    def __init__(self, control: Ari, key: SecretStr) -> None:
        password = unseal(control.password, key) if control.password else ""
        self._ari = AriClient(str(control.url), control.user, password)

    async def ring(self, pabx: Pabx, attempt: str, number: str, in_time: InTime = always) -> Answered:
        """See `Pbx`."""
        return answered(await self._ari.originate(ari_fields(pabx, attempt, number), in_time))

    async def living(self, attempt: str) -> Answered | None:
        """See `Pbx`."""
        return living(await self._ari.channel(attempt))

    async def ours(self) -> frozenset[str] | None:
        """See `Pbx`."""
        return ours(await self._ari.channels())

    async def probe(self) -> Probed:
        """See `Pbx`."""
        return _probed(await self._ari.info())

    async def may_ring(self) -> Probed:
        """See `Pbx`: it signals ringing to a channel that does not live."""
        said = await self._ari.may_write(str(ULID()))
        found = _probed(said)
        return Probed(there=not found.refuses and answered(said).answer == "refused" and said.sent, refuses=found.refuses)

    async def close(self) -> None:
        """See `Pbx`."""
        await self._ari.close()


async def takes_calls(pbx: Pbx, refused: int) -> bool:
    """Whether a PABX that refused a call with the status `refused` would take one now, as far as can be asked.

    It is asked to be read and to be written to: a proxy may let one of them through and not the other. What 400 means
    nothing tells.
    """
    if refused not in ASKABLE:
        return False
    found = await pbx.probe()
    if found.there and not found.refuses:
        found = await pbx.may_ring()
    return found.there and not found.refuses


def _probed(said: Said) -> Probed:
    refuses = said.status if said.status in REFUSING else 0
    return Probed(said.status == OK, refuses, said.failure or f"answered {said.status}")

"""A PABX without ARI, by its manager interface: the same rules, each call over a connection of its own."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from pydantic import SecretStr

from schemas.errors import RetryLater, StopWorker
from schemas.pabx import Ami, Pabx
from schemas.runtime.ami import Manager, Message, NotSentError, connected
from schemas.runtime.secrets import unseal
from sinks.originate.answers import IS_OURS, Answered
from sinks.originate.dialling import ami_fields
from sinks.originate.pbx import InTime, Probed, always

REFUSED_LOGIN, NO_PERMISSION = 401, 403


def originated(message: Message) -> Answered:
    """To Originate with `Async`: it is queued, and what becomes of it comes as events."""
    detail = message.get("Message", "")
    if message.get("Response") == "Success":
        return Answered("ringing")
    if message.get("Response") != "Error":
        return Answered("unclear", f"answered {message.get('Response', 'nothing known')} {detail}".strip())
    if "already" in detail.lower():
        return Answered("ringing", detail)
    return Answered("refused", detail, holds=NO_PERMISSION if "permission" in detail.lower() else 0)


class AmiPbx:
    """By AMI. Raises StopWorker where no key opens the password."""

    def __init__(self, control: Ami, key: SecretStr) -> None:
        password = unseal(control.password, key) if control.password else ""
        self._connect: Callable[[], AbstractAsyncContextManager[Manager]] = lambda: connected(
            control.host, control.port, control.user, password
        )

    async def ring(self, pabx: Pabx, attempt: str, number: str, in_time: InTime = always) -> Answered:
        """See `Pbx`. Before the action is sent nothing can ring; after it, what is not answered is in doubt."""
        sent = False
        try:
            async with self._connect() as manager:
                if not in_time():
                    return Answered("refused", "it took too long")
                sent = True
                return originated(await manager.action("Originate", ami_fields(pabx, attempt, number)))
        except StopWorker as exc:
            return Answered("refused", str(exc), holds=REFUSED_LOGIN)
        except NotSentError as exc:
            return Answered("refused", str(exc))
        except (RetryLater, OSError, ValueError) as exc:
            return Answered("unclear" if sent else "refused", str(exc))

    async def living(self, attempt: str) -> Answered | None:
        """See `Pbx`."""
        found = await self.ours()
        return Answered("ringing") if found and attempt in found else None

    async def ours(self) -> frozenset[str] | None:
        """See `Pbx`."""
        try:
            async with self._connect() as manager:
                listed = await manager.listed("CoreShowChannels")
        except (RetryLater, StopWorker, OSError):
            return None
        return frozenset(one["Uniqueid"] for one in listed if IS_OURS.match(one.get("Uniqueid", "")))

    async def probe(self) -> Probed:
        """See `Pbx`."""
        try:
            async with self._connect() as manager:
                await manager.action("Ping")
        except StopWorker as exc:
            return Probed(there=False, refuses=REFUSED_LOGIN, detail=str(exc))
        except (RetryLater, OSError) as exc:
            return Probed(there=False, detail=str(exc))
        return Probed(there=True)

    async def may_ring(self) -> Probed:
        """See `Pbx`: an Originate without a channel is an error that only who may originate is told of."""
        try:
            async with self._connect() as manager:
                answer = await manager.action("Originate", [("Channel", "")])
        except StopWorker as exc:
            return Probed(there=False, refuses=REFUSED_LOGIN, detail=str(exc))
        except (RetryLater, OSError) as exc:
            return Probed(there=False, detail=str(exc))
        found = originated(answer)
        return Probed(there=not found.holds, refuses=found.holds, detail=found.detail)

    async def close(self) -> None:
        """See `Pbx`: no connection is kept."""

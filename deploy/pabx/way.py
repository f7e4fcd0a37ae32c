"""The way to one PABX, by ARI or by its manager, as an operator's test needs it: ask, listen, ring."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import datetime
from typing import NamedTuple, Protocol

from pydantic import SecretStr

from deploy.pabx.checks import Check, epoch_in, reached, trunk, trunk_of, trunk_state
from producers.cdr import ami_said, ari_said
from producers.cdr.pieces import Said
from producers.cdr.source import Source
from schemas.errors import RejectRecord, RetryLater, StopWorker
from schemas.pabx import Ami, Ari, ManagerInterface, Pabx
from schemas.runtime.ami import Manager, Message, NotSentError, connected
from schemas.runtime.ari import AriClient
from schemas.runtime.ari_events import Events, listening
from schemas.runtime.secrets import unseal
from sinks.originate.manager import AmiPbx
from sinks.originate.pbx import AriPbx, Pbx

Hear = Callable[[Said], None]


class Way(Protocol):
    """`pbx`: as `originate` uses it."""

    pbx: Pbx

    async def reached(self) -> list[Check]:
        """Whether it is there, and knows the user."""

    async def trunk(self, pabx: Pabx) -> Check:
        """Whether the trunk is online."""

    async def epoch(self) -> float | None:
        """Its own clock, in seconds since 1970."""

    def hearing(self, hear: Hear) -> AbstractAsyncContextManager[None]:
        """All that its live events say of calls of ours, while the block lasts. Raises RetryLater or StopWorker."""

    async def close(self) -> None:
        """Give connections back."""


class Reach(NamedTuple):
    """One PABX within reach. `source`: of its call records, where they are looked into; `clock`: aware instants."""

    way: Way
    source: Source | None
    clock: Callable[[], datetime]


def way_to(control: Ari | Ami, key: SecretStr) -> Way:
    """Raises StopWorker where no key opens the password."""
    return AriWay(control, key) if isinstance(control, Ari) else AmiWay(control, key)


class AriWay:
    """See `Way`."""

    def __init__(self, control: Ari, key: SecretStr) -> None:
        self.pbx: Pbx = AriPbx(control, key)
        self._url, self._user = str(control.url), control.user
        self._password = unseal(control.password, key) if control.password else ""
        self._ari = AriClient(self._url, self._user, self._password)

    async def reached(self) -> list[Check]:
        """See `Way`."""
        return reached(await self._ari.info(), self._url)

    async def trunk(self, pabx: Pabx) -> Check:
        """See `Way`."""
        named = trunk_of(pabx)
        return trunk(named, await self._ari.endpoint(*named) if named else None)

    async def epoch(self) -> float | None:
        """See `Way`."""
        return epoch_in(await self._ari.epoch())

    @asynccontextmanager
    async def hearing(self, hear: Hear) -> AsyncIterator[None]:
        """See `Way`: by the websocket."""
        async with listening(self._url, self._user, self._password) as events:
            reading = asyncio.create_task(_read(events, hear))
            try:
                yield
            finally:
                reading.cancel()
                await asyncio.wait([reading])

    async def close(self) -> None:
        """See `Way`."""
        await self._ari.close()
        await self.pbx.close()


async def _read(events: Events, hear: Hear) -> None:
    with suppress(RetryLater):  # it has broken: who waits for the end of a call waits no longer than he would
        async for raw in events.each():
            with suppress(RejectRecord):
                said = ari_said.said(raw)
                if said is not None and said.ids:
                    hear(said)


class AmiWay:
    """See `Way`."""

    def __init__(self, control: Ami, key: SecretStr) -> None:
        self.pbx: Pbx = AmiPbx(control, key)
        self._control = control
        self._password = unseal(control.password, key) if control.password else ""

    def _connect(self) -> AbstractAsyncContextManager[Manager]:
        return connected(self._control.host, self._control.port, self._control.user, self._password)

    async def reached(self) -> list[Check]:
        """See `Way`."""
        try:
            async with self._connect():
                return [Check("reachable", "yes", self._control.address), Check("authorised", "yes")]
        except NotSentError as exc:
            return [Check("reachable", "no", str(exc), "does Asterisk run with manager.conf enabled, may we reach it?")]
        except StopWorker as exc:
            return [
                Check("reachable", "yes", self._control.address),
                Check("authorised", "no", str(exc), "mend the user in manager.conf, or here: `collector pabx set`"),
            ]
        except RetryLater as exc:
            return [Check("reachable", "no", str(exc), "is that the manager's port?")]

    async def trunk(self, pabx: Pabx) -> Check:
        """See `Way`: of PJSIP, where the user may ask."""
        named = trunk_of(pabx)
        if named is None or named[0] != "PJSIP":
            return Check("trunk online", "?", "the manager tells only of PJSIP")
        try:
            async with self._connect() as manager:
                listed = await manager.listed("PJSIPShowEndpoints")
        except (RetryLater, StopWorker) as exc:
            return Check("trunk online", "?", str(exc))
        states = {one.get("ObjectName"): one.get("DeviceState", "") for one in listed}
        if named[1] not in states:
            return Check("trunk online", "no", f"there is no {'/'.join(named)}", "mend the name: `collector pabx set`")
        return trunk_state("/".join(named), states[named[1]])

    async def epoch(self) -> float | None:
        """See `Way`."""
        with suppress(RetryLater, StopWorker):
            async with self._connect() as manager:
                value = (await manager.action("Getvar", [("Variable", "EPOCH")])).get("Value", "")
            return float(value) if value.isdecimal() else None
        return None

    def hearing(self, hear: Hear) -> AbstractAsyncContextManager[None]:
        """See `Way`: by the manager's events."""
        return hearing_manager(self._control, self._password, hear)

    async def close(self) -> None:
        """See `Way`."""
        await self.pbx.close()


@asynccontextmanager
async def hearing_manager(ami: ManagerInterface, password: str, hear: Hear) -> AsyncIterator[None]:
    """What a manager's events say of calls of ours. Raises RetryLater or StopWorker."""

    def heard(message: Message) -> None:
        said = ami_said.said(message)
        if said is not None:
            hear(said)

    async with connected(ami.host, ami.port, ami.user, password, heard=heard, events=ami_said.CLASSES):
        yield

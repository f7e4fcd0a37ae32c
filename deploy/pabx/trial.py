"""`collector pabx test`: an instance's PABX questioned, a test call placed, and what that proves remembered."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Self

from deploy.audit import noted
from deploy.clients import database
from deploy.controls import number_of
from deploy.instances import AddSettings, find
from deploy.pabx.call import Tried, ring
from deploy.pabx.checks import Check, failing
from deploy.pabx.places import source_of
from deploy.pabx.probe import findings
from deploy.pabx.way import Reach, way_to
from schemas.controls import BLOCKLIST
from schemas.errors import StopWorker
from schemas.instances import Instance
from schemas.pabx import Pabx
from schemas.runtime.arming import PABX_TESTS


class Trial:
    """One instance's PABX, with its connections. Use it as a context."""

    def __init__(self, settings: AddSettings, instance: Instance, pabx: Pabx, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._instance = instance
        self._pabx = pabx
        self._clock = clock
        self._open = AsyncExitStack()
        self._reach: Reach

    @classmethod
    async def of(cls, settings: AddSettings, name: str, clock: Callable[[], datetime]) -> Self:
        """Raises StopWorker where there is no such instance, or it has no PABX."""
        instance = await find(settings, name)
        if instance.pabx is None:
            raise StopWorker(f"the instance {name} has no PABX: give it one, `collector pabx set {name}`")
        return cls(settings, instance, instance.pabx, clock)

    async def __aenter__(self) -> Self:
        key = self._settings.collector_secret_key
        way = way_to(self._pabx.control, key)
        self._open.push_async_callback(way.close)
        source = source_of(self._pabx.records, key, self._clock)
        if source is not None:
            self._open.push_async_callback(source.close)
        self._reach = Reach(way, source, self._clock)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def asked(self) -> list[Check]:
        """Nothing rings."""
        return await findings(self._pabx, self._reach, self._settings.collector_secret_key)

    async def number(self, given: str) -> str:
        """As E.164. Raises StopWorker where it is none, or somebody's who must not be rung for a test."""
        found = number_of(given, self._instance.ddd, "--call")
        async with database(self._settings) as store:
            theirs = await store["debtors"].find_one({"client.phones": found}) or await store["queue"].find_one(
                {"facts.phones": found}
            )
            if theirs is not None:
                raise StopWorker("--call is the number of a client: nobody is rung for a test but you yourself")
            if await store[BLOCKLIST].find_one({"phone": found}) is not None:
                raise StopWorker("--call is on a do-not-call list: take a telephone of your own")
        return found

    async def rung(self, number: str) -> Tried:
        """Ring it, and where the call was seen to its end, remember that for `collector pabx arm`."""
        name = self._instance.name
        async with database(self._settings) as store:
            await noted(store, "pabx_test_call", name)
        tried = await ring(name, self._pabx, number, self._reach)
        if tried.call is not None and not failing(tried.checks):
            seen = {"route": self._pabx.route, "outcome": tried.call.outcome, "at": self._clock()}
            async with database(self._settings) as store:
                await store[PABX_TESTS].replace_one({"_id": name}, {"_id": name, **seen}, upsert=True)
        return tried

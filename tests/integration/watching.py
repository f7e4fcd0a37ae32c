"""The collection of instances, and every event of every sweep."""

from typing import Any

from schemas.instances import Instance
from schemas.rows import Kind
from schemas.sweeps import Phase, Sweep
from tests.integration.pipeline import eventually


class Listed:
    """The collection `instances`."""

    def __init__(self, store: Any) -> None:  # noqa: ANN401 - a pymongo collection
        self.store = store

    def put(self, *instances: Instance) -> None:
        for one in instances:
            self.store.replace_one({"_id": one.name}, one.model_dump(mode="json"), upsert=True)

    def remove(self, name: str) -> None:
        self.store.delete_one({"_id": name})


class Watch:
    """Every event of every sweep since the test began."""

    def __init__(self) -> None:
        self.events: list[Sweep] = []

    def of(self, instance: str, phase: Phase, kind: Kind = "bill") -> list[Sweep]:
        return [one for one in self.events if (one.instance, one.kind, one.phase) == (instance, kind, phase)]

    async def until(self, instance: str, phase: Phase, kind: Kind = "bill", *, count: int = 1) -> Sweep:
        """The event of that number, counted from 1."""

        async def look() -> list[Sweep]:
            return self.of(instance, phase, kind)[count - 1 :]

        found: list[Sweep] = await eventually(look, f"{instance}'s sweep of {kind} number {count} {phase}")
        return found[0]

    async def more(self, instance: str, count: int) -> None:
        """So many more sweeps of its bills complete."""
        await self.until(instance, "completed", count=len(self.of(instance, "completed")) + count)

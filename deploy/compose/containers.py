"""What `docker inspect` says of a project's containers, and what may be concluded from it. Pure."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
ONE_SHOTS = frozenset({"topics", "demo-instance"})


class Container(NamedTuple):
    """`health` is "" where the container has no check; `started` is the engine's own text, different after each start.

    `begun`: was started at least once.
    """

    id: str
    name: str
    service: str
    running: bool
    exit_code: int
    health: str
    started: str
    restarts: int
    begun: bool = True

    @property
    def well(self) -> bool:
        """Runs and is healthy, or has done its one job."""
        if self.service in ONE_SHOTS:
            return not self.running and self.exit_code == 0
        return self.running and self.health == "healthy"

    @property
    def failed(self) -> bool:
        """A one-shot that ended badly; anything else is started again by the engine."""
        return self.service in ONE_SHOTS and not self.running and self.exit_code != 0

    def __str__(self) -> str:
        state = (self.health or "running") if self.running else f"exited ({self.exit_code})"
        return f"{self.name} {state}" + (f", restarted {self.restarts} times" if self.restarts else "")


def parse(inspected: str) -> list[Container]:
    """By name. `inspected`: the JSON list that `docker inspect ID…` prints, podman's or Docker's."""
    return sorted((_container(about) for about in json.loads(inspected)), key=lambda one: one.name)


def _container(about: Mapping[str, Any]) -> Container:
    state = about["State"]
    return Container(
        id=about["Id"],
        name=about["Name"].removeprefix("/"),
        service=about["Config"]["Labels"][SERVICE],
        running=state["Status"] == "running",
        exit_code=state["ExitCode"],
        health=(state.get("Health") or {}).get("Status", ""),
        started=state["StartedAt"],
        restarts=about["RestartCount"],
        begun=state["Status"] != "created",
    )


def short_of(found: Iterable[Container], wanted: Mapping[str, int]) -> list[str]:
    """What is still to come before every service of `wanted` runs well so often; empty when all do."""
    well: dict[str, int] = dict.fromkeys(wanted, 0)
    for one in found:
        if one.well and one.service in well:
            well[one.service] += 1
    return [f"{service} {well[service]}/{count}" for service, count in wanted.items() if well[service] < count]

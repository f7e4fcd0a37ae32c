"""docker-compose.yml as it stands, under a name, ports and secrets of its own; nothing of it is left at the end."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.compose.containers import PROJECT, Container, parse
from deploy.compose.engine import Engine
from deploy.compose.said import plain
from deploy.local.ports import free
from deploy.secrets import MAKERS, lines, make
from schemas.errors import StopWorker

ROOT = Path(__file__).resolve().parents[2]
PRIVATE = 0o600
SETTINGS = {
    "COLLECTOR_IMAGE": "debt-collector:compose-test",
    "DASHBOARD_REFRESH_SECONDS": "2",
    "DEMO_CLIENTS": "800",
    "DEMO_CHANGES": "20",
}
PUBLISHED = ("DASHBOARD_PORT", "MONGO_PORT", "IXC_SIMULATOR_PORT")


@dataclass(frozen=True, slots=True)
class Project:
    """`values`: its .env. `log`: where compose and, at the end, every container has its say. `source`: whose files."""

    engine: Engine
    name: str
    env_file: Path
    values: dict[str, str]
    log: Path
    source: Path = ROOT

    def change(self, **values: str) -> None:
        """In its .env, as an operator would; nothing is told of it before the next `up`."""
        self.values.update(values)
        self.env_file.write_text(lines(self.values))

    async def compose(self, *command: str, log: bool = True) -> str:
        """Its stdout, unless that goes to the log. Raises StopWorker."""
        return await self.engine.run(*self._words, *command, log=self.log if log else None)

    async def cut(self, *command: str, when: Awaitable[object]) -> bool:
        """As `Engine.cut`, of a command of compose."""
        return await self.engine.cut(*self._words, *command, when=when)

    @property
    def _words(self) -> tuple[str | Path, ...]:
        project = ("--project-name", self.name, "--env-file", self.env_file, "--file", self.source / "docker-compose.yml")
        return ("compose", *project, "--profile", "demo")

    async def services(self) -> frozenset[str]:
        """Those of its docker-compose.yml, with the demonstration's. Raises StopWorker."""
        return frozenset((await self.compose("config", "--services", log=False)).split())

    async def build(self) -> None:
        """Its image, as README.md says. Raises StopWorker."""
        image = ("--tag", self.values["COLLECTOR_IMAGE"], "--file", self.source / "deploy" / "images" / "Dockerfile")
        await self.engine.run("build", *image, self.source, log=self.log)

    async def containers(self) -> list[Container]:
        """All of them, ended ones too."""
        listed = await self.engine.run("ps", "--all", "--quiet", "--no-trunc", "--filter", f"label={PROJECT}={self.name}")
        return parse(await self.engine.run("inspect", *listed.split())) if listed.split() else []

    async def inside(self, service: str, *command: str) -> str:
        """The stdout of a command in a running container of that service. Raises StopWorker.

        By the engine: compose attaches a stdin too, and where that ends at once the lab's podman now and then hangs up,
        so that nothing is heard of a command that runs on.
        """
        found = next((one for one in await self.containers() if one.service == service and one.running), None)
        if found is None:
            raise StopWorker(f"no container of {service} runs: see {self.log}")
        return await self.engine.run("exec", found.id, *command)

    async def kill(self, container: Container) -> None:
        """SIGKILL to all that runs inside, as a crash would: `docker kill` counts as a wish, and nothing comes back."""
        try:
            await self.engine.run("exec", container.id, "sh", "-c", "kill -9 -1")
        except StopWorker:
            return  # the container ended before the shell could say how it went

    async def stop(self, container: Container) -> None:
        """SIGSTOP to all that runs inside, but for its init. Raises StopWorker."""
        await self.engine.run("exec", container.id, "sh", "-c", "kill -STOP -1")

    async def lose(self, service: str) -> None:
        """Its container goes, and its volume, which has its name. All else runs on. Raises StopWorker."""
        await self.compose("rm", "--stop", "--force", service)
        await self.engine.run("volume", "rm", f"{self.name}_{service}", log=self.log)

    def port(self, name: str) -> int:
        """On 127.0.0.1."""
        return int(self.values[name])

    async def said(self) -> list[str]:
        """Every line of every container so far, `service-number | …`; kept in the log too."""
        lines = plain(await self.compose("logs", "--no-color", log=False))
        with self.log.open("a") as file:
            file.writelines(f"{line}\n" for line in lines)
        return lines

    async def end(self) -> None:
        """Remove containers, network and volumes."""
        await self.compose("down", "--volumes", "--remove-orphans", "--timeout", "20")


@asynccontextmanager
async def throwaway(engine: Engine, name: str, log: Path) -> AsyncIterator[Project]:
    """Not yet up; down in every case, also where this is cancelled."""
    ports = dict(zip(PUBLISHED, map(str, free(len(PUBLISHED))), strict=True))
    values = {**make((), tuple(MAKERS)), **SETTINGS, **ports}
    # A variable of the shell would win over the file.
    shell = {key: value for key, value in engine.environ.items() if key not in values and not key.startswith("COMPOSE_")}
    with TemporaryDirectory(prefix="collector-compose-") as folder:
        env_file = Path(folder) / "test.env"
        env_file.touch(mode=PRIVATE)
        project = Project(Engine(engine.name, shell), name, env_file, {}, log)
        project.change(**values)
        try:
            yield project
        except BaseException:
            await project.said()
            raise
        finally:
            await project.end()

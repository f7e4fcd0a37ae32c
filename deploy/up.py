"""The whole system on one machine: servers, topics, then every stage as a supervised process."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from deploy.clients import database
from deploy.home import Home, is_told
from deploy.local.ports import free
from deploy.local.stack import KAFKA, MONGO, Stack, local_stack
from deploy.secrets import BACKUP_KEY, STAGE_SECRETS
from deploy.stages import STAGES, command
from deploy.supervisor import Ended, Event, NotStarted, Supervisor
from deploy.topics import ReplicationSettings, ensure
from schemas.errors import StopWorker
from schemas.runtime.releases import leave, older
from schemas.runtime.settings import MongoSettings
from schemas.runtime.version import version
from schemas.topics import TOPICS

Report = Callable[[str], None]

USUAL_DASHBOARD = 8501
KILLED = 130


async def up(home: Home, kept: ReplicationSettings, report: Report, stages: Iterable[str] = tuple(STAGES)) -> None:
    """Runs until cancelled; then ends the stages, then the servers. Raises StopWorker."""
    with home.held():
        async with local_stack(home.folder, report) as stack:
            env = environment(home, stack, os.environ, report)
            home.announce(stack.environment)
            created = await ensure(stack.kafka_bootstrap, kept.kafka_replication, topics=kept.as_set(TOPICS))
            report(f"{len(created)} topics, {list(created.values()).count('created')} of them new")
            if said := await _older(env):
                report(said)
            supervisor = Supervisor(home.logs, lambda event: report(told(event)))
            try:
                for number, stage in enumerate(stages):
                    supervisor.start(stage, command(stage), on_port_of_its_own(env, number))
                report(f"dashboard: http://127.0.0.1:{env['DASHBOARD_PORT']}  logs: {home.logs}  stop: Ctrl-C")
                await supervisor.during(_kept(stack))
            finally:
                report("stopping")
                await supervisor.stop()


async def servers(home: Home, kept: ReplicationSettings, report: Report) -> None:
    """The servers and their topics alone, for whatever wants no stage at work. Runs until cancelled. Raises StopWorker."""
    with home.held():
        async with local_stack(home.folder, report) as stack:
            home.announce(stack.environment)
            await ensure(stack.kafka_bootstrap, kept.kafka_replication, topics=kept.as_set(TOPICS))
            for line in where(stack):
                report(line)
            try:
                await _kept(stack)
            finally:
                report("stopping")


def where(stack: Stack) -> list[str]:
    """Of the servers that were started here: those of the environment may carry a password, and are known."""
    ours = {KAFKA: stack.kafka, MONGO: stack.mongo}
    started = [f"{name}={value}" for name, value in stack.environment.items() if ours[name] is not None]
    return [*started, "no stage runs; other commands given in this folder find the servers meanwhile; stop: Ctrl-C"]


def environment(home: Home, stack: Stack, environ: Mapping[str, str], report: Report) -> dict[str, str]:
    """What each stage gets. On a database of ours missing secrets are made and kept; for another the stages ask for them.

    The key of the backups is made too, and kept for the commands: no stage needs it.
    """
    env = {**environ, **stack.environment}
    if not environ.get(MONGO):
        secrets, made = home.secrets(environ)
        env |= {name: value for name, value in secrets.items() if name != BACKUP_KEY}
        if made:
            report(f"made {' and '.join(made)} and keep them in {home.folder / 'secrets.env'}")
    missing = [name for name in STAGE_SECRETS if not is_told(name, env)]
    if missing:
        report(f"{' and '.join(missing)} not set: the stages that need them will say so")
    env.setdefault("DASHBOARD_PORT", dashboard_port())
    return env


def on_port_of_its_own(env: Mapping[str, str], number: int) -> dict[str, str]:
    """The first stage shows its metrics on METRICS_PORT, each further one on the next. What is no number they refuse."""
    port = env.get("METRICS_PORT", "")
    return {**env, "METRICS_PORT": str(int(port) + number)} if port.isdecimal() and int(port) else dict(env)


def dashboard_port() -> str:
    """The usual one where it is free."""
    return str(USUAL_DASHBOARD if _is_free(USUAL_DASHBOARD) else free(1)[0])


def told(event: Event) -> str:
    """One line, and for an end the last lines of the child's own words below it."""
    if isinstance(event, Ended):
        said = "".join(f"\n    {line}" for line in event.said.splitlines())
        return f"{event}{said}"
    if isinstance(event, NotStarted):
        return str(event)
    return f"{event.name} started (process {event.pid})"


async def until_told(work: Coroutine[Any, Any, None]) -> None:
    """Run `work`; the first SIGTERM, SIGINT or SIGHUP cancels it in order, the second ends everything at once."""
    task = asyncio.ensure_future(work)

    def on_signal() -> None:
        if task.cancelling():
            os._exit(KILLED)  # our children are on a leash and die with us
        task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, on_signal)
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()


async def _older(env: Mapping[str, str]) -> str:
    """Each stage says it in its own log too, and what is wrong with the database: that is not told here."""
    try:
        async with database(MongoSettings(mongo_uri=env[MONGO])) as connected:
            return older(version(), await leave(connected, version(), datetime.now(UTC)))
    except (StopWorker, ValidationError):
        return ""


async def _kept(stack: Stack) -> None:
    await asyncio.gather(*(server.keep() for server in stack.ours), asyncio.Event().wait())


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True

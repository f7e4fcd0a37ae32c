"""The demonstration from its first process to its last: everything it starts it stops, whatever happens."""

import asyncio
import os
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from deploy import instances
from deploy.demo import provider as simulated
from deploy.demo.away import Signs
from deploy.demo.beginning import first_page, longer
from deploy.demo.calls import Calls, Hours, Judged
from deploy.demo.chaos import Chaos
from deploy.demo.crew import crew
from deploy.demo.erps import ERPS, Simulated
from deploy.demo.folder import LOGS, disk_of_logs, throwaway
from deploy.demo.options import Options
from deploy.demo.people import closed_states
from deploy.demo.plan import FAULTS, Blow, plan
from deploy.demo.plan_sets import plan_sets
from deploy.demo.provider import Provider
from deploy.demo.recovery import Recovery, recoveries
from deploy.demo.settle import Result, documents, events, settle
from deploy.demo.telephones import Telephones, pabx
from deploy.local.cluster import COPIES, IN_SYNC, local_cluster
from deploy.local.member import Member
from deploy.local.ports import free
from deploy.local.room import Room
from deploy.local.stack import MONGO, Stack, local_stack
from deploy.secrets import make
from deploy.stages import STAGES, command
from deploy.supervisor import HEALTHY_AFTER, Ended, Event, NotStarted, Supervisor
from deploy.topics import ReplicationSettings, ensure
from deploy.up import told
from deploy.verify.run import VerifySettings, verify
from deploy.verify.scope import Verified
from schemas.errors import StopWorker
from schemas.instances import Instance
from schemas.runtime.clock import DEMO
from schemas.runtime.mongo import Database, connect
from schemas.runtime.settings import MongoSettings
from schemas.topics import TOPICS

Report = Callable[[str], None]
POLL_S = 0.25
FIRST_CALLS, FIRST_CALLS_WITHIN_S = 10, 60.0
"""Before a chaos: where nobody calls yet, faults teach nothing about calls. What an originator has in his hands when he is
struck is asked for again after 90 s only.
"""
LOOK_EVERY_S = 2.0
CHAOS_HEALTHY_AFTER_S = 5.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended: against the provider's truth, against its own raw rows, and against what the PABX rang."""

    result: Result
    verified: Verified
    calls: Judged
    chaos: Chaos | None
    recovered: Sequence[Recovery] = ()
    undone: str = ""
    """What was not done, and why."""
    rate: float = 0.0
    """Events published a second while the chaos was."""

    @property
    def is_equal(self) -> bool:
        """None of the judges objects."""
        return not self.result.differences and not self.verified.differences and self.calls.is_fine


@dataclass(frozen=True, slots=True)
class Scene:
    """What is simulated: the ERPs by their instance's name, the instances, and the PABX of them all."""

    providers: Mapping[str, Provider]
    listed: list[Instance]
    telephones: Telephones


class Demo:
    """One demonstration in a folder of its own."""

    def __init__(self, options: Options, home: Path, report: Report, progress: Report) -> None:
        self._options = options
        self._home = home
        self._report = report
        self._progress = progress
        self._alive = home / "alive"
        self._crew = crew(several=bool(options.blows))
        self._disks: Mapping[str, Room] = {}

    async def run(self) -> Outcome | None:
        """The result where it was told when to end; else it runs until it is cancelled. Raises StopWorker."""
        self._alive.mkdir(parents=True)
        started = local_cluster if self._options.cluster else local_stack
        separate = disk_of_logs(self._home / LOGS, wanted=self._options.cluster and bool(self._options.blows))
        async with separate as self._disks, started(self._home, self._report) as stack:
            name = f"collector_demo_{secrets.token_hex(4)}" if os.environ.get(MONGO) else "collector"
            database = connect(MongoSettings(mongo_uri=stack.mongo_uri, mongo_database=name))
            try:
                return await self._with(stack, database)
            finally:
                if os.environ.get(MONGO):
                    await database.client.drop_database(name)
                await database.client.close()

    async def _with(self, stack: Stack, database: Database) -> Outcome | None:
        copies = (
            ReplicationSettings(kafka_replication=COPIES, kafka_min_insync=IN_SYNC)
            if stack.members
            else ReplicationSettings()
        )
        await ensure(stack.kafka_bootstrap, copies.kafka_replication, topics=copies.as_set(TOPICS))
        env = {**os.environ, **make({}), **stack.environment, "MONGO_DATABASE": database.name, DEMO: "1"}
        page, line, *ports = free(2 + len(self._options.erps))
        env.setdefault("DASHBOARD_LOGIN", "off")  # the people in it are invented, and nobody else can reach it
        env.setdefault(
            "DASHBOARD_PORT", str(page)
        )  # never the usual one: two demos that start together would both find it free
        mongo = MongoSettings(mongo_uri=stack.mongo_uri, mongo_database=database.name)
        chosen = [ERPS[name] for name in self._options.erps]
        key = SecretStr(env["COLLECTOR_SECRET_KEY"])
        telephones = Telephones(self._home / "pabx", line, self._home / LOGS / "simulator-pabx.log", self._report)
        over = pabx(line, key, telephones.folder)
        listed = [
            simulated.instance(port, key, one, self._folder(one), over, self._options.habits)
            for one, port in zip(chosen, ports, strict=True)
        ]
        healthy_after = CHAOS_HEALTHY_AFTER_S if self._options.blows else HEALTHY_AFTER
        supervisor = Supervisor(self._home / LOGS, self._told, healthy_after)
        providers = {one.instance: Provider(port, one) for one, port in zip(chosen, ports, strict=True)}
        try:
            for one, port in zip(chosen, ports, strict=True):
                supervisor.start(f"simulator-{one.erp}", one.command(self._options, port, self._folder(one)), env)
            await telephones.start()
            for hand in self._crew:
                alive = {"ALIVE_FILE": str(self._alive / hand.name)}
                supervisor.start(hand.name, command(hand.stage, hand.worker), {**env, **alive})
            for one, port in zip(chosen, ports, strict=True):
                await providers[one.instance].ready()
                if self._options.faults:
                    await providers[one.instance].misbehave()
                self._report(f"simulated ERP {one.erp}: http://127.0.0.1:{port}/_sim/truth")
            for instance in listed:  # now that they answer: the first sweep need not fail
                await instances.add(mongo, instance, replace=True)
            processes = [*(f"simulator-{erp}" for erp in self._options.erps), *(one.name for one in self._crew)]
            logs = [self._home / LOGS / f"{name}.log" for name in processes]
            await first_page(env["DASHBOARD_PORT"], database, self._options, logs, self._progress)
            self._report(f"dashboard: http://127.0.0.1:{env['DASHBOARD_PORT']}   (stop with Ctrl-C)")
            return await supervisor.during(self._play(stack, database, supervisor, Scene(providers, listed, telephones)))
        finally:
            for provider in providers.values():
                await provider.close()
            self._report("stopping every process")
            await supervisor.stop()
            await telephones.stop()
            for file in telephones.folder.glob("*.json*"):  # what rang, and who might: they stay with the logs
                shutil.copy(file, self._home / LOGS)

    def _folder(self, one: Simulated) -> str:
        return str(self._home / one.instance)

    async def _play(self, stack: Stack, database: Database, supervisor: Supervisor, scene: Scene) -> Outcome | None:
        options = self._options
        watching = asyncio.create_task(self._watch(stack, database))
        everybody = [one.name for one in self._crew]
        chaos = (
            Chaos(supervisor, stack, self._alive, self._report, scene.telephones, everybody, self._disks)
            if options.blows
            else None
        )
        calls = Calls(scene.telephones, database, stack.kafka_bootstrap, struck=chaos is not None)
        rate = 0.0
        signs, everywhere = Signs(self._crew), Signs(self._crew, STAGES)
        observing = asyncio.create_task(self._observe(signs, everywhere))
        since = datetime.now(UTC)
        for instance in scene.listed:
            for line in closed_states(instance, since):
                self._report(line)
        try:
            if options.lasting is None:
                await asyncio.Event().wait()
            elif chaos is not None:
                self._progress("waiting for the first calls")
                if not await calls.begun(FIRST_CALLS, FIRST_CALLS_WITHIN_S):
                    self._report(
                        f"fewer than {FIRST_CALLS} calls within {FIRST_CALLS_WITHIN_S:.0f} s: the chaos begins all the same"
                    )
                before, began = await events(stack.kafka_bootstrap), time.monotonic()
                await chaos.run(self._plan(options.lasting, stack))
                new = Counter(await events(stack.kafka_bootstrap)) - Counter(before)
                rate = new.total() / (time.monotonic() - began)
            else:
                await asyncio.sleep(options.lasting.total_seconds())
        finally:
            watching.cancel()
            observing.cancel()
        away = [*signs.spans, *(chaos.away if chaos else ())]
        mongo = MongoSettings(mongo_uri=stack.mongo_uri, mongo_database=database.name)
        closed_at = await calls.close(mongo, scene.listed)
        self._progress("changes stopped, no call is placed any more; waiting until the views hold them all")
        settled = await settle(
            scene.providers, database, stack.kafka_bootstrap, scene.listed, faults=options.faults, longer=longer(options)
        )
        self._progress("waiting until every call has ended")
        ahead = await calls.settle(supervisor, [hand.name for hand in self._crew if hand.stage == "classify"])
        self._progress("judging every call")
        heard = await calls.judge(scene.listed, scene.providers, Hours(since, closed_at), away)
        self._progress("folding every raw row anew")
        judged = VerifySettings(
            kafka_bootstrap_servers=stack.kafka_bootstrap, mongo_uri=stack.mongo_uri, mongo_database=database.name
        )
        recovered = (
            list(recoveries(chaos.blows, {name: everywhere.by_name[name] for name in everywhere.names})) if chaos else []
        )
        return Outcome(settled, await verify(judged, ahead=ahead), heard, chaos, recovered, _undone(stack), rate)

    def _plan(self, lasting: timedelta, stack: Stack) -> list[Blow]:
        stages = [one.name for one in self._crew]
        servers, pabxes = [server.name for server in stack.ours], [Telephones.name]
        faults, seed = self._options.blows, self._options.seed
        if not stack.members:
            supervisor = faults >= FAULTS  # a short one would be about little else
            return plan(faults, lasting, seed, stages, servers, pabxes=pabxes, supervisor=supervisor)
        small, disks = _small(stack), list(self._disks)
        return plan_sets(faults, lasting, seed, stages, servers, pabxes=pabxes, small=small, disks=disks)

    async def _watch(self, stack: Stack, database: Database) -> None:
        while True:
            try:
                published, held = await events(stack.kafka_bootstrap), await documents(database)
                self._progress(f"{sum(published.values())} events published; " + _counts(held))
            except StopWorker:
                self._progress("the broker is away")
            await asyncio.sleep(LOOK_EVERY_S)

    async def _observe(self, *observers: Signs) -> None:
        while True:
            for signs in observers:
                files = ((name, self._alive / name) for name in signs.names)
                marks = {name: file.stat().st_mtime for name, file in files if file.exists()}
                signs.saw({name: datetime.fromtimestamp(mark, UTC) for name, mark in marks.items()})
            await asyncio.sleep(POLL_S)

    def _told(self, event: Event) -> None:
        if isinstance(event, NotStarted) or (isinstance(event, Ended) and not self._options.blows):
            self._report(told(event))


def _small(stack: Stack) -> list[str]:
    """Those whose disk can be filled."""
    return [member.name for member in stack.members if isinstance(member, Member) and member.room is not None]


def _undone(stack: Stack) -> str:
    if not stack.members or _small(stack):
        return ""
    return "full: no disk was filled, as a small file system for it cannot be mounted here, which needs root"


def _counts(held: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in held.items())


async def demo(options: Options, report: Report, progress: Report) -> Outcome | None:
    """Run it in a temporary folder, which is removed at the end; the logs of one that ended wrong stay."""
    with throwaway(report) as folder:
        report(f"logs: {folder.logs}")
        outcome = await Demo(options, folder.path, report, progress).run()
        folder.is_wrong = outcome is not None and not outcome.is_equal
        return outcome

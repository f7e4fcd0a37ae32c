"""The real Kafka and the real MongoDB for tests that ask for them; `tests/parts.py` has the three ways to them.

TEST_STACK=environment|testcontainers|local forces one of the three. A part that cannot start fails the tests that need it.
"""

import os
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings
from pymongo import MongoClient
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from deploy.local import stack
from tests.parts import KAFKA, MONGO, Part, chosen

settings.register_profile(  # a failure on one machine is a failure on every other
    "repeated",
    deadline=None,  # two busy cores decide how long an example takes, not the code
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeated")

GONE_WITHIN = 60.0
E2E = "tests/e2e/"


def pytest_configure() -> None:
    # the programs that tests start: compiling its modules is more than half of what the start of one costs
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    forced = os.environ.get("TEST_STACK", "")
    if forced and forced not in KAFKA:
        raise pytest.UsageError(f"TEST_STACK={forced}: choose one of {', '.join(KAFKA)}")


class ByFile(LoadScopeScheduling):
    """A file's tests go to one process; those that run every stage at once all to one: two of them starve one another."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return E2E if file.startswith(E2E) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Ours, as `--dist loadgroup` groups nothing under pytest 9.2 and says nothing (pytest-xdist 3.8, its issue 1386)."""
    return ByFile(config, log)


def pytest_report_header() -> str:
    return f"real parts: Kafka by {chosen(stack.KAFKA)}, MongoDB by {chosen(stack.MONGO)}"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kafka(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Bootstrap servers. Topics and groups outlive a test: name them with `prefix`."""
    async with AsyncExitStack() as closing:
        yield await _entered(closing, KAFKA, stack.KAFKA, tmp_path_factory.mktemp("kafka"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A replica set. Write below the name that `database` gives."""
    async with AsyncExitStack() as closing:
        yield await _entered(closing, MONGO, stack.MONGO, tmp_path_factory.mktemp("mongo"))


@pytest.fixture
def prefix() -> str:
    """Begins the names of what one test makes in Kafka."""
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture
def database(mongo_uri: str, prefix: str) -> Iterator[str]:
    """The name of an empty database, dropped afterwards."""
    yield prefix
    with MongoClient[dict[str, object]](mongo_uri) as client:
        client.drop_database(prefix)


@pytest.fixture
def gone() -> Callable[..., bool]:
    """Whether none of these processes is left. Waits a little: a killed one is there until it is reaped."""

    def look(*processes: int) -> bool:
        left = [psutil.Process(one) for one in processes if psutil.pid_exists(one)]
        _, alive = psutil.wait_procs(left, GONE_WITHIN)
        return not any(map(_lives, alive))

    return look


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def _entered(closing: AsyncExitStack, part: Part, variable: str, folder: Path) -> str:
    how = chosen(variable)
    try:
        return await closing.enter_async_context(part[how](folder))
    except Exception as exc:  # noqa: BLE001 - whatever it is, the tests that need the part fail and say why
        pytest.fail(f"no real part for {variable} by {how}: {exc}", pytrace=False)

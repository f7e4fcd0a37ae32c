"""`collector demo` as a user runs it: it ends with the truth in the views, calls are placed, and nothing is left behind."""

import re
import signal
import subprocess
from pathlib import Path

import pytest

from deploy.local.ports import free
from schemas.runtime.process import BAD_CONFIGURATION
from tests.e2e.conftest import COMMAND, demonstration

pytestmark = pytest.mark.e2e

WITHIN_S = 400  # 40 s on two idle cores; another test has one of them


def test_it_ends_by_itself_with_the_truth_in_the_views(environment: dict[str, str], tmp_path: Path) -> None:
    """Code 0, a summary, and neither a process nor a file."""
    done = subprocess.run(
        [*COMMAND, "--for", "10s"], env=environment, capture_output=True, text=True, timeout=WITHIN_S, check=False
    )

    assert done.returncode == 0, done.stderr[-3000:]
    assert "equal the simulator's truth" in done.stderr
    assert "lag: 0" in done.stderr
    for word in ("erp.bill.v1", "debtor.v1", "queue.v1", "debtors", "sweeps"):
        assert word in done.stdout
    assert list(tmp_path.glob("collector-demo-*")) == []


def test_one_that_ends_wrong_keeps_its_logs(environment: dict[str, str], tmp_path: Path) -> None:
    """And nothing else: here there is no broker where the environment names one."""
    nowhere = {**environment, "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{free(1)[0]}"}
    done = subprocess.run([*COMMAND], env=nowhere, capture_output=True, text=True, timeout=WITHIN_S, check=False)

    assert done.returncode == BAD_CONFIGURATION, done.stderr[-3000:]
    (home,) = tmp_path.glob("collector-demo-*")
    assert f"its logs stay: {home / 'logs'}" in done.stderr
    assert [one.name for one in home.iterdir()] == ["logs"]
    assert "mongo.log" in [one.name for one in (home / "logs").iterdir()]


def test_it_calls_and_every_call_ends_as_the_pabx_says(environment: dict[str, str]) -> None:
    """At any hour: nobody is rung whom no rule allowed, and every outcome is in the summary once for each side."""
    done = subprocess.run(
        [*COMMAND, "--for", "30s"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=WITHIN_S + 100,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    rang = re.search(r"of (\d+) calls none broke a rule", done.stderr)
    assert rang is not None, done.stderr[-3000:]
    assert int(rang[1]) > 0
    assert "calls equal what the PABX placed" in done.stderr
    told = [tuple(map(int, row)) for row in re.findall(r"^│ [a-z_ ]+? +│ (\d+) +│ (\d+) +│$", done.stdout, re.MULTILINE)]
    assert sum(placed for placed, _ in told) == int(rang[1])
    assert all(placed == ended for placed, ended in told)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=lambda number: number.name)
def test_however_it_is_stopped_no_process_stays(environment: dict[str, str], number: signal.Signals) -> None:
    """Ctrl-C, SIGTERM and even kill -9 take broker, database, simulator and every stage with them."""
    with demonstration(environment) as demo:
        demo.line("dashboard: http")
        assert len(demo.left_behind()) >= 12
        demo.process.send_signal(number)
        demo.process.wait(60)

        assert demo.is_gone(), demo.left_behind()


def test_two_run_side_by_side(environment: dict[str, str]) -> None:
    """Each with its own ports and its own data."""
    with demonstration(environment) as one, demonstration(environment) as other:
        pages = {demo.line("dashboard: http").split()[1] for demo in (one, other)}

        assert len(pages) == 2

"""`collector demo` as a user runs it: it ends with the truth in the views, calls are placed, and nothing is left behind."""

import re
import signal
import subprocess
from pathlib import Path

import pytest

from deploy.local.ports import free
from schemas.runtime.process import BAD_CONFIGURATION
from tests.e2e.conftest import COMMAND, END_S, demonstration

pytestmark = pytest.mark.e2e

WITHIN_S = 500  # 75 s on two idle cores; another test has one of them


@pytest.mark.timeout(2.5 * WITHIN_S)
def test_it_ends_by_itself_with_the_truth_in_views_and_calls(environment: dict[str, str], tmp_path: Path) -> None:
    """Code 0, a summary, and neither a process nor a file. At any hour: nobody is rung whom no rule allowed."""
    for seconds in (30, 150):  # a busy machine may take all of the first to its first call
        done = subprocess.run(
            [*COMMAND, "--for", f"{seconds}s"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        rang = re.search(r"of (\d+) calls none broke a rule", done.stderr)
        assert rang is not None, done.stderr[-3000:]
        if int(rang[1]):
            break
    assert "equal the simulator's truth" in done.stderr
    assert "lag: 0" in done.stderr
    for word in ("erp.bill.v1", "debtor.v1", "queue.v1", "debtors", "sweeps"):
        assert word in done.stdout
    assert int(rang[1]) > 0, done.stderr[-3000:]
    assert "calls equal what the PABX placed" in done.stderr
    told = [tuple(map(int, row)) for row in re.findall(r"^│ [a-z_ ]+? +│ (\d+) +│ (\d+) +│$", done.stdout, re.MULTILINE)]
    assert sum(placed for placed, _ in told) == int(rang[1])
    assert all(placed == ended for placed, ended in told)
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


def test_two_run_side_by_side_and_leave_no_process(environment: dict[str, str], tmp_path: Path) -> None:
    """Ports and data are their own. Ctrl-C and even kill -9 take broker, database, simulators and every stage along."""
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
    mine, theirs = ({**environment, "TMPDIR": str(folder)} for folder in folders)
    with demonstration(mine) as one, demonstration(theirs) as other:
        pages = {demo.line("dashboard: http").split()[1] for demo in (one, other)}
        assert len(pages) == 2
        for demo, number in ((one, signal.SIGKILL), (other, signal.SIGINT)):
            assert len(demo.left_behind()) >= 12
            demo.process.send_signal(number)
            demo.process.wait(END_S)
            assert demo.is_gone(), demo.left_behind()

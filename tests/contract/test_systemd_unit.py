"""The service for systemd: what it runs is there, it is stopped in order and in time, and nothing of it is misspelt."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import schemas
from deploy.home import HomeSettings
from deploy.local import server
from deploy.supervisor import GRACE

ROOT = Path(schemas.__file__).parent.parent
UNIT = ROOT / "deploy" / "systemd" / "debt-collector.service"
PLACE = "/opt/debt-collector"
HOME = "/var/lib/debt-collector"
DIRECTIVE = re.compile(r"([A-Z][A-Za-z]+)=(.*)")
SECTIONS = {
    "Unit": {"Description", "Documentation", "Wants", "After"},
    "Service": {
        *("Type", "User", "Group", "ExecStart", "WorkingDirectory", "StateDirectory", "StateDirectoryMode"),
        *("CacheDirectory", "Environment", "EnvironmentFile", "UMask", "Restart", "RestartSec", "KillMode"),
        *("TimeoutStopSec", "OOMPolicy", "LimitNOFILE", "NoNewPrivileges", "CapabilityBoundingSet", "ProtectSystem"),
        *("ProtectHome", "PrivateTmp", "PrivateDevices", "ProtectClock", "ProtectControlGroups", "ProtectHostname"),
        *("ProtectKernelLogs", "ProtectKernelModules", "ProtectKernelTunables", "RestrictNamespaces"),
        *("RestrictRealtime", "RestrictSUIDSGID", "RestrictAddressFamilies", "SystemCallArchitectures", "LockPersonality"),
    },
    "Install": {"WantedBy"},
}
"""What systemd 252 knows of what we use: it only warns of a word that it does not know."""
BREAKS = {"MemoryDenyWriteExecute", "ProcSubset", "PrivateNetwork", "PrivateUsers", "SystemCallFilter"}


def directives(text: str) -> dict[str, dict[str, str]]:
    """By section. Raises where a line is none."""
    found: dict[str, dict[str, str]] = {}
    section: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            name, value = DIRECTIVE.fullmatch(line).groups()  # type: ignore[union-attr]  # a line that is none ends the test
            assert name not in section, f"{name} twice"
            section[name] = value
    return found


UNIT_TEXT = UNIT.read_text(encoding="utf-8")
SERVICE = directives(UNIT_TEXT)["Service"]


def test_every_directive_is_one_and_in_its_section() -> None:
    assert {name: set(one) for name, one in directives(UNIT_TEXT).items()} == SECTIONS


def test_systemd_itself_finds_nothing_wrong_where_there_is_one(tmp_path: Path) -> None:
    """The program is looked for where this test's own is; all else stands as it is."""
    if (analyze := shutil.which("systemd-analyze")) is None:
        return  # the other tests look at the same file
    here = tmp_path / UNIT.name
    program = Path(sys.executable).with_name("collector")
    here.write_text(
        UNIT_TEXT.replace(f"{PLACE}/.venv/bin/collector", str(program)).replace(f"file://{PLACE}", f"file://{ROOT}")
    )

    done = subprocess.run([analyze, "verify", "--man=no", here], capture_output=True, text=True, check=False)

    about = [line for line in (done.stdout + done.stderr).splitlines() if UNIT.name in line]
    assert (done.returncode, about) == (0, [])


def test_it_runs_what_the_readme_installs_as_the_user_that_the_readme_makes() -> None:
    for name in ("README.md", "README.pt-BR.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert f"sudo useradd --system --home-dir {HOME} --shell /usr/sbin/nologin {SERVICE['User']}\n" in text
        assert f" {PLACE}\n" in text
        assert f"sudo cp {PLACE}/{UNIT.relative_to(ROOT)} /etc/systemd/system/\n" in text
        assert f"sudo systemctl enable --now {UNIT.stem}\n" in text
        assert f"sudo -u {SERVICE['User']} {SERVICE['ExecStart'].removesuffix(' up')} status\n" in text


def test_it_writes_only_into_its_own_folders() -> None:
    """`.env` and `.collector` lie in the working directory, which systemd makes and gives to the user."""
    assert SERVICE["WorkingDirectory"] == HOME == f"/var/lib/{SERVICE['StateDirectory']}"
    assert SERVICE["Environment"] == f"PYTHONPYCACHEPREFIX=/var/cache/{SERVICE['CacheDirectory']}"
    assert not HomeSettings.model_fields["collector_home"].default.is_absolute()
    assert SERVICE["ProtectSystem"] == "strict"


def test_one_process_is_told_to_stop_and_has_the_time_to_stop_all_others() -> None:
    """Told all at once, Kafka would be gone before the stages had said goodbye to it."""
    assert SERVICE["KillMode"] == "mixed"
    assert int(SERVICE["TimeoutStopSec"]) >= GRACE + server.GRACE + 10


def test_what_ended_is_started_again_and_one_child_without_memory_ends_no_other() -> None:
    assert (SERVICE["Restart"], SERVICE["OOMPolicy"]) == ("on-failure", "continue")


def test_nothing_forbids_what_java_and_mongod_do() -> None:
    """They write code and run it, read the machine's memory, and talk over the network."""
    assert not SERVICE.keys() & BREAKS
    assert {"AF_INET", "AF_INET6"} <= set(SERVICE["RestrictAddressFamilies"].split())

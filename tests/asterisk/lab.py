"""A real Asterisk on loopback, and behind it another that plays the telephone network: who starts them is `ASTERISK_LAB`.

It names a script with `install`, `up` and `down`, which says of itself where it puts them (`LAB_ROOT`). Root only. What the
tests know of it: at 127.0.0.1 ARI (8088), the manager (5038) and the call table (3307), `lab` and `cdr_reader` with one
password, the trunk `PJSIP/trunk`, the context `collection`, and that the last digit of a number fixes what it does.
"""

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.contract.pabx_reached import Reached

ARI = 8088
AMI = 5038
"""Its manager, of the same user with the same password."""
PASSWORD = "lab-not-secret"  # noqa: S105 - as it says
INSTALL_S, START_S, COMMAND_S = 1_200, 300, 60
READER = "reader"
READERS = f"\n[{READER}]\ntype=user\nread_only=yes\npassword={PASSWORD}\npassword_format=plain\n"
BASH = "/bin/bash"
SETTLED_ROOT = re.compile(r"\$\{LAB_ROOT:-([^}]+)\}")


class CannotStartError(Exception):
    """Which part, and why."""


class Lab(NamedTuple):
    """`near`: the PABX; `far_log`: what the telephone network did."""

    near: Reached
    far_log: Path


@contextmanager
def running() -> Iterator[Lab]:
    """Installed if it is not, started if it is not running, and then stopped afterwards. Raises CannotStartError."""
    script = _script()
    root = _root(script)
    _run(script, "install", INSTALL_S)
    was_up = _listens()
    _run(script, "up", START_S)
    try:
        _allow_reader(root)
        yield Lab(_near(root), root / "lab/far/var/log/messages.log")
    finally:
        if not was_up:
            _run(script, "down", START_S)


def _script() -> Path:
    named = os.environ.get("ASTERISK_LAB", "")
    if not named:
        raise CannotStartError("ASTERISK_LAB names no script that starts a real Asterisk")
    if not (script := Path(named).resolve()).is_file():
        raise CannotStartError(f"ASTERISK_LAB={named}: there is no such script")
    if os.geteuid() != 0:
        raise CannotStartError(f"{script}: only root may start it")
    return script


def _root(script: Path) -> Path:
    settled = SETTLED_ROOT.search(script.read_text(encoding="utf-8"))
    root = os.environ.get("LAB_ROOT") or (settled[1] if settled else "")
    if not root:
        raise CannotStartError(f"{script} does not say where it puts Asterisk: set LAB_ROOT")
    return Path(root)


def _run(script: Path, step: str, seconds: float) -> None:
    try:
        done = subprocess.run(
            [BASH, script, step],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise CannotStartError(f"{script} {step}: not within {seconds:.0f} s") from exc
    if done.returncode:
        raise CannotStartError(f"{script} {step}: {(done.stdout + done.stderr).strip()[-500:]}")


def _listens() -> bool:
    with socket.socket() as trying:
        return trying.connect_ex(("127.0.0.1", ARI)) == 0


def command(root: Path, text: str) -> str:
    """Of the PABX's own console."""
    console = ["/usr/sbin/chroot", root, "asterisk", "-C", "/lab/near/etc/asterisk.conf", "-rx", text]
    done = subprocess.run(console, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=COMMAND_S, check=False)
    return done.stdout + done.stderr


def _allow_reader(root: Path) -> None:
    users = root / "lab/near/etc/ari.conf"
    if READERS not in users.read_text(encoding="utf-8"):
        with users.open("a", encoding="utf-8") as file:
            file.write(READERS)
    said = command(root, "module reload res_ari.so")
    if "successfully" not in said:
        raise CannotStartError(f"the PABX does not take a second user: {said.strip()}")


def _near(root: Path) -> Reached:
    async def restart() -> None:
        command(root, "core restart now")

    return Reached(
        url=f"http://127.0.0.1:{ARI}/ari",
        user="lab",
        reader=READER,
        password=PASSWORD,
        csv=root / "lab/near/var/log/cdr-csv/Master.csv",
        sql=f"mysql+pymysql://cdr_reader:{PASSWORD}@127.0.0.1:3307/asteriskcdrdb",
        restart=restart,
    )

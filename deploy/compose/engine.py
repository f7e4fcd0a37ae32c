"""Which `docker compose` there is: real Docker, or where there is no engine a lab that may lie beside the project."""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import StopWorker

LAB = Path(__file__).resolve().parents[2].parent / "shared" / "compose-lab" / "lab.sh"
TAIL_LINES = 15
FIRST_LOOKS = 20
MISSING = "`docker compose` with a running engine is missing: install Docker Engine and its Compose plugin, or start it"


@dataclass(frozen=True, slots=True)
class Engine:
    """`name` for people; `environ` is what makes `docker` mean this engine."""

    name: str
    environ: Mapping[str, str]

    async def run(self, *command: str | Path, log: Path | None = None) -> str:
        """What `docker COMMAND` wrote to stdout, or nothing where all of it goes to the end of `log`. Raises StopWorker."""
        code, said = await _run(["docker", *command], self.environ, log)
        if code:
            last = "\n".join(said.splitlines()[-TAIL_LINES:])
            raise StopWorker(f"docker {' '.join(map(str, command))} ended with code {code}: see {log or 'below'}\n{last}")
        return "" if log else said

    async def cut(self, *command: str | Path, when: Awaitable[object]) -> bool:
        """Start `docker COMMAND`, and kill all of it once `when` is there. Whether it was still under way then."""
        argv = ("docker", *command)
        process = await asyncio.create_subprocess_exec(
            *argv, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, env=self.environ, start_new_session=True
        )
        try:
            await when
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            code = await process.wait()
        return code == -signal.SIGKILL


async def find(environ: Mapping[str, str] = os.environ, lab: Path = LAB) -> Engine:
    """Raises StopWorker that says what is missing."""
    if await _works(environ):
        return Engine("Docker", environ)
    if not lab.exists():  # noqa: ASYNC240 - one look, before anything else runs
        raise StopWorker(f"{MISSING} (there is no {lab} either)")
    code, said = await _run(["bash", "-c", f'set -e; vars=$("{lab}" env); eval "$vars"; env -0'], environ, None)
    if code:
        raise StopWorker(f"{lab} does not start: run `{lab} install` as root\n{said}")
    found = dict(pair.split("=", 1) for pair in said.split("\0") if "=" in pair)
    for _ in range(FIRST_LOOKS):  # an engine that was started just now was once not there for the first command
        if (await _run(["docker", "version"], found, None))[0] == 0:
            break
        await asyncio.sleep(0.5)
    return Engine(f"podman, by {lab}", found)


async def _works(environ: Mapping[str, str]) -> bool:
    for question in (["docker", "compose", "version"], ["docker", "version", "--format", "{{.Server.Version}}"]):
        code, _ = await _run(question, environ, None)
        if code:
            return False
    return True


async def _run(argv: list[str | Path] | list[str], environ: Mapping[str, str], log: Path | None) -> tuple[int, str]:
    """In a session of its own: Ctrl-C reaches only us, and we end what runs."""
    try:
        process = await asyncio.create_subprocess_exec(
            *argv, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT if log else PIPE, env=environ, start_new_session=True
        )
    except FileNotFoundError:
        return 127, f"{argv[0]}: not found"
    try:
        out, err = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    if log:
        with log.open("ab") as file:
            file.write(out)
    code = process.returncode or 0
    return code, (out + (err or b"") if code else out).decode(errors="replace")

"""`make compose-test`: exit code 0 only where docker-compose.yml runs as it stands and the views equal the truth."""

import argparse
import asyncio
import secrets
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from deploy.compose.engine import find
from deploy.compose.losses import STEPS, losses
from deploy.compose.project import ROOT, throwaway
from deploy.compose.trial import trial
from deploy.compose.upgrade import upgrade
from deploy.up import KILLED, until_told
from schemas.errors import PipelineError
from schemas.runtime.process import BAD_CONFIGURATION

WITHIN_S = 1_200.0
WITHIN_LOSSES_S = 3_000.0
SHOWN = 30
UNEQUAL = 1


class Asked(NamedTuple):
    """In place of the short form: losses, or the revision that is upgraded from."""

    steps: Sequence[str] = ()
    earlier: str = ""

    @property
    def within(self) -> float:
        """Seconds."""
        return WITHIN_LOSSES_S if self.steps else WITHIN_S


async def run(name: str, log: Path, asked: Asked) -> int:
    """The exit code. Raises StopWorker where a step fails."""
    report = partial(_say, time.monotonic())
    engine = await find()
    report(f"project {name} on {engine.name}; everything that is said there: {log}")
    try:
        async with throwaway(engine, name, log) as project, asyncio.timeout(asked.within):
            if asked.earlier:
                wrong = await upgrade(project, asked.earlier, report)
            else:
                wrong = await (losses(project, report, asked.steps) if asked.steps else trial(project, report))
    finally:
        report("everything is down and removed")
    for line in wrong[:SHOWN]:
        report(f"  {line}")
    report(f"{len(wrong)} differences" if wrong else "the views equal the simulator's truth")
    return UNEQUAL if wrong else 0


def main() -> int:
    """The exit code; an interrupted test has not passed."""
    wanted = asked(sys.argv[1:])
    name = f"collector-test-{secrets.token_hex(3)}"
    log = ROOT / "build" / f"{name}.log"
    log.parent.mkdir(exist_ok=True)
    code = KILLED

    async def work() -> None:
        nonlocal code
        code = await run(name, log, wanted)

    try:
        asyncio.run(until_told(work()))
    except PipelineError as exc:
        sys.stderr.write(f"{exc}\n")
        return BAD_CONFIGURATION
    except TimeoutError:
        sys.stderr.write(f"not done within {wanted.within:.0f} s: see {log}\n")
        return UNEQUAL
    return code


def asked(argv: Sequence[str]) -> Asked:
    """What a command line says. Ends with 2 and a line where it cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.compose",
        description="docker-compose.yml on a real engine: start, scale, kill, compare with the truth, back up.",
        epilog='Example: make compose-test ARGS="--losses kafka mongo". Not in CI: all of them take a quarter of an hour.',
    )
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--losses",
        nargs="*",
        choices=STEPS,
        metavar="STEP",
        help=f"instead, what may be lost or done wrong, in this order: {', '.join(STEPS)}; without a STEP all of them",
    )
    instead.add_argument(
        "--from",
        dest="earlier",
        default="",
        metavar="REVISION",
        help="instead, an upgrade from that tag or commit, over its volumes",
    )
    found = parser.parse_args(argv)
    return Asked(
        [] if found.losses is None else [name for name in STEPS if not found.losses or name in found.losses], found.earlier
    )


def _say(began: float, text: str) -> None:
    sys.stdout.write(f"{time.monotonic() - began:5.0f} s  {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

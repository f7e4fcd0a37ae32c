"""`make compose-test`: exit code 0 only where docker-compose.yml runs as it stands and the views equal the truth."""

import argparse
import asyncio
import secrets
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from deploy.compose.engine import find
from deploy.compose.losses import STEPS, losses
from deploy.compose.project import ROOT, throwaway
from deploy.compose.trial import trial
from deploy.up import KILLED, until_told
from schemas.errors import PipelineError
from schemas.runtime.process import BAD_CONFIGURATION

WITHIN_S = 1_200.0
WITHIN_LOSSES_S = 3_000.0
SHOWN = 30
UNEQUAL = 1


async def run(name: str, log: Path, steps: Sequence[str] = ()) -> int:
    """The exit code. `steps`: losses, in place of the short form. Raises StopWorker where a step fails."""
    report = partial(_say, time.monotonic())
    engine = await find()
    report(f"project {name} on {engine.name}; everything that is said there: {log}")
    try:
        async with throwaway(engine, name, log) as project, asyncio.timeout(WITHIN_LOSSES_S if steps else WITHIN_S):
            wrong = await (losses(project, report, steps) if steps else trial(project, report))
    finally:
        report("everything is down and removed")
    for line in wrong[:SHOWN]:
        report(f"  {line}")
    report(f"{len(wrong)} differences" if wrong else "the views equal the simulator's truth")
    return UNEQUAL if wrong else 0


def main() -> int:
    """The exit code; an interrupted test has not passed."""
    steps = asked(sys.argv[1:])
    name = f"collector-test-{secrets.token_hex(3)}"
    log = ROOT / "build" / f"{name}.log"
    log.parent.mkdir(exist_ok=True)
    code = KILLED

    async def work() -> None:
        nonlocal code
        code = await run(name, log, steps)

    try:
        asyncio.run(until_told(work()))
    except PipelineError as exc:
        sys.stderr.write(f"{exc}\n")
        return BAD_CONFIGURATION
    except TimeoutError:
        sys.stderr.write(f"not done within {WITHIN_LOSSES_S if steps else WITHIN_S:.0f} s: see {log}\n")
        return UNEQUAL
    return code


def asked(argv: Sequence[str]) -> list[str]:
    """Which losses; none for the short form. Ends with 2 and a line where it cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.compose",
        description="docker-compose.yml on a real engine: start, scale, kill, compare with the truth, back up.",
        epilog='Example: make compose-test ARGS="--losses kafka mongo". Not in CI: all of them take a quarter of an hour.',
    )
    parser.add_argument(
        "--losses",
        nargs="*",
        choices=STEPS,
        metavar="STEP",
        help=f"instead, what may be lost or done wrong, in this order: {', '.join(STEPS)}; without a STEP all of them",
    )
    asked = parser.parse_args(argv).losses
    return [] if asked is None else [name for name in STEPS if not asked or name in asked]


def _say(began: float, text: str) -> None:
    sys.stdout.write(f"{time.monotonic() - began:5.0f} s  {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

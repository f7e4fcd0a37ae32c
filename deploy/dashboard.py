"""The dashboard's process with what the dashboard itself, which knows only `schemas`, may not do: write to Kafka, replay.

A function that is given to it runs the command line's own code at once and answers the tab. A request left in MongoDB would
need a stage that fulfils it, and a second place where a letter's fate is kept.
"""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import orjson

from dashboard import app
from deploy.letters.retry import RetrySettings, retry
from deploy.processes import LEASH, end
from schemas.codec import decode
from schemas.letters import Answer
from schemas.runtime.settings import read
from schemas.what_if import Compared, NotCompared, Progress, Wrong

LINE_BYTES = 4 * 1024 * 1024
GRACE_S = 2.0
one_at_a_time = asyncio.Lock()


async def put_back(letter: str, by: str, *, again: bool) -> Answer:
    """See `dashboard.access.letters.PutBack`. Raises StopWorker also where the environment names no Kafka."""
    return (await retry(read(RetrySettings), [letter], by, again=again))[letter]


async def what_if(instance: str, rules: Mapping[str, Any], days: int) -> AsyncGenerator[Progress | Compared, None]:
    """See `dashboard.drafts.what_if.WhatIf`. A process of its own, so that no tab waits; one at a time."""
    if one_at_a_time.locked():
        raise NotCompared("another comparison is under way: wait until it is done", "busy")
    async with one_at_a_time:
        leash = (sys.executable, "-IS", str(LEASH), str(os.getpid()))
        process = await asyncio.create_subprocess_exec(
            *leash, sys.executable, "-m", "deploy.whatif", instance, str(days), stdin=PIPE, stdout=PIPE, limit=LINE_BYTES
        )
        try:
            if process.stdin is None or process.stdout is None:
                raise RuntimeError("a process without the pipes that it was given")
            process.stdin.write(orjson.dumps(rules))
            process.stdin.close()
            async for line in process.stdout:
                yield heard(line)
            if code := await process.wait():
                raise NotCompared(f"the comparison broke off with code {code}", "broken")
        finally:
            if process.returncode is None:
                await end(process, GRACE_S)


def heard(line: bytes) -> Progress | Compared:
    """One line of `python -m deploy.whatif`. Raises NotCompared where it is why there is no comparison."""
    told = orjson.loads(line)
    if "why" in told:
        wrong = decode(Wrong, line)
        raise NotCompared(wrong.wrong, wrong.why)
    return decode(Progress, line) if "done" in told else decode(Compared, line)


def main() -> None:
    """Entry of the stage."""
    app.main(app.Outside(put_back, what_if))

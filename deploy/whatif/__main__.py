"""One comparison as a process of its own: `python -m deploy.whatif NAME DAYS`, the rules as JSON on its input.

For the dashboard, whose one loop serves every tab: to cancel is to end the process. Each line of its output is a `Progress`,
the last one a `Compared`; what a person must mend is a `Wrong`.
"""

import asyncio
import os
import sys
from collections.abc import Collection

import orjson

from deploy.clients import Unreached
from deploy.home import prepare_environment
from deploy.replay.wanted import Wanted, everybody
from deploy.whatif.reading import WhatIfSettings
from deploy.whatif.run import compare
from schemas.codec import encode
from schemas.errors import PipelineError, RetryLater
from schemas.model import Model
from schemas.runtime.mongo import Database
from schemas.runtime.settings import read
from schemas.what_if import NotCompared, Obstacle, Wrong

NICE = 10
"""Stages that call people come first."""


def _say(told: Model) -> None:
    sys.stdout.buffer.write(encode(told) + b"\n")
    sys.stdout.buffer.flush()


def obstacle(exc: PipelineError) -> Obstacle:
    """What the page says of it."""
    if isinstance(exc, NotCompared):
        return exc.why
    return "unreached" if isinstance(exc, Unreached | RetryLater) else "broken"


async def _anybody(_store: Database, _names: Collection[str]) -> Wanted:
    """The dashboard has no key by which to tell who was erased; in sums nobody is found."""
    return everybody


def main() -> None:
    """Entry of the process."""
    name, days = sys.argv[1:3]
    os.nice(NICE)
    prepare_environment()
    try:
        rules = orjson.loads(sys.stdin.buffer.read())
        found = asyncio.run(compare(read(WhatIfSettings), name, rules, int(days), _say, whose=_anybody))
        _say(found.model_copy(update={"debtors": ()}))  # the page names nobody
    except PipelineError as exc:
        _say(Wrong(wrong=str(exc), why=obstacle(exc)))
        sys.exit(1)


if __name__ == "__main__":
    main()

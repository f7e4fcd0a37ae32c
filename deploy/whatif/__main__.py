"""One comparison as a process of its own: `python -m deploy.whatif NAME DAYS`, the rules as JSON on its input.

For the dashboard, whose one loop serves every tab: to cancel is to end the process. Each line of its output is a `Progress`,
the last one a `Compared`; what a person must mend is one line of `{"wrong": …}`.
"""

import asyncio
import os
import sys

import orjson

from deploy.home import prepare_environment
from deploy.whatif.reading import WhatIfSettings
from deploy.whatif.run import compare
from schemas.codec import encode
from schemas.errors import PipelineError
from schemas.model import Model
from schemas.runtime.settings import read

NICE = 10
"""Stages that call people come first."""


def _say(told: Model) -> None:
    sys.stdout.buffer.write(encode(told) + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Entry of the process."""
    name, days = sys.argv[1:3]
    os.nice(NICE)
    prepare_environment()
    try:
        rules = orjson.loads(sys.stdin.buffer.read())
        found = asyncio.run(compare(read(WhatIfSettings), name, rules, int(days), _say))
        _say(found.model_copy(update={"debtors": ()}))  # the page names nobody
    except PipelineError as exc:
        sys.stdout.buffer.write(orjson.dumps({"wrong": str(exc)}) + b"\n")
        sys.exit(1)


if __name__ == "__main__":
    main()

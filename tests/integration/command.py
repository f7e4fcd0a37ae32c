"""`collector` as an operator runs it: a process of its own, against the real servers."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

AT_ONCE = 2
Done = subprocess.CompletedProcess[str]


class Collector(NamedTuple):
    """Commands are run in `folder`; `env` is added to this process's own environment."""

    folder: Path
    env: Mapping[str, str]

    def __call__(self, *arguments: str, **env: str) -> Done:
        """One command to its end; `env` adds to its environment."""
        command = [sys.executable, "-m", "deploy.cli.main", *arguments]
        surroundings = {**os.environ, "COLUMNS": "200", **self.env, **env}
        return subprocess.run(
            command,
            cwd=self.folder,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def each(self, commands: Iterable[tuple[str, ...]], **env: str) -> list[Done]:
        """Several, a few at a time; what they said in the same order."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            return list(threads.map(lambda arguments: self(*arguments, **env), commands))

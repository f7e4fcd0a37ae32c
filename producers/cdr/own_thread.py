"""A thread for one source alone: a disk or a database that hangs must not take the threads of the others."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

R = TypeVar("R")


class OwnThread:
    """One piece of work at a time, in order."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def run(self, work: Callable[[], R]) -> R:
        """What `work` gives or raises."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def close(self, last: Callable[[], None] | None = None) -> None:
        """Nothing more is begun but `last`; what runs may end by itself, nobody waits for it."""
        if last is not None:
            self._pool.submit(last)
        self._pool.shutdown(wait=False)

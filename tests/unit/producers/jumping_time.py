"""An event loop whose clock jumps to the next timer: hours of a poller's life in milliseconds, each second known."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class Jumping(selectors.SelectSelector):
    """Nobody is waited for: where nothing is ready, it is at once as late as the loop would have slept."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout:
            self.now += timeout
        return ready


class Here(ThreadPoolExecutor):
    """What is given to a thread is done at once, as a thread would know nothing of the loop's time."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - as its base
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as exc:  # noqa: BLE001 - whoever waits for the thread gets it
            done.set_exception(exc)
        return done


class JumpingLoop(asyncio.SelectorEventLoop):
    """Its time begins at 0."""

    def __init__(self) -> None:
        self._jumping = Jumping()
        super().__init__(self._jumping)
        self.set_default_executor(Here())

    def time(self) -> float:
        return self._jumping.now


def live(seconds: float, *lives: Coroutine[Any, Any, None]) -> None:
    """So many seconds of endless coroutines. Raises what one of them raises."""

    async def all_of_them() -> None:
        tasks = [asyncio.create_task(life) for life in lives]
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.result()

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(all_of_them())

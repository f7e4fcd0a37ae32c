"""A source that hangs keeps no other from being read."""

import threading

import pytest

from producers.cdr.own_thread import OwnThread


async def test_however_many_hang_another_one_works() -> None:
    let_go = threading.Event()
    hanging = [OwnThread(f"hangs {n}") for n in range(60)]
    waiting = [one.run(let_go.wait) for one in hanging]
    for one in waiting:
        one.send(None)
    assert await OwnThread("works").run(lambda: 7) == 7
    let_go.set()
    for one in waiting:
        one.close()
    for thread in hanging:
        thread.close()


async def test_what_goes_wrong_is_told_and_the_end_comes_after_what_runs() -> None:
    done: list[str] = []
    own = OwnThread("own")

    def wrong() -> None:
        done.append("wrong")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await own.run(wrong)
    await own.run(lambda: done.append("right"))
    own.close(lambda: done.append("closed"))
    own._pool.shutdown(wait=True)

    assert done == ["wrong", "right", "closed"]

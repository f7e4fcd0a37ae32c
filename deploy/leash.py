"""A command that dies with the process that started it, even by `kill -9`: `python leash.py PARENT COMMAND…`.

Why a program of its own: Popen's `preexec_fn` may deadlock where threads run, `setpriv --pdeathsig` exists on some Linux
only and misses a parent that died before it ran, and a guard beside the child would leave it alone when killed itself.
The command takes over this process's id, so that a signal to the child reaches the command. Nothing of ours is imported:
this starts in about 30 ms.
"""

import ctypes
import os
import signal
import sys
import time

PR_SET_PDEATHSIG = 1
LOOK_EVERY = 0.2


def bind(parent: int) -> None:
    """Linux: the kernel kills this process with the *thread* that started it, so start children from one that stays."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the parent is gone")


def watch(parent: int) -> None:
    """Elsewhere: a guard process looks whether `parent` lives, and ends with this one."""
    bound = os.getpid()
    if os.fork():
        return
    while os.getppid() == bound:
        if not lives(parent):
            os.kill(bound, signal.SIGKILL)
        time.sleep(LOOK_EVERY)
    os._exit(0)


def lives(process: int) -> bool:
    """True where a process has this id, a stranger's too."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    (bind if sys.platform == "linux" else watch)(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - to become the command is the point

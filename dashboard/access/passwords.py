"""argon2, off the event loop, and as slow for somebody who does not exist."""

import asyncio
from functools import cache
from secrets import token_hex

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 200
AT_ONCE = 2
"""Each takes 64 MiB and a tenth of a second of both cores."""

HASHER = PasswordHasher()


def problem(password: str) -> str:
    """Why it may not be one; "" if it may."""
    if len(password) < SHORTEST:
        return f"it has fewer than {SHORTEST} characters"
    if len(password) > LONGEST:
        return f"it has more than {LONGEST} characters"
    return ""


def hashed(password: str) -> str:
    """For the user's document, with its own salt. Takes a tenth of a second."""
    return HASHER.hash(password)


@cache
def nobodys() -> str:
    """A hash that no password opens, as dear as any."""
    return hashed(token_hex())


def opens(stored: str, password: str) -> bool:
    """Whether `password` is the one of `stored`. For an empty hash it takes as long, and it is not."""
    try:
        HASHER.verify(stored or nobodys(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)


class Doorman:
    """Looks at a few passwords at a time, in threads."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def opens(self, stored: str, password: str) -> bool:
        """As the function `opens`."""
        async with self._turns:
            return await asyncio.to_thread(opens, stored, password)

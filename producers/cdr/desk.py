"""Where everything that a PABX says comes together: whose it is, whether it is new, and then it is published once."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from producers.cdr.attempts import Owner
from producers.cdr.memory import REACH, STAGE, Memory, first_at, mark_of
from producers.cdr.outbox import Outbox
from producers.cdr.pieces import Said, Unread, mine, named_in, published
from schemas.dead import DeadLetter, Why
from schemas.evidence import Evidence
from schemas.keys import row_key
from schemas.runtime.progress import PROCESS


class Owners(Protocol):
    """As `producers.cdr.attempts.Attempts` tells them."""

    async def owners(self, ids: Sequence[str]) -> Mapping[str, Owner]:
        """Of those that are attempts of ours. Raises RetryLater."""
        ...

    async def erased(self, ids: Collection[str]) -> frozenset[str]:
        """Of attempts of ours those whose debtor was erased since: nobody's by now. Raises RetryLater."""
        ...


class Desk:
    """Of one PABX, whatever the number of its witnesses. `clock`: aware instants."""

    def __init__(self, address: str, outbox: Outbox, memory: Memory, owners: Owners, clock: Callable[[], datetime]) -> None:
        self._address = address
        self._outbox = outbox
        self._memory = memory
        self._owners = owners
        self._clock = clock
        self._turn = asyncio.Lock()

    async def take(self, said: Sequence[Said], unread: Sequence[Unread], zone: str) -> int:
        """Publish what is ours and new, and wait for the broker; how many pieces of evidence that were.

        `zone`: of times without an offset. Raises RetryLater where MongoDB is away, UnpublishedError.
        """
        async with self._turn:
            oldest = self._clock() - REACH
            first = first_at(oldest)
            ids = [one for piece in said for one in piece.ids] + [one for bad in unread for one in named_in(bad.raw)]
            owners = await self._owners.owners([one for one in dict.fromkeys(ids) if one >= first])
            new = self._new(said, zone, owners)
            letters = self._letters(unread, owners)
            if new or letters:  # only then: nearly all that is said was said before
                gone = await self._owners.erased(owners.keys())
                owners = {one: owner for one, owner in owners.items() if one not in gone}
                new, letters = self._new(said, zone, owners), self._letters(unread, owners)
            if new or letters:
                with PROCESS.working(f"publishing what {self._address} said"):
                    await self._outbox.publish(new.values(), letters.values())
            for attempt, digest in new:
                self._memory.add(attempt, digest)
            self._memory.buried.update(letters)
            self._memory.forget(oldest)
            return len(new)

    def _new(self, said: Sequence[Said], zone: str, owners: Mapping[str, Owner]) -> dict[tuple[str, str], Evidence]:
        found: dict[tuple[str, str], Evidence] = {}
        seen_at = self._clock()
        for piece in said:
            attempt = mine(piece.ids, owners)
            if attempt is None:
                continue
            one = Evidence(
                instance=owners[attempt].instance,
                code=owners[attempt].code,
                attempt=attempt,
                witness=piece.witness,
                piece=piece.piece,
                fields=published(piece),
                zone=zone,
                seen_at=seen_at,
            )
            if not self._memory.has(attempt, one.digest):
                found.setdefault((attempt, one.digest), one)
        return found

    def _letters(self, unread: Sequence[Unread], owners: Mapping[str, Owner]) -> dict[bytes, DeadLetter]:
        found: dict[bytes, DeadLetter] = {}
        for bad in unread:
            mark = mark_of(bad.place.partition("/")[0], bad.raw)
            attempt = mine(named_in(bad.raw), owners)
            if attempt is not None and mark not in self._memory.buried:
                owner = owners[attempt]
                why = Why(stage=STAGE, place=f"{bad.place}[{self._address}]", field=bad.field, reason=bad.reason)
                found[mark] = DeadLetter(row_key(owner.instance, owner.code, "cdr", attempt), bad.raw, why)
        return found

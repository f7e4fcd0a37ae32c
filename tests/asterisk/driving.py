"""Calls placed at a steady pace, with all that their witnesses say; a stand-in for `originate`."""

import asyncio
from collections.abc import Mapping, Sequence

from ulid import ULID

from tests.contract.pabx_conformance import SPOKEN, Told, told_of
from tests.contract.pabx_reached import Reached

RING_S = 7


def numbers(count: int) -> list[str]:
    """That many, of every fate in turn, none of them dialled before."""
    run = int.from_bytes(ULID().bytes[-3:]) % 10**4
    return [f"829{run:04d}{index:03d}{index % 10}" for index in range(count)]


async def drive(
    pabx: Reached, dialled: Sequence[str], per_second: float, known: Mapping[str, str] | None = None
) -> Mapping[str, Told]:
    """By number, once every call has ended and left its records. Raises AssertionError for a call that was not taken.

    `known`: the ids of the calls, by number, where somebody must know them before.
    """
    ids = known or {number: str(ULID()) for number in dialled}
    async with pabx.listening() as heard, pabx.client() as client:

        async def place(index: int, number: str) -> None:
            await asyncio.sleep(index / per_second)
            asked = {**SPOKEN, "endpoint": f"PJSIP/{number}@trunk", "timeout": str(RING_S), "channelId": ids[number]}
            answer = await client.post("/channels", params=asked)
            assert answer.status_code == 200, answer.text
            await heard.until(ids[number], "ChannelDestroyed")

        await asyncio.gather(*(place(index, number) for index, number in enumerate(dialled)))
        return {number: await told_of(pabx, heard, channel_id) for number, channel_id in ids.items()}

"""A member of a consumer group that another process of its name has pushed out.

Kafka gives a static member's partitions at once to whoever comes under its name. aiokafka does not send the name with its
heartbeats: a member that was pushed out is told UNKNOWN_MEMBER_ID, not that it is fenced, and joins again under the same
name, which pushes out the other one; both stand still for ever and look healthy. So the answers to heartbeats and commits
are looked at. A member that was silent for longer than its session is unknown as well, and may come back: that is told
apart by time.
"""

import asyncio
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, NoError, UnknownMemberIdError

from schemas.errors import RetryLater
from schemas.runtime.consumer import Consumer
from schemas.runtime.progress import PROCESS, Measured
from schemas.stages import Held


def watch(
    reader: AIOKafkaConsumer, session_s: float, tell: Callable[[], None], clock: Callable[[], float] = monotonic
) -> None:
    """Call `tell` when the broker no longer knows this started member though it was heard less than `session_s` ago.

    It touches a private part of aiokafka, whose version is pinned; `tests/integration/test_alive.py` fails when it changes.
    """
    coordinator = reader._coordinator  # noqa: SLF001 - aiokafka tells it nowhere else
    send = coordinator._send_req  # noqa: SLF001 - see above
    heard = clock()

    async def watched(request: Any) -> Any:  # noqa: ANN401 - aiokafka ships no types
        nonlocal heard
        response = await send(request)
        codes = set(error_codes(response))
        if UnknownMemberIdError.errno in codes and clock() - heard < session_s:
            tell()
            await asyncio.Event().wait()  # until cancelled: an answer would let it join again, and push out the other one
        elif codes == {NoError.errno}:
            heard = clock()
        return response

    coordinator._send_req = watched  # noqa: SLF001 - see above


def error_codes(response: Any) -> Iterator[int]:  # noqa: ANN401 - aiokafka ships no types
    """Of a heartbeat or a commit; none of anything else: who joins may be unknown for good reasons."""
    match type(response).__name__.partition("Response")[0]:
        case "Heartbeat":
            yield response.error_code
        case "OffsetCommit":
            yield from (code for _, partitions in response.topics for _, code in partitions)


class Member(Consumer):
    """A consumer whose process ends when another one of its name is there."""

    def __init__(self, *topics: str, **options: Any) -> None:  # noqa: ANN401 - aiokafka's own signature
        super().__init__(*topics, **options)
        self._name = str(options["group_instance_id"])
        self._session_s = options["session_timeout_ms"] / 1000

    async def start(self) -> None:
        await super().start()
        watch(self, self._session_s, self._pushed_out)

    def _pushed_out(self) -> None:
        PROCESS.end(pushed_out(self._name))


def pushed_out(name: str) -> RetryLater:
    """The one line."""
    return RetryLater(
        f"another process has joined as {name}, and one of the two must go: "
        "give each worker of a stage its own WORKER_NAME, or leave it unset"
    )


async def measured(reader: AIOKafkaConsumer, number: int | None = None, asker: AIOKafkaConsumer | None = None) -> Measured:
    """What a started reader holds, and how far its position is from the end that it may read. Waits for the broker.

    `number`: of the partitions of this number only. `asker`: asks for the ends; else `reader` itself.
    """
    mine = sorted(tp for tp in reader.assignment() if number is None or tp.partition == number)
    held = _by_topic(mine)
    if not mine:
        return Measured(held, 0)
    try:
        ends = await (asker or reader).end_offsets(mine)
        positions = {tp: await reader.position(tp) for tp in mine}
    except KafkaError:  # away, or a partition has just been taken from us
        return Measured(held, None)
    waiting = {(tp.topic, tp.partition): at for tp, at in positions.items() if at < ends[tp]}
    return Measured(held, sum(max(0, ends[tp] - at) for tp, at in positions.items()), waiting)


def _by_topic(mine: list[TopicPartition]) -> tuple[Held, ...]:
    topics = sorted({tp.topic for tp in mine})
    return tuple(Held(topic=name, partitions=tuple(tp.partition for tp in mine if tp.topic == name)) for name in topics)

"""A refresh tells every session, a failed one too; nothing that a read can do stops the next."""

from collections.abc import Callable, Collection
from datetime import datetime

from bokeh.document import Document

from dashboard.facts.asked import Asked, Filters
from dashboard.facts.refresher import RETRY_SECONDS, Refresher
from dashboard.facts.snapshot import Reading, Snapshot
from schemas.errors import RetryLater

EVERY = 60.0
HERE, THERE = Asked("", Filters()), Asked("", Filters(bairro="Centro"))


class Source:
    """Gives the next of `answers`, or raises it."""

    def __init__(self, *answers: Snapshot | Exception) -> None:
        self.answers = iter(answers)

    async def read(self, _now: datetime) -> Snapshot:
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


def refresher(now: datetime, *answers: Snapshot | Exception) -> Refresher:
    return Refresher(Source(*answers).read, EVERY, lambda: now)


async def test_a_refresh_tells_every_session_once(now: datetime, reading: Callable[..., Reading]) -> None:
    """In each document's own next tick, so with its lock."""
    snapshot = reading().snapshot
    assert snapshot is not None
    ours = refresher(now, snapshot)
    documents = [Document(), Document()]
    told: list[Reading] = []
    for document in documents:
        ours.join(document, told.append, lambda: HERE)

    await ours.refresh()
    for document in documents:
        (callback,) = document.session_callbacks
        callback.callback()

    assert ours.sessions == 2
    assert [one.snapshot for one in told] == [snapshot, snapshot]
    assert ours.reading is told[0] is told[1]


async def test_a_failed_refresh_keeps_the_numbers_and_says_why(now: datetime, reading: Callable[..., Reading]) -> None:
    """A database that is away, and a bug, alike; the next try comes sooner."""
    snapshot = reading().snapshot
    assert snapshot is not None
    ours = refresher(now, snapshot, RetryLater("away"), KeyError("verdict"), snapshot)
    seen = []
    for _ in range(4):
        await ours.refresh()
        seen.append((ours.reading.snapshot, ours.reading.failure, ours.period))

    assert seen == [
        (snapshot, None, EVERY),
        (snapshot, "away", RETRY_SECONDS),
        (snapshot, "failed", RETRY_SECONDS),
        (snapshot, None, EVERY),
    ]


async def test_a_session_that_ended_is_not_told(now: datetime, reading: Callable[..., Reading]) -> None:
    """Its document is gone."""
    snapshot = reading().snapshot
    assert snapshot is not None
    ours = refresher(now, snapshot)
    document = Document()
    ours.join(document, lambda _: None, lambda: HERE)

    for callback in document.session_destroyed_callbacks:
        callback(None)  # type: ignore[arg-type]  # Panel itself calls them so
    await ours.refresh()

    assert ours.sessions == 0
    assert document.session_callbacks == []


async def test_only_what_somebody_shows_is_read_and_a_new_choice_at_once(
    now: datetime, reading: Callable[..., Reading]
) -> None:
    """Two tabs on the same rows are one question; who chooses others is told as soon as they are there, the rest is not."""
    snapshot = reading().snapshot
    assert snapshot is not None
    asked: list[set[Asked]] = []

    async def pages(_now: datetime, wanted: Collection[Asked]) -> dict[Asked, object]:
        asked.append(set(wanted))
        return {one: len(asked) for one in wanted}

    ours = Refresher(Source(snapshot, snapshot).read, EVERY, lambda: now, pages)
    chosen = {"a": HERE, "b": HERE}
    documents = {name: Document() for name in chosen}
    for name, document in documents.items():
        ours.join(document, lambda _: None, lambda name=name: chosen[name])

    await ours.refresh()
    chosen["b"] = THERE
    await ours.also(THERE)
    await ours.also(THERE)

    assert asked == [{HERE}, {THERE}]
    assert ours.reading.pages == {HERE: 1, THERE: 2}
    assert [len(document.session_callbacks) for document in documents.values()] == [1, 2]
    await ours.refresh()
    assert asked[2:] == [{HERE, THERE}]


async def test_what_nobody_can_read_is_told_to_nobody(now: datetime, reading: Callable[..., Reading]) -> None:
    """A page or a provider that there is not: told of, the tab would ask again, for ever."""
    snapshot = reading().snapshot
    assert snapshot is not None

    async def nothing(_now: datetime, _wanted: Collection[Asked]) -> dict[Asked, object]:
        return {}

    ours = Refresher(Source(snapshot).read, EVERY, lambda: now, nothing)
    document = Document()
    ours.join(document, lambda _: None, lambda: THERE)
    await ours.also(THERE)

    assert document.session_callbacks == []


async def test_what_was_opened_during_a_refresh_is_not_lost(now: datetime, reading: Callable[..., Reading]) -> None:
    """The refresh did not read it, and must not take it away."""
    snapshot = reading().snapshot
    assert snapshot is not None
    chosen = [HERE]

    async def pages(_now: datetime, wanted: Collection[Asked]) -> dict[Asked, object]:
        if chosen == [HERE]:
            chosen[0] = THERE
            await ours.also(THERE)
        return dict.fromkeys(wanted, "read")

    ours = Refresher(Source(snapshot).read, EVERY, lambda: now, pages)
    ours.join(Document(), lambda _: None, lambda: chosen[0])
    await ours.refresh()

    assert ours.reading.pages == {HERE: "read", THERE: "read"}

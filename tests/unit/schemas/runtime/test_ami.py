"""The manager's interface: answers find their actions, events their listener, and doubt is told from refusal."""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import StopWorker
from schemas.runtime.ami import Heard, Manager, Message, NotSentError, UnansweredError, connected, parsed, written
from tests.unit.schemas.runtime.manager_server import Desk, answering, obliging


def logged_in(port: int, heard: Heard | None = None, events: str = "on") -> AbstractAsyncContextManager[Manager]:
    return connected("127.0.0.1", port, "lab", "secret", heard=heard, events=events)


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=20)


@given(st.lists(st.tuples(st.sampled_from(["Channel", "Context", "Timeout"]), WORDS), unique_by=lambda pair: pair[0]))
def test_what_is_written_is_what_is_read(fields: list[tuple[str, str]]) -> None:
    block = written("Originate", "7", fields)

    assert block.endswith(b"\r\n\r\n")
    assert parsed(block) == {"Action": "Originate", "ActionID": "7", **dict(fields)}


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\0"])
def test_no_field_can_smuggle_a_header_in(break_: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        written("Originate", "1", [("CallerID", f"x{break_}Application: System")])


def test_a_header_that_is_repeated_keeps_all_its_values() -> None:
    assert parsed(b"Response: Success\r\nOutput: one\r\nOutput: two\r\n\r\n")["Output"] == "one\ntwo"


async def test_answers_find_their_actions_whatever_their_order() -> None:
    held: list[Mapping[str, str]] = []

    async def turned_round(desk: Desk, asked: Mapping[str, str]) -> None:
        if asked["Action"] == "Login":
            return await obliging(desk, asked)
        held.append(asked)
        if len(held) == 2:
            for one in reversed(held):
                await desk.say(("Response", "Success"), ("ActionID", one["ActionID"]), ("Message", one["Channel"]))
        return None

    async with answering(turned_round) as desk, logged_in(desk.port) as manager:
        said = await asyncio.gather(*(manager.action("Originate", [("Channel", name)]) for name in ("a", "b")))

    assert [message["Message"] for message in said] == ["a", "b"]
    assert desk.asked[0]["Events"] == "off"


async def test_events_come_in_order_and_an_originates_outcome_is_an_event_not_its_answer() -> None:
    heard: list[str] = []
    last = asyncio.Event()

    def hear(message: Message) -> None:
        heard.append(message["Event"])
        if message["Event"] == "Hangup":
            last.set()

    async def answer(desk: Desk, asked: Mapping[str, str]) -> None:
        if asked["Action"] == "Originate":
            outcome = (("Event", "OriginateResponse"), ("Response", "Failure"), ("ActionID", asked["ActionID"]))
            await desk.say(*outcome)
            await desk.say(("Event", "Hangup"), ("Cause", "17"))
        await obliging(desk, asked)

    async with (
        answering(answer) as desk,
        connected("127.0.0.1", desk.port, "lab", "s", heard=hear, events="call") as manager,
    ):
        answered = await manager.action("Originate")
        await last.wait()

    assert (answered["Response"], heard) == ("Success", ["OriginateResponse", "Hangup"])
    assert desk.asked[0]["Events"] == "call"


async def test_a_list_is_its_events_without_the_last() -> None:
    async def answer(desk: Desk, asked: Mapping[str, str]) -> None:
        await obliging(desk, asked)
        if asked["Action"] == "CoreShowChannels":
            mine = ("ActionID", asked["ActionID"])
            await desk.say(("Event", "CoreShowChannel"), mine, ("Uniqueid", "1"))
            await desk.say(("Event", "Other"), ("Uniqueid", "2"))
            await desk.say(("Event", "CoreShowChannelsComplete"), mine, ("EventList", "Complete"))

    async with answering(answer) as desk, logged_in(desk.port) as manager:
        assert [one["Uniqueid"] for one in await manager.listed("CoreShowChannels")] == ["1"]


async def test_a_wrong_password_is_for_an_operator_to_mend() -> None:
    async def no(desk: Desk, asked: Mapping[str, str]) -> None:
        await desk.say(("Response", "Error"), ("ActionID", asked["ActionID"]), ("Message", "Authentication failed"))

    async with answering(no) as desk:
        with pytest.raises(StopWorker, match="refuses the user lab: Authentication failed") as caught:
            async with connected("127.0.0.1", desk.port, "lab", "not-this-one"):
                pass
    assert "not-this-one" not in str(caught.value)


async def test_nobody_there_is_told_apart_from_no_answer() -> None:
    """The first may be tried again; after the second a telephone may ring."""

    async def silent(desk: Desk, asked: Mapping[str, str]) -> None:
        if asked["Action"] == "Login":
            await obliging(desk, asked)

    async with answering(silent) as desk:
        async with logged_in(desk.port) as manager:
            with pytest.raises(UnansweredError):
                await manager.action("Originate", within=0.05)
        port = desk.port
    with pytest.raises(NotSentError):
        async with logged_in(port):
            pass


async def test_a_connection_that_breaks_leaves_what_was_sent_in_doubt_and_sends_no_more() -> None:
    async def cutting(desk: Desk, asked: Mapping[str, str]) -> None:
        if asked["Action"] == "Login":
            return await obliging(desk, asked)
        return desk.cut()

    async with answering(cutting) as desk, logged_in(desk.port) as manager:
        with pytest.raises(UnansweredError):
            await manager.action("Originate")
        await manager.ended()
        with pytest.raises(NotSentError):
            await manager.action("Originate")
        assert [asked["Action"] for asked in desk.asked] == ["Login", "Originate"]

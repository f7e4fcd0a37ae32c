"""Both ways to a PABX over real connections: what was sent and not answered is in doubt, what was never sent is not."""

import re
from collections.abc import Mapping

import pytest
from pydantic import SecretStr

from schemas.pabx import Ami, Ari
from schemas.runtime.secrets import seal
from sinks.originate.manager import AmiPbx
from sinks.originate.pbx import AriPbx, takes_calls
from sinks.originate.phones import Phones
from tests.integration.fake_ari import Behaviour, FakeAri, fake_ari
from tests.strategies import instance
from tests.unit.schemas.runtime.manager_server import Desk, answering, obliging
from tests.unit.sinks.originate.pretended import ARI, PABX, armed, attempt_id, number

KEY = SecretStr("A" * 43 + "=")
ME, OTHER = attempt_id(1), attempt_id(2)
CALL = armed().pabx
assert CALL is not None


def ari(there: FakeAri) -> AriPbx:
    return AriPbx(Ari.model_validate({"url": f"http://{there.address}/ari", "user": "collector"}), KEY)


def ami(desk: Desk) -> AmiPbx:
    return AmiPbx(Ami(host="127.0.0.1", port=desk.port, user="collector", password=seal("lab", KEY)), KEY)


@pytest.mark.parametrize(
    ("behaviour", "answer", "lives"),
    [
        ("rings", "ringing", True),
        ("cut", "unclear", True),
        ("proxy", "unclear", True),
        ("html404", "unclear", False),
        ("booting", "refused", False),
        ("allocation", "refused", False),
        ("forbidden", "refused", False),
    ],
)
async def test_by_ari(behaviour: Behaviour, answer: str, *, lives: bool) -> None:
    async with fake_ari() as there:
        there.otherwise = behaviour
        pbx = ari(there)

        assert (await pbx.ring(CALL, ME, number(1))).answer == answer
        assert (await pbx.living(ME) is not None) == lives
        assert await pbx.ours() == ({ME} if lives else frozenset())
        assert [call["channelId"] for call in there.posts] == [ME]
        await pbx.close()


async def test_an_ari_that_cannot_be_reached_was_asked_for_nothing() -> None:
    async with fake_ari() as there:
        pbx = ari(there)
        assert (await pbx.probe()).there
        await there.down()

        assert (await pbx.ring(CALL, ME, number(1))).answer == "refused"
        assert (await pbx.living(ME), await pbx.ours()) == (None, None)
        assert not (await pbx.probe()).there
        await pbx.close()


async def test_what_took_too_long_to_connect_is_not_asked_for() -> None:
    """The hour may have ended, or the limits may be others', by the time there is a connection."""
    asked: list[str] = []
    async with fake_ari() as there:
        pbx = ari(there)
        found = await pbx.ring(CALL, ME, number(1), lambda: bool(asked.append("connected")))
        assert (found.answer, there.posts, there.asked) == ("refused", [], [])
        assert (await pbx.ring(CALL, ME, number(1), lambda: not asked.append("connected"))).answer == "ringing"
        assert asked == ["connected"] * 2
        await there.down()
        assert (await pbx.ring(CALL, ME, number(1), lambda: not asked.append("never"))).answer == "refused"
        await pbx.close()
    assert asked == ["connected"] * 2

    logged_in: list[str] = []

    async def slowly(desk: Desk, told: Mapping[str, str]) -> None:
        logged_in.append(told["Action"])
        await obliging(desk, told)

    async with answering(slowly) as desk:
        found = await ami(desk).ring(CALL, ME, number(1), lambda: not logged_in)
        assert (found.answer, found.detail, logged_in) == ("refused", "it took too long", ["Login"])


async def test_who_may_ring_is_asked_without_a_call() -> None:
    async with fake_ari() as there:
        pbx = ari(there)
        found = await pbx.may_ring()
        assert (found.there, found.refuses) == (True, 0)

        there.read_only = True
        found = await pbx.may_ring()
        assert (found.there, found.refuses) == (False, 403)
        assert (await pbx.probe()).there
        assert there.posts == []
        assert re.fullmatch(r"POST /ari/channels/[0-9A-Z]{26}/ring", there.asked[0])
        await pbx.close()


async def test_after_a_refusal_a_pabx_takes_calls_again_once_it_may_be_read_and_written_to() -> None:
    """A proxy that answers every POST with a page would cost a mark each time it was believed."""
    async with fake_ari() as there:
        pbx = ari(there)
        there.walled = True
        refused = await pbx.ring(CALL, ME, number(1))
        assert (refused.answer, refused.holds) == ("unclear", 401)
        assert (await pbx.probe()).there
        assert not await takes_calls(pbx, 401)
        assert not await takes_calls(pbx, 403)

        there.walled, there.read_only = False, True
        assert not await takes_calls(pbx, 401)
        there.read_only, there.unknown = False, {"collector"}
        assert not await takes_calls(pbx, 401)
        there.unknown = set()
        assert await takes_calls(pbx, 401)
        assert await takes_calls(pbx, 403)
        assert not await takes_calls(pbx, 400), "nothing that may be asked tells of a bad endpoint"
        assert there.posts == []
        await there.down()
        assert not await takes_calls(pbx, 401)
        await pbx.close()


async def test_by_the_manager() -> None:
    async with answering() as desk:
        assert (await ami(desk).ring(CALL, ME, number(1))).answer == "ringing"
        assert (await ami(desk).probe()).there

    login, call, *_ = desk.asked
    assert (login["Username"], login["Secret"]) == ("collector", "lab")
    assert (call["Action"], call["ChannelId"], call["Timeout"]) == ("Originate", ME, "30000")
    assert (call["Channel"], call["Async"]) == ("PJSIP/82999990001@trunk", "true")


async def test_a_manager_that_breaks_off_leaves_a_doubt_only_once_it_was_asked_to_ring() -> None:
    async def cut_at(action: str, desk: Desk, asked: Mapping[str, str]) -> None:
        if asked["Action"] == action:
            desk.cut()
        else:
            await obliging(desk, asked)

    async with answering(lambda desk, asked: cut_at("Login", desk, asked)) as desk:
        assert (await ami(desk).ring(CALL, ME, number(1))).answer == "refused"
    async with answering(lambda desk, asked: cut_at("Originate", desk, asked)) as desk:
        assert (await ami(desk).ring(CALL, ME, number(1))).answer == "unclear"
    assert (await ami(desk).ring(CALL, ME, number(1))).answer == "refused", "nobody is there any more"
    assert await ami(desk).ours() is None


async def test_a_manager_that_refuses_the_user_holds_the_instance() -> None:
    async def refusing(desk: Desk, asked: Mapping[str, str]) -> None:
        await desk.say(("Response", "Error"), ("ActionID", asked["ActionID"]), ("Message", "Authentication failed"))

    async with answering(refusing) as desk:
        found = await ami(desk).ring(CALL, ME, number(1))
        assert (found.answer, found.holds) == ("refused", 401)
        assert (await ami(desk).probe()).refuses == 401


async def test_the_managers_channels() -> None:
    async def listing(desk: Desk, asked: Mapping[str, str]) -> None:
        await obliging(desk, asked)
        if asked["Action"] == "CoreShowChannels":
            mine = ("ActionID", asked["ActionID"])
            for one in (ME, "1768395600.12"):
                await desk.say(("Event", "CoreShowChannel"), mine, ("Uniqueid", one))
            await desk.say(("Event", "CoreShowChannelsComplete"), mine, ("EventList", "Complete"))

    async with answering(listing) as desk:
        assert await ami(desk).ours() == {ME}
        assert await ami(desk).living(ME) is not None
        assert await ami(desk).living(OTHER) is None


async def test_each_instances_way_is_made_once_and_again_when_it_changes() -> None:
    phones = Phones(KEY)
    one = armed()

    first = phones.of(one, PABX)
    assert first is not None
    assert phones.of(one, PABX) is first
    assert phones.of(one, "other.example:8088") is None
    assert phones.of(None, PABX) is None
    changed = instance(pabx={**ARI, "control": {**ARI["control"], "user": "other"}})
    assert phones.of(changed, PABX) not in {None, first}
    sealed_elsewhere = instance(pabx={**ARI, "control": {**ARI["control"], "password": "not a token"}})
    assert phones.of(sealed_elsewhere, PABX) is None
    await phones.close()

"""A PABX without ARI, asked by its manager: real bytes, said as Asterisk says them."""

import asyncio
from collections.abc import Mapping

from pydantic import SecretStr

from deploy.pabx.way import AmiWay
from producers.cdr.pieces import Said
from schemas.pabx import Ami, Pabx
from schemas.runtime.secrets import seal
from tests.unit.schemas.runtime.manager_server import Desk, answering, obliging

KEY = SecretStr("A" * 43 + "=")
LIMIT_S = 180
ATTEMPT = "01KDZZ0000000000000000000A"


def way(desk: Desk) -> tuple[AmiWay, Pabx]:
    control = Ami(host="127.0.0.1", port=desk.port, user="collector", password=seal("lab", KEY))
    return AmiWay(control, KEY), Pabx(control=control, context="c")


async def knowing(desk: Desk, asked: Mapping[str, str]) -> None:
    """Of two endpoints, one registered, and of its clock."""
    mine = ("ActionID", asked["ActionID"])
    match asked["Action"]:
        case "Getvar":
            await desk.say(("Response", "Success"), mine, ("Variable", "EPOCH"), ("Value", "1768402800"))
        case "PJSIPShowEndpoints":
            await obliging(desk, asked)
            for name, state in (("trunk", "Not in use"), ("other", "Unavailable")):
                await desk.say(("Event", "EndpointList"), mine, ("ObjectName", name), ("DeviceState", state))
            await desk.say(("Event", "EndpointListComplete"), mine, ("EventList", "Complete"))
        case _:
            await obliging(desk, asked)


async def refusing(desk: Desk, asked: Mapping[str, str]) -> None:
    """Knows the user, and lets him do nothing."""
    if asked["Action"] == "Login":
        await obliging(desk, asked)
    else:
        await desk.say(("Response", "Error"), ("ActionID", asked["ActionID"]), ("Message", "Permission denied"))


async def stranger(desk: Desk, asked: Mapping[str, str]) -> None:
    await desk.say(("Response", "Error"), ("ActionID", asked["ActionID"]), ("Message", "Authentication failed"))


async def test_it_tells_of_itself_of_its_clock_and_of_a_pjsip_trunk() -> None:
    async with answering(knowing) as desk:
        asked, pabx = way(desk)
        assert [one.found for one in await asked.reached()] == ["yes", "yes"]
        assert await asked.epoch() == 1_768_402_800
        endpoints = ("PJSIP/{e164}@trunk", "PJSIP/{e164}@other", "PJSIP/{e164}@none", "SIP/trunk/{e164}")
        states = [(await asked.trunk(pabx.model_copy(update={"endpoint": one}))).found for one in endpoints]
        assert states == ["yes", "no", "no", "?"]


async def test_a_user_who_may_not_ask_is_told_from_one_who_is_not_known_and_from_nobody() -> None:
    async with answering(refusing) as desk:
        asked, pabx = way(desk)
        assert [one.found for one in await asked.reached()] == ["yes", "yes"]
        assert ((await asked.trunk(pabx)).found, await asked.epoch()) == ("?", None)
        assert (await asked.pbx.may_ring()).refuses == 403
    assert [one.found for one in await asked.reached()] == ["no"]
    async with answering(stranger) as desk:
        asked, _ = way(desk)
        assert [one.found for one in await asked.reached()] == ["yes", "no"]


async def test_what_its_events_say_of_a_call_is_heard() -> None:
    heard: list[Said] = []
    async with answering() as desk:
        asked, _ = way(desk)
        async with asked.hearing(heard.append):
            await desk.say(("Event", "Hangup"), ("Uniqueid", ATTEMPT), ("Channel", "PJSIP/trunk-0000000b"), ("Cause", "17"))
            async with asyncio.timeout(LIMIT_S):
                while not heard:
                    await asyncio.sleep(0.01)
    assert [(one.witness, one.fields["cause"], one.ids) for one in heard] == [("ami", "17", (ATTEMPT,))]

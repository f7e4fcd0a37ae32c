"""What our stages rely on in an Asterisk, for the simulator and for a real one alike."""

import asyncio
import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import httpx
import pytest
from ulid import ULID
from websockets.exceptions import InvalidStatus

from tests.contract.pabx_reached import LIMIT_S, Heard, Reached, Row, endpoint, eventually

RING_S = 4
CALLER = {"callerId": '"Cobranca" <1130000000>'}
SPOKEN = {"context": "collection", "extension": "s", "priority": "1", **CALLER}
SHORT = {**SPOKEN, "timeout": str(RING_S)}
RINGS, BUSY, INVALID = "4", "3", "6"
TELLING = frozenset(
    {"ChannelCreated", "Dial", "ChannelStateChange", "ChannelVarset", "ChannelHangupRequest", "ChannelDestroyed"}
)


class Fate(NamedTuple):
    """What the witnesses say of a call. `sip`: the network's answer, where Asterisk passes it on."""

    dialled: tuple[str, ...]
    states: tuple[str, ...]
    amd: tuple[str, str] | None
    cause: int
    words: str
    sip: int | None
    disposition: str
    last_app: str


def _answered(amd: tuple[str, str], *, rings: bool, last_app: str = "Hangup") -> Fate:
    dialled = ("", "RINGING", "ANSWER") if rings else ("", "ANSWER")
    return Fate(dialled, dialled_states(dialled), amd, 16, "Normal Clearing", None, "ANSWERED", last_app)


def dialled_states(dialled: tuple[str, ...]) -> tuple[str, ...]:
    known = {"RINGING": "Ringing", "ANSWER": "Up"}
    return tuple(known[status] for status in dialled if status in known)


def _refused(status: str, cause: int, words: str, sip: int, disposition: str) -> Fate:
    return Fate(("", status), (), None, cause, words, sip, disposition, "AppDial2")


FATES: Mapping[str, Fate] = {
    "0": _answered(("MACHINE", "LONGGREETING-1500-1500"), rings=False),
    "1": _answered(("HUMAN", "HUMAN-800-800"), rings=True),
    "2": _answered(("MACHINE", "LONGGREETING-1500-1500"), rings=True),
    "3": _refused("BUSY", 17, "User busy", 486, "BUSY"),
    "4": Fate(("", "RINGING"), ("Ringing",), None, 19, "User alerting, no answer", 480, "NO ANSWER", "AppDial2"),
    "5": _refused("CONGESTION", 34, "Circuit/channel congestion", 503, "CONGESTION"),
    "6": _refused("NOANSWER", 1, "Unallocated (unassigned) number", 404, "NO ANSWER"),
    "7": _answered(("MACHINE", "INITIALSILENCE-2500-2500"), rings=False),
    "8": _answered(("HANGUP", ""), rings=False, last_app="AMD"),
    "9": _answered(("MACHINE", "MAXWORDS-3-2"), rings=False),
}


class Told(NamedTuple):
    """One call, as its three witnesses told it."""

    events: list[Row]
    csv: list[Row]
    sql: list[Row]


def fate(told: Told) -> Fate:
    """What the witnesses agree on. Raises AssertionError where they do not."""
    (line,), (row,) = told.csv, told.sql
    end = next(event for event in told.events if event["type"] == "ChannelDestroyed")
    set_ = {event["variable"]: event["value"] for event in told.events if event["type"] == "ChannelVarset"}
    assert (line["disposition"], line["lastapp"]) == (row["disposition"], row["lastapp"])
    return Fate(
        tuple(event["dialstatus"] for event in told.events if event["type"] == "Dial"),
        tuple(event["channel"]["state"] for event in told.events if event["type"] == "ChannelStateChange"),
        (set_["AMDSTATUS"], set_["AMDCAUSE"]) if "AMDSTATUS" in set_ else None,
        end["cause"],
        end["cause_txt"],
        end.get("tech_cause"),
        line["disposition"],
        line["lastapp"],
    )


async def call(pabx: Reached, client: httpx.AsyncClient, heard: Heard, asked: Mapping[str, str]) -> Told:
    """Place one, and wait for all that is said of it."""
    channel_id = str(ULID())
    placed = await client.post("/channels", params={**asked, "channelId": channel_id})
    assert placed.status_code == 200, placed.text
    return await told_of(pabx, heard, channel_id)


async def told_of(pabx: Reached, heard: Heard, channel_id: str) -> Told:
    """All that is said of a call, once it has ended."""
    events = await heard.until(channel_id, "ChannelDestroyed")
    lines = await eventually(lambda: pabx.csv_rows(channel_id), f"a line of {channel_id}")
    rows = await eventually(lambda: pabx.sql_rows(channel_id), f"a row of {channel_id}")
    return Told(events, lines, rows)


async def _everyone(pabx: Reached) -> dict[str, Told]:
    async with pabx.listening() as heard, pabx.client() as client:
        asked = {digit: {**SHORT, "endpoint": endpoint(digit)} for digit in FATES}
        told = await asyncio.gather(*(call(pabx, client, heard, one) for one in asked.values()))
    return dict(zip(asked, told, strict=True))


class PabxConformance:
    """A subclass's module has the fixture `pabx`, of its own scope or wider."""

    @pytest.fixture(scope="class")
    @classmethod
    def everyone(cls, pabx: Reached) -> dict[str, Told]:
        """By the last digit of its number, one call of every fate; all at once."""
        return asyncio.run(_everyone(pabx))

    @pytest.mark.parametrize("digit", FATES)
    def test_the_witnesses_tell_the_fate_of_a_number(self, everyone: dict[str, Told], digit: str) -> None:
        assert fate(everyone[digit]) == FATES[digit]

    @pytest.mark.parametrize("digit", FATES)
    def test_events_come_in_the_order_of_the_call(self, everyone: dict[str, Told], digit: str) -> None:
        kinds = [event["type"] for event in everyone[digit].events if event["type"] in TELLING]
        names = [event.get("variable") for event in everyone[digit].events if event["type"] == "ChannelVarset"]
        assert kinds[0] == "ChannelCreated"
        assert kinds[-1] == "ChannelDestroyed"
        assert kinds.count("ChannelCreated") == kinds.count("ChannelDestroyed") == 1
        if "AMDSTATUS" in names:
            assert names.index("AMDSTATUS") + 1 == names.index("AMDCAUSE")
            assert kinds.index("ChannelVarset") > kinds.index("ChannelStateChange")

    @pytest.mark.parametrize("digit", FATES)
    def test_every_event_names_its_channel_and_instant(self, everyone: dict[str, Told], digit: str) -> None:
        events = everyone[digit].events
        assert {event["channel"]["id"] for event in events} == {everyone[digit].csv[0]["uniqueid"]}
        instants = [datetime.fromisoformat(event["timestamp"]) for event in events]
        assert all(at.tzinfo for at in instants)
        assert instants == sorted(instants)
        assert all(event["application"].startswith("app-") and event["asterisk_id"] for event in events)

    @pytest.mark.parametrize("digit", FATES)
    def test_a_record_carries_the_id_that_was_given(self, everyone: dict[str, Told], digit: str) -> None:
        (line,), (row,) = everyone[digit].csv, everyone[digit].sql
        for record in (line, row):
            assert record["uniqueid"] == record["linkedid"]
            assert (record["dst"], record["src"], record["clid"]) == ("s", "1130000000", '"Cobranca" <1130000000>')
            assert record["channel"].startswith("PJSIP/trunk-")
            assert not record["dstchannel"]
        assert line["dcontext"] == row["dcontext"] == ("collection" if FATES[digit].amd else "from-trunk")
        assert (line["amaflags"], row["amaflags"]) == ("DOCUMENTATION", 3)

    @pytest.mark.parametrize("digit", FATES)
    def test_amd_is_written_to_the_userfield(self, everyone: dict[str, Told], digit: str) -> None:
        amd = FATES[digit].amd
        expected = f" amd={amd[0]}/{amd[1]} cause=16" if amd else ""
        assert everyone[digit].csv[0]["userfield"] == everyone[digit].sql[0]["userfield"] == expected

    @pytest.mark.parametrize("digit", FATES)
    def test_the_times_of_a_record_belong_together(self, everyone: dict[str, Told], digit: str) -> None:
        (line,), (row,) = everyone[digit].csv, everyone[digit].sql
        start, end = datetime.fromisoformat(line["start"]), datetime.fromisoformat(line["end"])
        answer = datetime.fromisoformat(line["answer"]) if line["answer"] else None
        lasted, talked = int(line["duration"]), int(line["billsec"])
        assert datetime.fromisoformat(str(row["calldate"])) == start
        assert (row["duration"], row["billsec"]) == (lasted, talked)
        assert abs((end - start).total_seconds() - lasted) <= 1  # whole seconds, cut off each for itself
        assert (answer is not None) == (FATES[digit].disposition == "ANSWERED")
        assert talked <= lasted
        if answer:
            assert start <= answer <= end
            assert abs((end - answer).total_seconds() - talked) <= 1

    async def test_a_record_comes_with_the_end_and_tells_the_start(self, pabx: Reached) -> None:
        async with pabx.listening() as heard, pabx.client() as client:
            channel_id = str(ULID())
            await client.post("/channels", params={**SPOKEN, "endpoint": endpoint(RINGS), "channelId": channel_id})
            events = await heard.until(channel_id, "ChannelStateChange")
            assert not pabx.csv_rows(channel_id)
            assert not pabx.sql_rows(channel_id)
            await client.delete(f"/channels/{channel_id}")
            told = await told_of(pabx, heard, channel_id)
        started = datetime.fromisoformat(events[0]["timestamp"])
        written = datetime.fromisoformat(told.csv[0]["start"]).replace(tzinfo=started.tzinfo)
        assert abs((written - started).total_seconds()) % 900 <= 1  # whatever the zone of the records is

    async def test_a_placed_call_is_answered_with_its_channel(self, pabx: Reached) -> None:
        channel_id = str(ULID())
        async with pabx.client() as client:
            asked = {**SHORT, "endpoint": endpoint(RINGS), "channelId": channel_id}
            placed = await client.post("/channels", params=asked)
            shown = await client.get(f"/channels/{channel_id}")
            listed = await client.get("/channels")
            await client.delete(f"/channels/{channel_id}")
        channel = placed.json()
        assert placed.headers["content-type"] == "application/json"
        assert (channel["id"], channel["state"]) == (channel_id, "Down")
        assert channel["caller"] == channel["connected"] == {"name": "Cobranca", "number": "1130000000"}
        assert channel["dialplan"] == {
            "context": "from-trunk",
            "exten": "s",
            "priority": 1,
            "app_name": "AppDial2",
            "app_data": "(Outgoing Line)",
        }
        assert shown.json()["id"] == channel_id
        assert set(shown.json()) == set(channel)
        assert channel_id in {each["id"] for each in listed.json()}

    @pytest.mark.parametrize("form", ["query", "json", "form", "path", "mixed"])
    async def test_every_form_of_asking_rings(self, pabx: Reached, form: str) -> None:
        channel_id = str(ULID())
        asked = {**SHORT, "endpoint": endpoint(RINGS)}
        named = {**asked, "channelId": channel_id}
        ways: Mapping[str, tuple[str, dict[str, Any]]] = {
            "query": ("/channels", {"params": named}),
            "json": ("/channels", {"json": {**named, "priority": 1, "timeout": RING_S}}),
            "form": ("/channels", {"data": named}),
            "path": (f"/channels/{channel_id}", {"params": {**asked, "channelId": "another"}}),
            "mixed": ("/channels", {"params": named, "json": {"variables": {"CHANNEL(accountcode)": "acme"}}}),
        }
        path, given = ways[form]
        async with pabx.listening() as heard, pabx.client() as client:
            placed = await client.post(path, **given)
            assert (placed.status_code, placed.json()["id"]) == (200, channel_id)
            assert placed.json()["accountcode"] == ("acme" if form == "mixed" else "")
            await heard.until(channel_id, "ChannelStateChange")
            assert (await client.delete(f"/channels/{channel_id}")).status_code == 204

    async def test_variables_reach_the_record(self, pabx: Reached) -> None:
        variables = {"CDR(userfield)": "attempt=1", "CHANNEL(accountcode)": "acme", "PLAIN": "1"}
        async with pabx.listening() as heard, pabx.client() as client:
            channel_id = str(ULID())
            params = {**SHORT, "endpoint": endpoint(BUSY), "channelId": channel_id}
            await client.post("/channels", params=params, json={"variables": variables})
            told = await told_of(pabx, heard, channel_id)
        for record in (told.csv[0], told.sql[0]):
            assert (record["userfield"], record["accountcode"]) == ("attempt=1", "acme")
        assert ("PLAIN", "1") in {(event.get("variable"), event.get("value")) for event in told.events}

    async def test_an_id_is_taken_while_its_call_lives(self, pabx: Reached) -> None:
        channel_id = str(ULID())
        asked = {**SPOKEN, "endpoint": endpoint(RINGS), "channelId": channel_id}
        async with pabx.listening() as heard, pabx.client() as client:
            assert (await client.post("/channels", params=asked)).status_code == 200
            taken = await client.post("/channels", params=asked)
            await client.delete(f"/channels/{channel_id}")
            await heard.until(channel_id, "ChannelDestroyed")
            again = await client.post("/channels", params={**SHORT, **asked})
            await heard.until(channel_id, "ChannelCreated", 2)
            await client.delete(f"/channels/{channel_id}")
        assert taken.status_code == 409
        assert taken.json() == {"message": "Channel with given unique ID already exists"}
        assert again.status_code == 200  # it rings again: only the caller can know that it must not

    async def test_of_twenty_at_once_under_one_id_one_rings(self, pabx: Reached) -> None:
        channel_id = str(ULID())
        asked = {**SPOKEN, "endpoint": endpoint(RINGS), "channelId": channel_id}
        async with pabx.listening() as heard, pabx.client() as client:
            answers = await asyncio.gather(*(client.post("/channels", params=asked) for _ in range(20)))
            await client.delete(f"/channels/{channel_id}")
            events = await heard.until(channel_id, "ChannelDestroyed")
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
        assert sum(event["type"] == "ChannelCreated" for event in events) == 1

    @pytest.mark.parametrize("seconds", ["abc", "-5", "0", ""])
    async def test_a_timeout_that_is_none_rings_all_the_same(self, pabx: Reached, seconds: str) -> None:
        channel_id = str(ULID())
        async with pabx.listening() as heard, pabx.client() as client:
            asked = {**SPOKEN, "endpoint": endpoint(RINGS), "timeout": seconds, "channelId": channel_id}
            assert (await client.post("/channels", params=asked)).status_code == 200
            await heard.until(channel_id, "ChannelStateChange")
            assert (await client.delete(f"/channels/{channel_id}")).status_code == 204

    async def test_a_timeout_counts_seconds(self, pabx: Reached) -> None:
        async with pabx.listening() as heard, pabx.client() as client:
            told = await call(pabx, client, heard, {**SPOKEN, "endpoint": endpoint(RINGS), "timeout": "1"})
        assert fate(told) == FATES[RINGS]
        assert int(told.csv[0]["duration"]) >= 1

    async def test_a_context_that_is_unknown_rings_and_says_nothing(self, pabx: Reached) -> None:
        async with pabx.listening() as heard, pabx.client() as client:
            told = await call(pabx, client, heard, {**SHORT, "endpoint": endpoint("1"), "context": "nowhere"})
        seen = fate(told)
        assert (seen.dialled, seen.amd, seen.cause, seen.words) == (("", "RINGING", "ANSWER"), None, 0, "Unknown")
        assert (seen.disposition, seen.last_app, told.csv[0]["dcontext"]) == ("ANSWERED", "AppDial2", "nowhere")

    async def test_an_app_that_is_unknown_rings_and_says_nothing(self, pabx: Reached) -> None:
        async with pabx.listening() as heard, pabx.client() as client:
            told = await call(pabx, client, heard, {"endpoint": endpoint("1"), "timeout": "4", "app": "nobody"})
        seen = fate(told)
        assert (seen.dialled, seen.amd, seen.cause) == (("", "RINGING", "ANSWER"), None, 0)
        assert (seen.disposition, seen.last_app, told.csv[0]["lastdata"]) == ("ANSWERED", "Stasis", "nobody")

    async def test_an_app_that_listens_has_the_call(self, pabx: Reached) -> None:
        async with pabx.listening() as heard, pabx.client() as client, pabx.socket("app=ours"):
            told = await call(pabx, client, heard, {"endpoint": endpoint("8"), "timeout": "4", "app": "ours"})
        seen = fate(told)
        assert (seen.cause, seen.disposition, seen.last_app) == (16, "ANSWERED", "Stasis")

    async def test_hung_up_by_command(self, pabx: Reached) -> None:
        channel_id = str(ULID())
        async with pabx.listening() as heard, pabx.client() as client:
            await client.post("/channels", params={**SPOKEN, "endpoint": endpoint(RINGS), "channelId": channel_id})
            await heard.until(channel_id, "ChannelStateChange")
            done = await client.delete(f"/channels/{channel_id}")
            told = await told_of(pabx, heard, channel_id)
            gone = await client.get(f"/channels/{channel_id}")
        assert (done.status_code, done.content) == (204, b"")
        assert (fate(told).dialled[-1], fate(told).cause, fate(told).disposition) == ("NOANSWER", 16, "NO ANSWER")
        assert (gone.status_code, gone.json()) == (404, {"message": "Channel not found"})

    @pytest.mark.parametrize(
        ("asked", "status", "said"),
        [
            ({"context": "collection", "extension": "s"}, 400, {"message": "Endpoint must be specified"}),
            ({"endpoint": "PJSIP/829000000003@trunk"}, 400, {"message": "Application or extension must be specified"}),
            ({**SHORT, "endpoint": "829000000003"}, 400, {"message": "Invalid endpoint specified"}),
            ({**SHORT, "endpoint": "NOPE/829000000003"}, 500, {"error": "Allocation failed"}),
            ({**SHORT, "endpoint": "PJSIP/829000000003@nowhere"}, 500, {"error": "Allocation failed"}),
            (
                {**SHORT, "endpoint": "PJSIP/829000000003@trunk", "channelId": "x" * 150},
                400,
                {"message": "Uniqueid length exceeds maximum of 149"},
            ),
        ],
    )
    async def test_what_cannot_ring_is_refused(
        self, pabx: Reached, asked: dict[str, str], status: int, said: dict[str, str]
    ) -> None:
        async with pabx.client() as client:
            refused = await client.post("/channels", params={"channelId": str(ULID()), **asked})
        assert (refused.status_code, refused.json()) == (status, said)

    async def test_a_body_that_is_no_json_is_refused(self, pabx: Reached) -> None:
        channel_id = str(ULID())
        async with pabx.client() as client:
            refused = await client.post(
                "/channels",
                params={**SHORT, "endpoint": endpoint(BUSY), "channelId": channel_id},
                content=b"{not json",
                headers={"content-type": "application/json"},
            )
        assert (refused.status_code, refused.json()) == (400, {"message": "Error parsing request body"})

    async def test_a_number_of_letters_is_not_allocated(self, pabx: Reached) -> None:
        async with pabx.listening() as heard, pabx.client() as client:
            told = await call(pabx, client, heard, {**SHORT, "endpoint": "PJSIP/abc@trunk"})
        assert fate(told) == FATES[INVALID]

    async def test_a_number_with_its_country_rings(self, pabx: Reached) -> None:
        async with pabx.listening() as heard, pabx.client() as client:
            asked = endpoint(BUSY).replace("PJSIP/", "PJSIP/+55")
            told = await call(pabx, client, heard, {**SHORT, "endpoint": asked})
        assert fate(told) == FATES[BUSY]

    async def test_whoever_is_unknown_is_refused(self, pabx: Reached) -> None:
        wrong = dataclasses.replace(pabx, password="wrong")
        for auth in (None, (pabx.user, "wrong"), ("nobody", pabx.password)):
            async with httpx.AsyncClient(base_url=wrong.url, auth=auth, timeout=LIMIT_S) as client:
                refused = await client.post("/channels", params={**SHORT, "endpoint": endpoint(BUSY)})
            assert (refused.status_code, refused.json()) == (401, {"message": "Authentication required"})
            assert refused.headers["www-authenticate"] == 'Basic realm="Asterisk REST Interface"'

    async def test_whoever_may_only_look_rings_nobody(self, pabx: Reached) -> None:
        async with pabx.client(pabx.reader) as client:
            seen = await client.get("/channels")
            refused = [
                await client.post("/channels", params={**SHORT, "endpoint": endpoint(BUSY)}),
                await client.delete("/channels/none"),
                await client.post("/channels/none/ring"),
            ]
        assert seen.status_code == 200
        for answer in refused:
            assert (answer.status_code, answer.json()) == (403, {"message": "Write access denied"})

    @pytest.mark.parametrize(
        ("path", "status", "said"),
        [
            ("/channels/none", 404, {"message": "Channel not found"}),
            ("/endpoints/PJSIP/none", 404, {"message": "Endpoint not found"}),
            ("/nothing", 404, {"message": "Resource not found"}),
            ("/asterisk/variable", 400, {"message": "Variable name is required"}),
        ],
    )
    async def test_what_is_not_there(self, pabx: Reached, path: str, status: int, said: dict[str, str]) -> None:
        async with pabx.client() as client:
            answer = await client.get(path)
        assert (answer.status_code, answer.json()) == (status, said)

    async def test_what_cannot_be_done(self, pabx: Reached) -> None:
        async with pabx.client() as client:
            gone, silent, wrong, plain = (
                await client.delete("/channels/none"),
                await client.post("/channels/none/ring"),
                await client.put("/channels"),
                await client.get("/events?app=a"),
            )
        for answer in (gone, silent):
            assert (answer.status_code, answer.json()) == (404, {"message": "Channel not found"})
        assert (wrong.status_code, wrong.json(), wrong.headers["allow"]) == (
            405,
            {"message": "Invalid method"},
            "OPTIONS,GET,POST",
        )
        assert (plain.status_code, plain.headers["content-type"].partition(";")[0]) == (426, "text/html")

    async def test_what_it_says_of_itself(self, pabx: Reached) -> None:
        async with pabx.client() as client:
            info, system = await client.get("/asterisk/info"), await client.get("/asterisk/info?only=system")
            trunk = await client.get("/endpoints/PJSIP/trunk")
            ping, epoch = await client.get("/asterisk/ping"), await client.get("/asterisk/variable?variable=EPOCH")
        assert set(info.json()) == {"build", "system", "config", "status"}
        assert set(system.json()) == {"system"}
        assert info.json()["system"]["version"].startswith("22.")
        assert datetime.fromisoformat(info.json()["status"]["startup_time"]).tzinfo
        assert {**trunk.json(), "channel_ids": []} == {
            "technology": "PJSIP",
            "resource": "trunk",
            "state": "online",
            "channel_ids": [],
        }
        there = datetime.fromisoformat(ping.json()["timestamp"]).timestamp()
        assert abs(there - int(epoch.json()["value"])) <= LIMIT_S
        assert ping.json()["ping"] == "pong"

    @pytest.mark.parametrize(
        ("query", "key", "status", "said"),
        [
            ("app=a&subscribeAll=true", "", 401, b"Authentication required"),
            ("app=a&subscribeAll=true", "nobody:wrong", 401, b"Authentication required"),
            ("subscribeAll=true", None, 400, b"HTTP request is missing param: [app]"),
        ],
    )
    async def test_whom_the_websocket_refuses(
        self, pabx: Reached, query: str, key: str | None, status: int, said: bytes
    ) -> None:
        with pytest.raises(InvalidStatus) as refused:
            async with pabx.socket(query, key):
                pass
        assert refused.value.response.status_code == status
        assert said in refused.value.response.body

    async def test_whoever_may_only_look_may_listen(self, pabx: Reached) -> None:
        async with pabx.socket("app=looks&subscribeAll=true", f"{pabx.reader}:{pabx.password}") as socket:
            assert socket.response is not None
            assert socket.response.status_code == 101

    async def test_a_second_listener_of_one_name_silences_the_first(self, pabx: Reached) -> None:
        """Its connection stays open: whoever does not heed the one message waits for ever."""
        query = "app=same&subscribeAll=true"
        async with pabx.client() as client, pabx.socket(query) as first, pabx.socket(query) as second:
            assert "ApplicationReplaced" in str(await asyncio.wait_for(first.recv(), LIMIT_S))
            channel_id = str(ULID())
            await client.post("/channels", params={**SHORT, "endpoint": endpoint(BUSY), "channelId": channel_id})
            while "ChannelDestroyed" not in str(await asyncio.wait_for(second.recv(), LIMIT_S)):
                pass
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(first.recv(), 0.2)

    async def test_an_own_app_alone_hears_nothing_of_others(self, pabx: Reached) -> None:
        async with pabx.listening() as heard, pabx.client() as client, pabx.socket("app=quiet") as quiet:
            await call(pabx, client, heard, {**SHORT, "endpoint": endpoint(BUSY)})
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(quiet.recv(), 0.2)

    async def test_a_restart_goes_through_its_stages(self, pabx: Reached) -> None:
        """Nothing listens; a page of HTML; ARI, not booted; then it serves, and the old websocket is closed."""
        seen: list[tuple[int, str]] = []

        async def look(client: httpx.AsyncClient) -> tuple[int, str]:
            try:
                answer = await client.get("/asterisk/info")
            except httpx.ConnectError:
                return 0, ""
            except httpx.HTTPError:
                return seen[-1] if seen else (200, "application/json")  # cut in the middle of an answer
            return answer.status_code, answer.headers["content-type"].partition(";")[0]

        async with pabx.socket() as socket:
            await pabx.restart()
            async with asyncio.timeout(LIMIT_S), pabx.client() as client:
                while not {(0, ""), (200, "application/json")} <= set(seen) or seen[-1][0] != 200:
                    if (state := await look(client)) not in seen[-1:]:
                        seen.append(state)
                    await asyncio.sleep(0.01)
                await socket.wait_closed()
        after = seen[seen.index((0, "")) :]
        assert after == [(0, ""), (404, "text/html"), (503, "application/json"), (200, "application/json")]

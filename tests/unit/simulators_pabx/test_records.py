"""Records as a real Asterisk 22 wrote them, byte by byte."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import orjson

from deploy.simulators.pabx.core import Core
from deploy.simulators.pabx.records import Record, csv_line, json_line, row

# A human who was told something, and a number that was busy: from the Master.csv and the JSON lines of one PABX
HUMAN = (
    '"","1130000000","s","collection","""Cobranca"" <1130000000>","PJSIP/trunk-00000000","","Hangup","",'
    '"2026-11-28 18:23:40","2026-11-28 18:23:41","2026-11-28 18:23:45",5,4,"ANSWERED","DOCUMENTATION","collection-1",'
    '" amd=HUMAN/HUMAN-800-800 cause=16","","collection-1",0\n'
)
BUSY = (
    '"acme","1130000000","s","from-trunk","""Cobranca"" <1130000000>","PJSIP/trunk-00000000","","AppDial2",'
    '"(Outgoing Line)","2026-11-28 18:23:39",,"2026-11-28 18:23:39",0,0,"BUSY","DOCUMENTATION","n8","attempt=n8","","n8",0\n'
)
NO_ANSWER = (
    b'{"clid":"\\"\\" <>","src":"","dst":"s","dcontext":"from-trunk","channel":"PJSIP/trunk-00000000","dstchannel":"",'
    b'"lastapp":"AppDial2","lastdata":"(Outgoing Line)","start":"2026-11-28 18:26:12","answer":"",'
    b'"end":"2026-11-28 18:26:19","duration":7,"billsec":0,"disposition":"NO ANSWER","amaflags":"DOCUMENTATION",'
    b'"accountcode":"","uniqueid":"r10","linkedid":"r10","peeraccount":"","userfield":"","sequence":0,"amdstatus":"",'
    b'"amdcause":""}\n'
)
CALLER = {"name": "Cobranca", "number": "1130000000"}


def record(name: str, digit: str, at: datetime, timeout: float = 7, **asked: dict[str, str]) -> Record:
    core = Core()
    core.originate(name, f"PJSIP/8299999000{digit}@trunk", timeout, at, **asked)  # type: ignore[arg-type]
    (found,) = (each for each in core.advance(at.replace(hour=23)) if isinstance(each, Record))
    return found


def test_an_answered_call_in_csv() -> None:
    at = datetime(2026, 11, 28, 18, 23, 40, 167_000, tzinfo=UTC)
    assert csv_line(record("collection-1", "1", at, caller=CALLER), UTC) == HUMAN


def test_a_failed_call_in_csv() -> None:
    at = datetime(2026, 11, 28, 18, 23, 39, 148_000, tzinfo=UTC)
    variables = {"CDR(userfield)": "attempt=n8", "CHANNEL(accountcode)": "acme"}
    assert csv_line(record("n8", "3", at, caller=CALLER, variables=variables), UTC) == BUSY


def test_a_call_nobody_answered_in_json() -> None:
    at = datetime(2026, 11, 28, 18, 26, 12, 500_000, tzinfo=UTC)
    assert orjson.loads(json_line(record("r10", "4", at), UTC)) == orjson.loads(NO_ANSWER)
    assert json_line(record("r10", "4", at), UTC) == NO_ANSWER


def test_a_row_is_cut_to_its_columns_and_tells_local_time() -> None:
    at = datetime(2026, 11, 28, 18, 26, 12, 500_000, tzinfo=UTC)
    long = record("x" * 40, "3", at, variables={"CHANNEL(accountcode)": "a" * 30})
    found = row(long, ZoneInfo("America/Maceio"))
    assert (found["uniqueid"], found["linkedid"], found["accountcode"]) == ("x" * 32, "x" * 32, "a" * 20)
    assert found["calldate"] == datetime(2026, 11, 28, 15, 26, 12)  # noqa: DTZ001 - as a table holds it
    assert not found.keys() & {"start", "answer", "end", "amdstatus"}

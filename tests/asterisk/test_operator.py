"""`collector pabx test` on a real Asterisk: all that it asks, and calls that prove something or nothing."""

import pytest
from pydantic import SecretStr

from deploy.pabx.call import Tried, ring
from deploy.pabx.checks import failing
from deploy.pabx.places import source_of
from deploy.pabx.probe import findings
from deploy.pabx.way import Reach, way_to
from schemas.pabx import Ami, Ari, CsvRecords, Pabx
from schemas.runtime import clock
from schemas.runtime.secrets import seal
from tests.asterisk.lab import AMI
from tests.contract.pabx_reached import Reached

KEY = SecretStr("A" * 43 + "=")
ZONE, TRUNK = "UTC", "PJSIP/{national}@trunk"
HUMAN, BUSY = "+5582999990001", "+5582999990003"


def configured(
    there: Reached, user: str = "", context: str = "collection", endpoint: str = "PJSIP/{national}@trunk"
) -> Pabx:
    control = Ari.model_validate({"url": there.url, "user": user or there.user, "password": seal(there.password, KEY)})
    records = CsvRecords(path=str(there.csv), zone=ZONE)
    return Pabx(control=control, endpoint=endpoint, context=context, caller_id="8233330000", records=records)


async def asked(pabx: Pabx) -> dict[str, str]:
    way, source = way_to(pabx.control, KEY), source_of(pabx.records, KEY, clock.now)
    try:
        return {one.check: one.found for one in await findings(pabx, Reach(way, source, clock.now), KEY)}
    finally:
        await way.close()


async def rung(pabx: Pabx, number: str) -> Tried:
    way, source = way_to(pabx.control, KEY), source_of(pabx.records, KEY, clock.now)
    try:
        return await ring("norte", pabx, number, Reach(way, source, clock.now))
    finally:
        await way.close()


async def test_what_is_there_and_what_is_not(pabx: Reached) -> None:
    tried = await rung(configured(pabx), HUMAN)
    assert not failing(tried.checks), tried.checks
    assert tried.call is not None
    assert tried.call.outcome == "human"
    assert {(piece.said.witness, piece.said.piece) for piece in tried.pieces} == {("ari", "event"), ("csv", "record")}

    assert set((await asked(configured(pabx))).values()) == {"yes"}
    assert (await asked(configured(pabx, user=pabx.reader)))["may ring"] == "no"
    assert (await asked(configured(pabx, user="nobody")))["authorised"] == "no"
    assert (await asked(configured(pabx, endpoint="PJSIP/{national}@none")))["trunk online"] == "no"


async def test_a_pabx_without_ari_is_tried_by_its_manager(pabx: Reached) -> None:
    """Asked, rung, heard and recorded by AMI alone; a busy number proves nothing."""
    control = Ami(host="127.0.0.1", port=AMI, user=pabx.user, password=seal(pabx.password, KEY))
    here = configured(pabx).model_copy(update={"control": control})
    found = await asked(here)
    assert not [check for check, answer in found.items() if answer == "no"], found
    stranger = here.model_copy(update={"control": control.model_copy(update={"user": "nobody"})})
    assert (await asked(stranger))["authorised"] == "no"

    tried = await rung(here, HUMAN)
    assert not failing(tried.checks), tried.checks
    assert tried.call is not None
    assert tried.call.outcome == "human"
    assert {piece.said.witness for piece in tried.pieces} == {"ami", "csv"}
    busy = await rung(here, BUSY)
    assert [one.found for one in busy.checks][:2] == ["yes", "no"], busy.checks


@pytest.mark.parametrize(("context", "number"), [("no-such-context", HUMAN), ("collection", BUSY)])
async def test_a_call_that_proves_nothing(pabx: Reached, context: str, number: str) -> None:
    tried = await rung(configured(pabx, context=context), number)
    assert [one.found for one in tried.checks][:2] == ["yes", "no"], tried.checks

"""A PABX asked, without ringing anybody, whether everything that calls need is there."""

from pydantic import SecretStr

from deploy.pabx import places
from deploy.pabx.checks import Check, clocks, failing, may_ring
from deploy.pabx.way import Reach, Way
from schemas.errors import RetryLater, StopWorker
from schemas.pabx import Pabx


async def findings(pabx: Pabx, reach: Reach, key: SecretStr) -> list[Check]:
    """Every question in the order in which one mends. What nobody can answer without the way to the PABX is left out."""
    way, source, clock = reach
    found = await way.reached()
    if not failing(found):
        probed = await way.pbx.may_ring()
        found.append(may_ring(there=probed.there, refuses=probed.refuses, detail=probed.detail))
        found.append(await way.trunk(pabx))
        asked = clock()
        told = await way.epoch()
        found.append(clocks(asked, told, clock()))
        found.append(await _events(way))
    found.append(await places.check(pabx.records, source, key, clock()))
    return found


async def _events(way: Way) -> Check:
    try:
        async with way.hearing(lambda _: None):
            return Check("events open", "yes")
    except RetryLater as exc:
        return Check("events open", "no", str(exc), "a proxy must let the websocket of …/ari/events through")
    except StopWorker as exc:
        return Check("events open", "no", str(exc), "the same user as for ringing must be allowed to listen")

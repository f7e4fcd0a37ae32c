from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
from cryptography.fernet import Fernet
from pydantic import SecretStr

from deploy.compose.provider import PORT, DemoSettings, in_compose, provider
from deploy.demo.provider import instance
from deploy.simulators.ixc.server import ZONE


def test_the_instance_differs_from_the_local_one_in_its_host_only() -> None:
    local = instance(PORT, SecretStr(Fernet.generate_key().decode()))

    there = in_compose(local)

    assert str(there.erp.url) == "http://ixc-simulator:8800/webservice/v1/"
    assert there.model_copy(update={"erp": local.erp}) == local


async def test_the_simulated_provider_has_as_many_clients_as_asked_for_and_lives_today() -> None:
    erp = httpx.ASGITransport(provider(DemoSettings(demo_clients=3, demo_changes=0)))

    async with httpx.AsyncClient(transport=erp, base_url="http://erp") as client:
        health = (await client.get("/_sim/health")).json()

    assert health["rows"]["cliente"] == 3
    assert abs(datetime.fromisoformat(health["now"]) - datetime.now(ZoneInfo(ZONE))) < timedelta(minutes=1)

"""The profile `demo` of docker-compose.yml: `serve` the simulated provider to the other containers, `register` it."""

import asyncio
import sys

import uvicorn
from pydantic import Field, HttpUrl
from starlette.applications import Starlette

from deploy import instances
from deploy.compose.pabx import HOST as PABX_HOST
from deploy.compose.pabx import PORT as PABX_PORT
from deploy.demo.provider import instance
from deploy.demo.telephones import pabx as telephones
from deploy.instances import AddSettings
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.server import ZONE, application, clock_at
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.serving import DroppableProtocol
from schemas.erp.options import Web
from schemas.errors import StopWorker
from schemas.instances import Instance
from schemas.runtime.process import BAD_CONFIGURATION
from schemas.runtime.settings import Base, read

HOST = "ixc-simulator"
PORT = 8800
SEED = 1


class DemoSettings(Base):
    """`DEMO_CLIENTS` of the simulated provider; `DEMO_CHANGES`: how many a second happen there by themselves."""

    demo_clients: int = Field(default=1_500, ge=1, le=30_000)
    demo_changes: float = Field(default=2, ge=0, le=200)


def provider(settings: DemoSettings) -> Starlette:
    """The ERP, in its own zone's today."""
    clock = clock_at(None, ZONE)
    simulator = Simulator(Size(settings.demo_clients, home="SE"), SEED, clock().date())
    return application(simulator, clock, rate=settings.demo_changes)


def in_compose(local: Instance) -> Instance:
    """The demonstration's instance, as the other containers reach it."""
    if not isinstance(local.erp, Web):
        raise TypeError("the demonstration's ERP is asked over HTTP")
    url = HttpUrl(str(local.erp.url).replace("127.0.0.1", HOST))
    return local.model_copy(update={"erp": local.erp.model_copy(update={"url": url})})


def serve() -> None:
    """Until stopped. Who reaches it from outside the containers' network is a matter of the published port."""
    everywhere = "0.0.0.0"  # noqa: S104 - in a container
    app = provider(read(DemoSettings))
    uvicorn.run(app, host=everywhere, port=PORT, http=DroppableProtocol, ws="none", log_level="warning")


def register() -> None:
    """Write the instance, over an earlier one."""
    settings = read(AddSettings)
    key = settings.collector_secret_key
    local = instance(PORT, key, pabx=telephones(PABX_PORT, key, host=PABX_HOST))
    asyncio.run(instances.add(settings, in_compose(local), replace=True))


if __name__ == "__main__":
    try:
        {"serve": serve, "register": register}[sys.argv[1]]()
    except StopWorker as exc:
        sys.stderr.write(f"{exc}\n")
        sys.exit(BAD_CONFIGURATION)

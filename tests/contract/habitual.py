"""A simulated ERP with habits behind the poller's own source, sweeper and the fold, a broker in memory between them."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
from cryptography.fernet import Fernet
from pydantic import SecretStr

from deploy.comparison import differences
from deploy.demo.erps import ERPS as SIMULATED
from deploy.demo.workflow import told
from deploy.simulators.altarede import server as altarede
from deploy.simulators.altarede import truth as altarede_truth
from deploy.simulators.altarede.export import write_all
from deploy.simulators.ixc import server as ixc
from deploy.simulators.ixc import truth as ixc_truth
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.rbx import server as rbx
from deploy.simulators.rbx import truth as rbx_truth
from producers.erp.outbox import Outbox
from producers.erp.sources import open_source
from producers.erp.sweep import Sweeper
from schemas.codec import decode
from schemas.debtor import Debtor
from schemas.erp import ERPS
from schemas.errors import PipelineError
from schemas.hydration.fold import empty, step
from schemas.rows import ErpRow, Kind
from schemas.runtime.clock import now
from schemas.topics import DEAD, ROW_TOPICS
from schemas.views import debtor as debtor_view
from tests.strategies import instance
from tests.unit.producers.memory_broker import MemoryBroker

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
KINDS: tuple[Kind, ...] = ("client", "contract", "bill")
JUDGES = {
    "ixc": ixc_truth.clients,
    "rbx": rbx_truth.clients,
    "altarede-export": altarede_truth.of_export,
    "altarede-webhooks": altarede_truth.of_webhooks,
}
OF = {
    "ixc": (ixc.application, {"token": f"{ixc.USER}:{ixc.TOKEN}"}),
    "rbx": (rbx.application, {"token": rbx.KEY, "token_v2": rbx.KEY_V2}),
    "altarede-webhooks": (altarede.application, {"token": altarede.TOKEN, "app_key": altarede.APP_KEY}),
}
OFTEN = 40
"""More sweeps than fail one after the other by chance."""


class Habitual:
    """One ERP of 60 clients. `refused`: dead letters until now."""

    def __init__(self, erp: str, habits: frozenset[str], folder: Path) -> None:
        self.erp = erp
        self.simulator = Simulator(Size(60, 1.5), 3, date(2026, 1, 14), JUDGES[erp], habits)
        self._folder = folder
        connection = told(SIMULATED[erp].connect(80, SecretStr(Fernet.generate_key().decode()), str(folder)), habits)
        here = instance(erp={**connection.model_dump(mode="json"), **({"gap": 0} if erp in OF else {})})
        transport, secrets = None, dict[str, str]()
        if erp in OF:
            application, secrets = OF[erp]
            transport = httpx.ASGITransport(app=application(self.simulator, lambda: NOON))
        self._at = now()
        source = open_source(here, secrets, transport, lambda: self._at)
        self._broker = MemoryBroker()
        self._sweeper = Sweeper(
            here, ERPS[erp], source, Outbox(self._broker), defaultdict(dict), lambda bare: bare, lambda: NOON
        )

    async def read(self) -> None:
        """Each kind once, as often as it takes to complete; an export arrived an hour ago."""
        if self.erp not in OF:
            write_all(self._folder, self.simulator.provider, "xls", 0, habits=self.simulator.habits)
        self._at += timedelta(hours=1)
        for kind in KINDS:
            await self._completed(kind)

    async def _completed(self, kind: Kind) -> None:
        for _ in range(OFTEN):
            try:
                assert (await self._sweeper.run(kind, "1")).phase == "completed"
            except PipelineError:
                continue
            return
        raise AssertionError(f"no sweep of {kind} completes")

    @property
    def refused(self) -> int:
        return len(list(self._broker.of(DEAD.name)))

    def states(self) -> dict[str, Debtor]:
        """By client, folded from all that was published."""
        found: dict[str, Debtor] = {}
        for kind in KINDS:
            for record in self._broker.of(ROW_TOPICS[kind].name):
                event = decode(ErpRow, record.value)
                before = found.get(event.client) or empty(event.instance, event.client, event.seen_at)
                found[event.client] = step(before, event)
        return found

    def wrong(self) -> list[str]:
        """Where the states differ from the truth."""
        names = ("name", "active", "participa_cobranca", "bills", "contracts")
        clients = {code: {name: getattr(one, name) for name in names} for code, one in self.simulator.facts().items()}
        documents = [debtor_view(state) for state in self.states().values()]
        return differences(documents, {"clients": clients}, self.erp)

"""An ISP's webhooks and a broker in memory, with the real sweeper between them."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from producers.erp.memory import Books
from producers.erp.outbox import Outbox
from producers.erp.sweep import Sweeper
from schemas.erp.altarede import WEBHOOKS
from tests.strategies import SEEN, instance
from tests.unit.producers.memory_broker import MemoryBroker
from tests.unit.producers.memory_isp import Isp
from tests.unit.producers.shop import Swept


class WebhookShop(Swept):
    """A sweeper whose memory outlives its source: `restarted` is another poller's."""

    def __init__(self) -> None:
        self.isp = Isp()
        self.books: Books = defaultdict(dict)
        broker = MemoryBroker()
        super().__init__(broker, self._sweeper(broker))

    async def restarted(self) -> None:
        await self.isp.source.close()
        self.isp.source = self.isp.opened()
        self.sweeper = self._sweeper(self.broker)

    def _sweeper(self, broker: MemoryBroker) -> Sweeper:
        here = instance(erp=self.isp.options.model_dump(mode="json"))
        return Sweeper(here, WEBHOOKS, self.isp.source, Outbox(broker), self.books, lambda bare: bare[:3], lambda: SEEN)


@asynccontextmanager
async def opened() -> AsyncIterator[WebhookShop]:
    shop = WebhookShop()
    yield shop
    await shop.isp.source.close()

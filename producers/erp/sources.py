"""The way into each ERP, by the kind of its connection."""

from collections.abc import Callable, Mapping
from datetime import datetime

import httpx

from producers.erp.exports.folder import ExportSource
from producers.erp.last_told import LastTold, nothing_told
from producers.erp.lists.paged import PagedSource
from producers.erp.settling import SettlingSource
from producers.erp.source import Source
from producers.erp.webhooks.source import WebhookSource
from producers.erp.wire import Wire
from schemas.erp import ERPS
from schemas.erp.altarede_options import AltaredeExport, AltaredeWebhooks
from schemas.erp.in_the_clear import MEND, in_the_clear
from schemas.errors import StopWorker
from schemas.instances import Instance
from schemas.runtime.clock import now


def open_source(
    instance: Instance,
    secrets: Mapping[str, str],
    transport: httpx.AsyncBaseTransport | None = None,
    clock: Callable[[], datetime] = now,
    told: LastTold = nothing_told,
) -> Source:
    """`secrets`: by the option that holds them, opened. `told`: what is known of earlier sweeps, asked where files are read.

    Nothing is contacted yet. Raises StopWorker.
    """
    return SettlingSource(_source(instance, secrets, transport, clock, told))


def _source(
    instance: Instance,
    secrets: Mapping[str, str],
    transport: httpx.AsyncBaseTransport | None,
    clock: Callable[[], datetime],
    told: LastTold,
) -> Source:
    connection = instance.erp
    if isinstance(connection, AltaredeExport):
        return ExportSource(connection, lambda: clock().timestamp(), told)
    if in_the_clear(connection):
        raise StopWorker(f"erp.url is http:// and leaves this network, so that its token could be read: give {MEND}")
    wire = Wire(connection, transport, clock)
    if isinstance(connection, AltaredeWebhooks):
        return WebhookSource(connection, wire, secrets, clock, told)
    protocol = ERPS[connection.kind].protocol
    if protocol is None:
        raise StopWorker(f"{connection.kind} has no protocol: see producers.erp.sources")
    return PagedSource(protocol, wire, secrets, connection.page_size, instance.clock, clock)

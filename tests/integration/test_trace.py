"""`collector trace` over stages that run: a view's document names the sweep that brought the newest row in it."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from ulid import ULID

from deploy.trace import parsed
from deploy.trace_seen import TraceSettings, trace
from tests.integration.pipeline import eventually, put_rows, row, running

pytestmark = pytest.mark.integration


async def test_a_document_names_the_sweep_of_its_newest_row(
    sender: AIOKafkaProducer, env: Mapping[str, str], prefix: str, tmp_path: Path
) -> None:
    settings = TraceSettings(**{name.lower(): value for name, value in env.items()})  # type: ignore[arg-type]  # by their names
    first, second = str(ULID()), str(ULID())

    async def details(key: str) -> dict[str, str]:
        """By place and view."""
        return {str(one["where"]): str(one["detail"]) for one in await trace(settings, parsed(key))}

    async def has(view: str, sweep: str, key: str = f"{prefix}:1") -> bool:
        return f"newest row of sweep {sweep}" in (await details(key))[view]

    rows = [row(prefix, "client", "1", "1"), row(prefix, "bill", "1", "77")]
    await put_rows(sender, [one.model_copy(update={"sweep": first}) for one in rows])
    with running("hydrate", env, tmp_path), running("dialer", env, tmp_path), running("views", env, tmp_path):
        await eventually(lambda: has("debtors", first), "the first sweep in the view")
        paid = row(prefix, "bill", "1", "77", valor_aberto="10.00")
        await put_rows(sender, [paid.model_copy(update={"sweep": second})])
        await eventually(lambda: has("debtors", second), "the second sweep in the view")
        await eventually(lambda: has("queue", second), "the second sweep in the queue")
        await eventually(lambda: has("closed_bills", second, f"{prefix}:1:bill:77"), "the second sweep in the bill's")
        assert await has("debtors", first, f"{prefix}:1:client:1"), "no row of this client's is of the second sweep"

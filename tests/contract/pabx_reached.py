"""A PABX as a test reaches it: its ARI, what its websocket says, and the records that it writes."""

import asyncio
import csv
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import orjson
import sqlalchemy as sql
from ulid import ULID
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from deploy.simulators.pabx.records import CSV_COLUMNS

LIMIT_S = 180
POLL_S = 0.05
Row = dict[str, Any]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Reached:
    """`url` ends before `/channels`. `reader`: a user, with the same password, who may only look; `sql`: with its user."""

    url: str
    user: str
    reader: str
    password: str
    csv: Path
    sql: str
    restart: Callable[[], Awaitable[None]]

    def client(self, user: str = "") -> httpx.AsyncClient:
        """Named for what it may do: by default it may write."""
        return httpx.AsyncClient(base_url=self.url, auth=(user or self.user, self.password), timeout=LIMIT_S)

    def socket(self, query: str = "app=conformance&subscribeAll=true", key: str | None = None) -> connect:
        """`key`: of the query, none if it is ""."""
        given = f"{self.user}:{self.password}" if key is None else key
        whole = f"{query}&api_key={given}" if given else query
        return connect(f"{self.url.replace('http', 'ws', 1)}/events?{whole}")

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Heard"]:
        """Every event, from before the block until after it."""
        heard = Heard()
        async with self.socket(f"app=app-{ULID()}&subscribeAll=true") as socket:
            reading = asyncio.create_task(heard.read(socket))
            try:
                yield heard
            finally:
                reading.cancel()

    def csv_rows(self, channel_id: str) -> list[Row]:
        """As the file has them now; a line that is not whole yet is no row."""
        if not self.csv.exists():
            return []
        lines = self.csv.read_text(encoding="utf-8").splitlines(keepends=True)
        whole = [line for line in lines if line.endswith("\n")]
        rows = [dict(zip(CSV_COLUMNS, cells, strict=True)) for cells in csv.reader(whole)]
        return [row for row in rows if row["uniqueid"] == channel_id]

    def sql_rows(self, channel_id: str) -> list[Row]:
        """As the table has them now."""
        engine = sql.create_engine(self.sql, poolclass=sql.NullPool)
        asked = sql.text("SELECT * FROM cdr WHERE uniqueid = :id")
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(asked, {"id": channel_id}).mappings()]


class Heard:
    """`events`: with the channel in one place, whatever ARI calls it there."""

    def __init__(self) -> None:
        self.events: list[Row] = []
        self._came = asyncio.Event()

    async def read(self, socket: Any) -> None:  # noqa: ANN401 - websockets' connection
        try:
            async for text in socket:
                event = orjson.loads(text)
                self.events.append({**event, "channel": event.get("channel") or event.get("peer") or {}})
                self._came.set()
        except ConnectionClosed:
            self._came.set()

    def of(self, channel_id: str) -> list[Row]:
        return [event for event in self.events if event["channel"].get("id") == channel_id]

    async def until(self, channel_id: str, kind: str, count: int = 1) -> list[Row]:
        """All of one channel, once it has said `kind` so often."""
        async with asyncio.timeout(LIMIT_S):
            while sum(event["type"] == kind for event in self.of(channel_id)) < count:
                self._came.clear()
                await self._came.wait()
        return self.of(channel_id)


async def eventually(look: Callable[[], Found], what: str) -> Found:
    """The first true answer of `look`."""
    ends = time.monotonic() + LIMIT_S
    while not (found := look()):
        assert time.monotonic() < ends, f"{what}: not within {LIMIT_S} s; last seen {found!r}"
        await asyncio.sleep(POLL_S)
    return found


def endpoint(digit: str) -> str:
    """Of a number that nobody else dials in this run, with this last digit."""
    return f"PJSIP/8290{ULID().bytes[-3] % 10}{int.from_bytes(ULID().bytes[-4:]) % 10**5:05d}{digit}@trunk"

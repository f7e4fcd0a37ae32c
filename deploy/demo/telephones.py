"""The simulated PABX of a demonstration: its process, which keeps its own log and call records, and how it is reached.

It rings nobody: the only PABX that a demonstration may arm.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import httpx
from pydantic import HttpUrl, SecretStr

from deploy.demo.erps import ZONE
from deploy.local.server import Server
from deploy.simulators.pabx.serving import PASSWORD, USER
from schemas.pabx import Ari, CsvRecords, Pabx
from schemas.runtime.secrets import seal

NAME: Final = "PABX"
RECORDS: Final = "Master.csv"
RING_S: Final = 8
CHANNELS: Final = 10
CALLS_PER_SECOND: Final = 2.0
"""Few enough to be watched, and enough that a minute shows every outcome."""


class Telephones(Server):
    """Killed and started again it goes on in the same files."""

    name = NAME

    @property
    def rang(self) -> Path:
        """Its own log, which judges: it is not where a chaos fills the disk of the others."""
        return self.folder / "rang.jsonl"

    async def prepare(self) -> Sequence[str | Path]:
        files: list[str | Path] = ["--log", self.rang, "--csv", self.folder / RECORDS]
        return [sys.executable, "-m", "deploy.simulators.pabx", "--port", str(self.port), "--zone", ZONE, *files]

    async def answers(self) -> bool:
        try:
            async with httpx.AsyncClient(timeout=1) as http:
                return (await http.get(f"http://127.0.0.1:{self.port}/_sim/health")).is_success
        except httpx.HTTPError:
            return False

    def lines(self) -> list[str]:
        """Its own log so far; a line that is just being written is left out."""
        return self.rang.read_text().rpartition("\n")[0].splitlines() if self.rang.exists() else []


def pabx(port: int, key: SecretStr, folder: Path | None = None, host: str = "127.0.0.1") -> Pabx:
    """Armed. `folder`: where its records lie, None where nobody reads them. `key` seals the password."""
    return Pabx(
        control=Ari(url=HttpUrl(f"http://{host}:{port}/ari"), user=USER, password=seal(PASSWORD, key)),
        endpoint="PJSIP/{national}@trunk",
        context="collection",
        caller_id="Demonstracao",
        ring_seconds=RING_S,
        channels=CHANNELS,
        calls_per_second=CALLS_PER_SECOND,
        records=CsvRecords(zone=ZONE, path=str(folder / RECORDS)) if folder else None,
        armed=True,
    )

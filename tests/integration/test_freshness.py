"""Real stages that stand still, one after the other: the page names each within three minutes, and is green before."""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import pytest
from pydantic import SecretStr

from dashboard.app import serving
from dashboard.facts.board import Board, choose
from dashboard.facts.freshness import Freshness, freshness
from dashboard.facts.refresher import Refresher
from dashboard.settings import Settings
from dashboard.words.freshness import chip_text
from dashboard.words.language import Language
from deploy.local.ports import free
from tests.integration.pipeline import SECRETS, eventually, running
from tests.integration.simulated import served
from tests.integration.watching import Listed

pytestmark = pytest.mark.integration

KEY = SecretStr(SECRETS["COLLECTOR_SECRET_KEY"])
EVERY = {"client": 10, "contract": 10, "bill": 5, "reference": 60}
TURNS = (("hydrate",), ("erp-poller", "dialer"))
"""Stopped in this order, and `views` last: nobody is heard without it."""
STAGES = ("erp-poller", "hydrate", "dialer", "views")
REFRESH_S = 1.0


class Shown:
    """What the pages show of one instance, as of the newest refresh."""

    def __init__(self, refresher: Refresher, instance: str) -> None:
        self._refresher = refresher
        self._instance = instance
        self.before: list[str] = []

    def board(self) -> Board | None:
        snapshot = self._refresher.reading.snapshot
        return choose(snapshot, self._instance) if snapshot else None

    def freshness(self) -> Freshness:
        return freshness(self._refresher.reading, self.board())

    def chip(self) -> str:
        return chip_text(self.freshness(), Language("pt_BR"))[0]

    async def fresh(self) -> bool:
        """Every kind was read and has passed every stage; until then no figure is a number."""
        board, found = self.board(), self.freshness()
        if found.level != "fresh":
            self.before.append(chip_text(found, Language("pt_BR"))[1])
        return found.level == "fresh" and board is not None and board.numbers

    async def named(self, *names: str) -> bool:
        """These stages are to blame, and no others."""
        return {cause.stage for cause in self.freshness().causes if cause.what == "stage"} == set(names)

    async def deaf(self) -> bool:
        return any(cause.what == "deaf" for cause in self.freshness().causes)


async def test_each_stage_that_stands_still_is_named(
    env: Mapping[str, str], mongo_uri: str, database: str, listed: Listed, prefix: str, tmp_path: Path
) -> None:
    """Stopped, not ended: its port is open, its process is there. A payment meanwhile is under no green chip."""
    settings = Settings.model_validate(
        {
            "mongo_uri": mongo_uri,
            "mongo_database": database,
            "dashboard_port": free(1)[0],
            "dashboard_refresh_seconds": REFRESH_S,
            "dashboard_login": "off",
        }
    )
    with served("ixc") as erp, ExitStack() as stack:
        listed.put(erp.instance(prefix, KEY, every=EVERY))
        workers = {
            name: stack.enter_context(running(name, env, tmp_path, prefix))
            for name in ("erp-poller", "hydrate", "dialer", "views")
        }
        try:
            async with serving(settings) as (_, refresher):
                page = Shown(refresher, prefix)
                await eventually(page.fresh, "a green chip")
                assert page.before, "it was not green before anything was read"
                overdue = page.board()
                assert overdue is not None
                assert overdue.standing.overdue.debtors > 0
                stopped: list[str] = []
                for names in TURNS:
                    for name in names:
                        os.kill(workers[name].process.pid, SIGSTOP)
                    if not stopped:
                        assert erp.simulator.change(5, datetime.now(UTC), "pay")
                    stopped.extend(names)
                    await eventually(lambda: page.named(*stopped), f"the page names {names}")
                    assert page.freshness().level in {"late", "stopped"}
                    assert " parado há " in page.chip()
                os.kill(workers["views"].process.pid, SIGSTOP)
                await eventually(page.deaf, "the page says that nobody is heard")
                assert page.chip().startswith("views parado há ")
        finally:
            for worker in workers.values():
                os.kill(worker.process.pid, SIGCONT)

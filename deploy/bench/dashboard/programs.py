"""The two programs that show the page, each started on a port of its own."""

import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import httpx

from deploy.bench import rivals
from deploy.bench.child import Child
from deploy.bench.dashboard import browsing
from deploy.bench.dashboard.browsing import Parts
from deploy.bench.scene import WITHIN_S, Scene
from deploy.local.ports import free
from deploy.stages import command

OURS, STREAMLIT = "dashboard", "Streamlit"
HERE = "127.0.0.1"
SCRIPT = Path(rivals.__file__).parent / "streamlit_page.py"
QUIET: Final = ("--server.headless=true", "--server.fileWatcherType=none", "--browser.gatherUsageStats=false")


@dataclass(frozen=True, slots=True)
class Program:
    """`health`: the place that answers as soon as the server does. `parts`: where its page has what is looked for."""

    name: str
    health: str
    parts: Parts

    @asynccontextmanager
    async def started(self, scene: Scene) -> AsyncIterator[tuple[Child, str]]:
        """Its process and its address, for as long as the block; it may not answer yet."""
        port = str(free(1)[0])
        streamlit = [sys.executable, "-m", "streamlit", "run", str(SCRIPT), *QUIET]
        streamlit += [f"--server.address={HERE}", f"--server.port={port}"]
        own = replace(scene, env={**scene.env, "DASHBOARD_PORT": port})
        async with own.run(self.name, command(OURS) if self.name == OURS else streamlit) as child:
            yield child, f"http://{HERE}:{port}/"


PROGRAMS: Mapping[str, Program] = {
    OURS: Program(OURS, "healthz", browsing.OURS),
    STREAMLIT: Program(STREAMLIT, "_stcore/health", browsing.STREAMLIT),
}


async def answering(child: Child, url: str) -> float:
    """Seconds from the start of a server until `url` answers with 200."""

    def answers() -> bool:
        try:
            return httpx.get(url, timeout=5).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    await child.until(answers, WITHIN_S)
    return time.time() - child.began

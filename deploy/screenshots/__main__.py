"""`make screenshots`: a demonstration, and its first page in every picture of README.md, written beside this file."""

import asyncio
import re
import sys
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from deploy.chromium import chromium
from deploy.demo.options import Options
from deploy.demo.run import demo
from deploy.screenshots.shots import FOLDER, Shot, shots, small
from deploy.up import until_told
from schemas.errors import PipelineError
from schemas.runtime.process import BAD_CONFIGURATION

ADDRESS = re.compile(r"dashboard: (http://\S+)")
DRAWN_MS = 300_000
"""A refresh comes once a minute, and the first calls take one or two."""
SETTLED_MS = 2_000
PROVIDER = Options(lasting=None, clients=1_500, changes=0.5)


async def take(folder: Path) -> None:
    """All pictures into `folder`. Raises StopWorker."""
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def report(line: str) -> None:
        _say(line)
        if (found := ADDRESS.search(line)) and not address.done():
            address.set_result(found[1])

    running = asyncio.create_task(demo(PROVIDER, report, lambda _: None))
    either: set[asyncio.Future[Any]] = {running, address}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running  # why it never came so far
            return
        async with chromium() as browser:
            for one in shots():
                (folder / one.name).write_bytes(small(await _shot(browser, one, address.result()), one.name))
                _say(f"{folder / one.name}")
    finally:
        running.cancel()
        await asyncio.wait({running})


async def _shot(browser: Browser, shot: Shot, address: str) -> bytes:
    context = await browser.new_context(
        viewport={"width": shot.width, "height": shot.height}, color_scheme=shot.theme, device_scale_factor=shot.scale
    )
    page = await context.new_page()
    page.set_default_timeout(DRAWN_MS)
    await page.goto(address)
    await page.locator("[data-figure=debtors] .value", has_text=re.compile(r"\d")).wait_for()
    await page.locator(".stamp.fresh").wait_for()
    await page.locator("[data-kpi] .value", has_text=re.compile("[1-9]")).first.wait_for(
        state="attached"
    )  # somebody was called
    await page.locator(".bk-Canvas canvas").first.wait_for(state="attached")
    await page.wait_for_timeout(SETTLED_MS)
    found = await page.screenshot()
    await context.close()
    return found


def main() -> int:
    """The exit code."""
    try:
        asyncio.run(until_told(take(FOLDER)))
    except PipelineError as exc:
        sys.stderr.write(f"{exc}\n")
        return BAD_CONFIGURATION
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

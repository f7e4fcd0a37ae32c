"""Debian's Chromium without a window, for those who look at pages from here: the benchmark, and who takes pictures."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

from schemas.errors import StopWorker

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """For as long as the block. Raises StopWorker where there is none."""
    if not (path := shutil.which("chromium") or shutil.which("chromium-browser")):
        raise StopWorker("this needs chromium: install it (Debian, Ubuntu: apt-get install chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()

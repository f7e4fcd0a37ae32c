"""What browser tests share: a Chromium, a tab that must stay on this machine, and the page read back as plain values."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from deploy.local.ports import free

CHROMIUM = "/usr/bin/chromium"
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
DESK = ViewportSize(width=1440, height=1000)
PHONE = ViewportSize(width=390, height=844)
QUEUED = ".queue .client strong"
"""A name in the table of the call queue."""
PATIENCE_MS = 180_000
expect.set_options(timeout=PATIENCE_MS)  # by itself five seconds, which a busy machine needs for one refresh

DRAWN = """name => {
    const models = [...Bokeh.documents[0]._all_models.values()];
    return [...models.find(m => m.type === "ColumnDataSource" && m.name === name).data.value];
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def tab(browser: Browser, size: ViewportSize) -> Iterator[Page]:
    """A page that must neither leave this machine nor fail in the browser."""
    context = browser.new_context(viewport=size)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    hosts: Counter[str | None] = Counter()
    errors: list[str] = []
    page.on("request", lambda request: hosts.update([urlsplit(request.url).hostname]))
    page.on("pageerror", lambda error: errors.append(f"{error} {(error.stack or '')[:600]}"))
    try:
        yield page
    except AssertionError as exc:
        exc.add_note(f"what failed in the browser: {errors}")
        raise
    context.close()
    assert set(hosts) <= {"127.0.0.1", None}, hosts  # None: data and blob addresses
    assert not errors, errors


def environment(mongo_uri: str, database: str, every: str) -> dict[str, str]:
    """Of a dashboard without a login that refreshes `every` so many seconds."""
    where = {"MONGO_URI": mongo_uri, "MONGO_DATABASE": database, "DASHBOARD_PORT": str(free(1)[0])}
    return {**where, "DASHBOARD_LOGIN": "off", "DASHBOARD_REFRESH_SECONDS": every}


def address(env: Mapping[str, str], query: str = "") -> str:
    """Of the dashboard that was started with `env`."""
    return f"http://127.0.0.1:{env['DASHBOARD_PORT']}/{query}"


def wait_ready(env: Mapping[str, str]) -> None:
    """Until there is a snapshot."""
    ends = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < ends:
        try:
            with urlopen(address(env, "readyz"), timeout=5):  # noqa: S310 - our own process on this machine
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the dashboard is not ready")


def until(page: Page, told: str, wanted: object) -> None:
    """Until the page's script says so; Playwright's own way needs `eval`, which the page's policy forbids."""
    ends = time.monotonic() + PATIENCE_MS / 1000
    while (found := page.evaluate(told)) != wanted:
        assert time.monotonic() < ends, f"{told} is {found}"
        time.sleep(0.1)


def opened(page: Page, url: str) -> None:
    """Load the page until its numbers are there."""
    page.goto(url)
    page.wait_for_selector("#wait", state="hidden")
    page.wait_for_selector("[data-figure=debtors]")


def cards(page: Page) -> dict[str, str]:
    """The value of every card."""
    found = page.locator("[data-figure]").all()
    return {str(card.get_attribute("data-figure")): plain(card.locator(".value").inner_text()) for card in found}


def plain(text: str) -> str:
    """Without the hard spaces of a formatted amount."""
    return text.replace("\xa0", " ")


def aging(page: Page) -> list[tuple[int, int, str]]:
    """The table behind the charts: first day, bills, amount."""
    found = []
    for row in page.locator("tr[data-since]").all():
        bills, amount = row.locator("td").all_text_contents()
        found.append((int(row.get_attribute("data-since") or 0), int(bills.replace(".", "")), plain(amount)))
    return found


def bars(page: Page, name: str = "bills") -> list[float]:
    """The lengths that a chart draws: of `amounts` or `bills` by age, of the debt by `bairro` or `client_type`."""
    drawn: list[float] = page.evaluate(DRAWN, name)
    return drawn


def debts(page: Page, subject: str) -> list[tuple[str, ...]]:
    """The table behind a chart of debts: name, debtors, bills, amount."""
    rows = page.locator(f"[data-debts={subject}] tbody tr").all()
    return [tuple(map(plain, row.locator("th, td").all_text_contents())) for row in rows]


def situations(page: Page) -> list[str]:
    """The ERP's own terms in the queue."""
    return page.locator(".queue td.situation").all_text_contents()


def finding(page: Page, instance: str, what: str) -> str:
    """What the page "Configuration" says of one list of one instance, in one line."""
    return " ".join(plain(page.locator(f"[data-finding='{instance}:{what}']").inner_text()).split())


def turn(page: Page, title: str) -> None:
    """Open a page."""
    page.get_by_role("link", name=title, exact=True).click()


def queue(page: Page) -> list[str]:
    """The names in the table."""
    return page.locator(QUEUED).all_text_contents()


def holds(page: Page) -> dict[str, int]:
    """Clients by reason."""
    found = page.locator("[data-hold]").all()
    return {str(one.get_attribute("data-hold")): int(one.locator(".count").inner_text().replace(".", "")) for one in found}


def choose(page: Page, title: str) -> None:
    """Select a provider."""
    page.get_by_role("combobox").first.click()
    page.locator("li.MuiMenuItem-root", has_text=title).click()


def pick(page: Page, label: str, entry: str) -> None:
    """Narrow the page by one of its own lists."""
    page.locator(".MuiFormControl-root", has=page.locator(f"label:text-is('{label}')")).get_by_role("combobox").click()
    page.locator("li.MuiMenuItem-root").get_by_text(entry, exact=True).click()

"""The login as a clerk meets it: a real Chromium, the real process, a user made on the command line."""

import subprocess
import sys
import time
from collections.abc import Mapping
from os import environ
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.local.ports import free
from tests.integration.dashboard_tab import PHONE, address, tab
from tests.integration.dashboard_visitor import PASSWORD, SECRET
from tests.integration.pipeline import PATIENCE_S, running

pytestmark = [pytest.mark.integration, pytest.mark.browser]


@pytest.fixture
def env(mongo_uri: str, database: str) -> Mapping[str, str]:
    """A dashboard that asks for a login."""
    where = {"MONGO_URI": mongo_uri, "MONGO_DATABASE": database, "DASHBOARD_PORT": str(free(1)[0])}
    return {**where, "DASHBOARD_COOKIE_SECRET": SECRET, "DASHBOARD_REFRESH_SECONDS": "1"}


def user(env: Mapping[str, str], folder: Path, *arguments: str, password: str = "") -> subprocess.CompletedProcess[str]:
    """`collector user …` with a password on stdin."""
    command = [sys.executable, "-m", "deploy.cli.main", "user", *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env={**environ, **env, "COLUMNS": "200", "PYTHONPATH": str(Path.cwd())},
        input=password,
        capture_output=True,
        text=True,
        check=False,
    )


def _answers(env: Mapping[str, str]) -> None:
    """Until the process is up; its numbers are not waited for."""
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        try:
            with urlopen(address(env, "healthz"), timeout=5):  # noqa: S310 - our own process on this machine
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the dashboard does not answer")


def _asked(page: Page, url: str) -> None:
    """Load the page, as it says, until it has heard of the first user: it looks once a second."""
    ends = time.monotonic() + PATIENCE_S
    page.goto(url)
    while not page.get_by_label("Usuário").count():
        assert time.monotonic() < ends, page.content()
        time.sleep(0.2)
        page.goto(url)


def test_a_clerk_logs_in_is_thrown_out_and_logs_in_again(browser: Browser, env: Mapping[str, str], tmp_path: Path) -> None:
    """From the first user's command to the page; nothing from elsewhere, nothing cut off; another password ends it."""
    with running("dashboard", env, tmp_path) as worker, tab(browser, PHONE) as page:
        _answers(env)
        page.goto(address(env))
        expect(page.get_by_role("heading", name="Ainda não há usuários")).to_be_visible()
        added = user(env, tmp_path, "add", "ana", "--role", "operator", password=f"{PASSWORD}\n")
        assert (added.returncode, added.stderr.strip()) == (0, "ana may log in as operator")

        _asked(page, address(env, "?pagina=configuracao"))
        assert page.locator("html").get_attribute("lang") == "pt-BR"
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        expect(page.get_by_label("Usuário")).to_be_focused()
        page.keyboard.type("ana")
        page.keyboard.press("Tab")
        page.keyboard.type("a wrong password")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_have_text("Usuário ou senha errados.")
        expect(page.get_by_label("Senha")).to_be_focused()
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(address(env, "?pagina=configuracao"))
        page.wait_for_selector("#wait", state="hidden")
        page.get_by_label("Seu menu").click()
        page.get_by_role("radio", name="Escuro").check()
        page.get_by_role("radio", name="English").click()  # the page goes at once: `check` would look at what is no more
        expect(page.get_by_label("Your menu")).to_be_visible()
        with browser.new_context(storage_state=page.context.storage_state()) as other:  # kept with the user, in no browser
            other.clear_cookies(name="theme")
            elsewhere = other.new_page()
            elsewhere.goto(address(env))
            assert elsewhere.locator("html").get_attribute("lang") == "en"
            assert elsewhere.locator("html").get_attribute("data-theme") == "dark"

        changed = user(env, tmp_path, "set", "ana", "--password", password=f"another {PASSWORD}\n")
        assert changed.returncode == 0, changed.stderr
        page.wait_for_url("**/login?next=*")
        page.get_by_role("link", name="English").click()
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()
        page.get_by_label("User").fill("ana")
        page.get_by_label("Password").fill(f"another {PASSWORD}")
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(address(env, "?pagina=configuracao"))

        page.goto(address(env, "logout"))
        expect(page.get_by_text("You are logged in as ana.")).to_be_visible()
        page.get_by_role("button", name="Log out").click()
        page.wait_for_url("**/login")
        page.goto(address(env))
        page.wait_for_url("**/login?next=*")
        said = worker.log.read_text()
        assert PASSWORD not in said
        assert "ana" not in said

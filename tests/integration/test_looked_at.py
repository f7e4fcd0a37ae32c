"""What the tests of every page look with sees what is planted: each defect by itself in an otherwise sound page."""

import pytest
from playwright.sync_api import Browser, Page

from tests.integration import axe
from tests.integration.dashboard_tab import DESK, PHONE, tab
from tests.integration.looked_at import by_keyboard, outside

pytestmark = [pytest.mark.integration, pytest.mark.browser]

SOUND = """<!DOCTYPE html><html lang="pt-BR"><title>Cobrança</title>
<style>section {{ border: 1px solid #888; border-radius: 12px; width: 240px; padding: 8px; margin: 8px; }}</style>
<main><h1>Cobrança</h1><section><p>Clientes</p>{}</section><section><a href="#here">Faturas</a></section></main></html>"""
LEAVES = {
    "a word that is wider than its card": f"<p>{'W' * 80}</p>",
    "an amount that is cut": "<p style='overflow: hidden; width: 30px'>R$ 10.000.000,00</p>",
    "a part that scrolls sideways": f"<div style='overflow-x: auto'>{'W' * 80}</div>",
    "what hangs out of the window": "<p style='position: relative; left: -60px'>Clientes</p>",
    "a card over the next": "<style>section + section { margin-top: -40px; }</style>",
}
SHUTS_OUT = {
    "button-name": "<button style='width: 40px; height: 40px'></button>",
    "color-contrast": "<p style='color: #bbb; background: #fff'>Clientes</p>",
    "label": "<input style='height: 30px'>",
}
UNREACHED = {
    "is not reached": "<button onfocus='this.blur(); document.querySelector(\"a\").focus()'>Pausar</button>",
    "does not show that it has the focus": "<button style='outline: none'>Pausar</button>",
}


def planted(page: Page, defect: str = "") -> None:
    page.set_content(SOUND.format(defect))


def test_a_sound_page_has_nothing_wrong(browser: Browser) -> None:
    for size in (DESK, PHONE):
        with tab(browser, size) as page:
            planted(page)
            assert (outside(page), axe.violations(page), by_keyboard(page)) == ([], [], [])


def test_each_defect_is_seen(browser: Browser) -> None:
    with tab(browser, PHONE) as page:
        for what, defect in LEAVES.items():
            planted(page, defect)
            assert outside(page), what
        for rule, defect in SHUTS_OUT.items():
            planted(page, defect)
            assert [one.rule for one in axe.violations(page)] == [rule]
        for what, defect in UNREACHED.items():
            planted(page, defect)
            assert [one for one in by_keyboard(page) if what in one], what

"""The only module that knows Panel's widgets and panel-material-ui: the page, its shell, its parts.

Pinned to panel 1.9.4 and panel-material-ui 0.16.6, whose `Page` keeps every closed session alive and repaints all sessions
for the sake of one (`dashboard/PANEL.md`); `open_page` undoes it through private names. The other leak
described there needs notifications, which stay off. A test opens and closes sessions and counts what is left, so neither
can come back unseen.
"""

# mypy: disable-error-code="no-untyped-call"
# Panel's constructors declare no types.

from collections.abc import Callable, Mapping
from hashlib import md5
from pathlib import Path

import panel as pn
from bokeh.models import Plot
from jinja2 import Environment, FileSystemLoader, Template
from panel.util.parameters import edit_readonly
from panel.viewable import Viewable
from panel_material_ui.template.base import Page
from panel_material_ui.widgets.icon import IconButton
from panel_material_ui.widgets.select import RadioButtonGroup, Select

from dashboard.parts.html import TEMPLATES
from dashboard.words.language import Language

WATCH_MS = 30_000
"""How often an open page asks whether its server is still the same."""

MAIN_WIDTH = 1480
"""Pixels; on a wider screen the lines would be too long to read."""

ASSETS = Path(__file__).parent / "assets"
STYLE_SHEET = f"assets/dashboard.css?v={md5((ASSETS / 'dashboard.css').read_bytes(), usedforsecurity=False).hexdigest()}"
"""By address: as text it would travel again with every block that changes."""
WIDE = {"sizing_mode": "stretch_width", "margin": 0}
GAP = "16px"
"""Between two cards."""
TALL = {"max-height": "none"}
"""Bokeh caps every part at the height of its parent, and what is longer is drawn over what follows."""
CARD = {
    "background": "var(--panel-surface-color)",
    "border": "1px solid color-mix(in srgb, var(--panel-on-surface-color) 13%, var(--panel-surface-color))",
    "border-radius": "12px",
    "padding": "16px 18px 6px",
}
PALETTES = {
    "light": ("#1d4e6b", "#f4f6f8", "#ffffff", "#1c2733"),
    "dark": ("#24566f", "#14181d", "#1c2229", "#e6eaee"),
}
THEME = {
    name: {
        "palette": {
            "primary": {"main": primary},
            "background": {"default": ground, "paper": card},
            "text": {"primary": ink},
        }
    }
    for name, (primary, ground, card, ink) in PALETTES.items()
}
AS_WRITTEN = {"& .MuiToggleButton-root": {"textTransform": "none", "padding": "6px 14px"}}
"""The library would write a button's text in capitals."""
BEHIND_CARDS = {
    "& .main": {"backgroundColor": "background.default"},
    "& .header": {"boxShadow": "none", "backgroundImage": "none"},
    "@media print": {  # paper does not scroll
        "&, & .main, & .main-content": {"overflow": "visible !important", "height": "auto !important"},
        "& .header": {"position": "static !important"},
    },
}


def shell(language: Language) -> Template:
    """The HTML document round a page: its language, what is seen before it opens and when its server is gone."""
    # no autoescape: Bokeh hands its own markup in
    environment = Environment(loader=FileSystemLoader(TEMPLATES), extensions=["jinja2.ext.i18n"], autoescape=False)  # noqa: S701
    language.install(environment)
    environment.globals.update(language_tag=language.tag, watch_ms=WATCH_MS, style_sheet=STYLE_SHEET)
    return environment.get_template("shell.html")


def open_page(title: str, template: Template, body: Viewable, theme: str, on_theme: Callable[[bool], None]) -> Viewable:
    """A page that does not follow the process-wide busy flag. `theme` names the switch that calls `on_theme` (dark?)."""
    page = Page(
        title=title,
        template=template,
        main=[body],
        main_width=MAIN_WIDTH,
        app_bar_width="100%",
        busy_indicator=None,
        theme_toggle=False,
        theme_config=THEME,
        sx=BEHIND_CARDS,
    )
    with edit_readonly(page):
        page.busy = False  # drops the reference to the flag …
    for watcher in list(pn.state.param.watchers.get("busy", {}).get("value", [])):
        owner = getattr(watcher.fn, "__self__", None)
        if getattr(owner, "self_or_cls", None) is page or getattr(owner, "self", None) is page:
            pn.state.param.unwatch(watcher)  # … and this its watcher, or the session lives for ever
    # Page's own switch and drawer speak English only
    switch = IconButton(icon="contrast", description=theme, color="light", margin=0)

    def toggle(_event: object) -> None:
        page.dark_theme = not page.dark_theme

    switch.on_click(toggle)
    page.param.watch(lambda event: on_theme(event.new), "dark_theme")
    on_theme(page.dark_theme)
    page.header = [pn.layout.HSpacer(), switch]
    return page


def html(text: str, **styles: str) -> pn.pane.HTML:
    """A block of HTML under the page's style sheet."""
    return pn.pane.HTML(text, stylesheets=[STYLE_SHEET], styles=TALL | styles, **WIDE)


def chart(plot: Plot, **styles: str | None) -> pn.pane.Bokeh:
    """A chart as high as it is."""
    plot.styles = styles  # those of the pane would not reach it
    return pn.pane.Bokeh(plot, height=plot.height, **WIDE)


def stack(*parts: Viewable, **styles: str) -> pn.Column:
    """Parts below one another."""
    return pn.Column(*parts, styles=TALL | styles, **WIDE)


def flow(*parts: Viewable, gap: str, **styles: str) -> pn.Row:
    """Parts side by side; below one another where there is no room."""
    # not pn.FlexBox: it compiles its template in the browser, which our Content-Security-Policy forbids
    placed = {"flex-wrap": "wrap", "gap": gap, "align-items": "flex-start"}
    return pn.Row(*parts, styles=TALL | placed | styles, **WIDE)


def selector(label: str, choices: Mapping[str, str], value: str, choose: Callable[[str], None]) -> Select:
    """A list of titles, each standing for a name that `choose` is given."""
    select = Select(label=label, options=dict(choices), value=value, size="small", width=250, margin=0)
    select.param.watch(lambda event: choose(event.new), "value")
    return select


def pages(choices: Mapping[str, str], value: str, turn: Callable[[str], None]) -> RadioButtonGroup:
    """The titles of all pages side by side, each standing for a name that `turn` is given."""
    group = RadioButtonGroup(options=dict(choices), value=value, size="small", color="primary", margin=0, sx=AS_WRITTEN)
    group.param.watch(lambda event: turn(event.new), "value")
    return group

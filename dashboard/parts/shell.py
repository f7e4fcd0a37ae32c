"""The only module that knows Panel's widgets and panel-material-ui: the page, its shell, its parts.

Pinned to panel 1.9.4 and panel-material-ui 0.16.6, whose `Page` keeps every closed session alive and repaints all sessions
for the sake of one (`dashboard/PANEL.md`); `open_page` undoes it through private names. The other leak
described there needs notifications, which stay off. A test opens and closes sessions and counts what is left, so neither
can come back unseen.
"""

# mypy: disable-error-code="no-untyped-call"
# Panel's constructors declare no types.

from collections.abc import Callable, Mapping

import panel as pn
from bokeh.models import Plot
from jinja2 import Environment, FileSystemLoader, Template
from panel.util.parameters import edit_readonly
from panel.viewable import Viewable
from panel_material_ui.template.base import Page
from panel_material_ui.widgets.icon import IconButton
from panel_material_ui.widgets.select import Select

from dashboard.facts.levels import SNAPSHOT_LATE, SNAPSHOT_STOPPED
from dashboard.parts.block import TALL, WIDE, change
from dashboard.parts.html import TEMPLATES
from dashboard.parts.screen import Painter
from dashboard.parts.styles import BLOCKS, MENDS, ROLES, STEADY
from dashboard.words.language import Language

WATCH_MS = 30_000
ANSWER_MS = 5_000
"""How often an open page asks whether its server is still the same, and how long it waits for the answer."""

EARLY_MS = 20_000
"""How long the figures of the page's own answer are shown where the page does not open: nothing lets them age."""

THEME_COOKIE, CHOICE_COOKIE = "theme", "theme_choice"
"""What the browser last had; what it was told, where nobody logs in. The page writes both."""

GAP = "16px"
"""Between two cards."""
CARD = {
    "background": "var(--panel-surface-color)",
    "border": "1px solid color-mix(in srgb, var(--panel-on-surface-color) 13%, var(--panel-surface-color))",
    "border-radius": "12px",
    "padding": "16px 18px 6px",
}
PALETTES = {
    "light": ("#1d4e6b", "#b3261e", "#f4f6f8", "#ffffff", "#1c2733", "#55616e"),
    "dark": ("#7db8d9", "#f08d85", "#14181d", "#1c2229", "#e6eaee", "#a3adb8"),
}
"""What can be pressed, what takes away; the page, a card; text, and that of a locked field: all readable."""
THEME = {
    name: {
        "palette": {
            "primary": {"main": primary},
            "error": {"main": error},
            "background": {"default": ground, "paper": card},
            "text": {"primary": ink, "disabled": locked},
        }
    }
    for name, (primary, error, ground, card, ink, locked) in PALETTES.items()
}
BAR = 48
SIDE, RAIL = 208, 56
"""Pixels: the app bar; the navigation where there is room for words, and where for icons alone (`templates/shell.html`)."""
FRAME = {
    "& .main": {"backgroundColor": "background.default"},
    "& .main .MuiToolbar-root .MuiTypography-root": {"visibility": "hidden"},  # an empty heading that only takes up room
    "& .MuiToolbar-root": {
        "minHeight": f"{BAR}px !important",
        "height": f"{BAR}px",
        "paddingLeft": "16px !important",
        "paddingRight": f"{RAIL}px !important",  # of the menu of `templates/who.html`
        "gap": "12px",
    },
    "& .header": {
        "boxShadow": "none",
        "backgroundImage": "none",
        "backgroundColor": "background.paper",
        "color": "text.primary",
        "borderBottom": "1px solid",
        "borderColor": "divider",
    },
    "& .header .MuiLinearProgress-root": {"display": "none"},  # without a name, and shown for all that `Page` is told not to
    "& .header .title": {"color": "text.primary", "fontSize": "16px", "fontWeight": 700},
    "@media (min-width: 1200px)": {"& .main": {"marginLeft": f"{SIDE}px"}},
    "@media (min-width: 768px) and (max-width: 1199.98px)": {"& .main": {"marginLeft": f"{RAIL}px"}},
    "@media (max-width: 767.98px)": {
        "& .MuiToolbar-root": {"paddingLeft": f"{RAIL}px !important"},
        "& .header a[href='?']": {"display": "none !important"},  # of the title: without it the link would have no name
    },
    "@media print": {
        "&": {"height": "auto", "overflow": "visible", "display": "block"},
        "& .main": {"margin": 0, "overflow": "visible"},
        "& .main-content": {"overflow": "visible"},
        "& .header": {"position": "static"},
        "& .main > div > .MuiToolbar-root": {"display": "none"},
    },
}
UNLABELLED = """:host { min-width: 96px !important; } .select { width: 100% !important; min-width: 0 !important; }
.MuiInputBase-root, .MuiInputBase-root .MuiSvgIcon-root { color: inherit !important; }
.MuiInputLabel-root { clip-path: inset(50%); } legend { display: none !important; } fieldset { top: 0 !important; }"""
"""A list that says by itself what it lists: its label is for those who hear it. It narrows, and has the bar's colour."""
NARROW = {"max-width": "28vw"}
LAST = "@media (max-width: 359.98px) { :host { display: none !important; } }"
"""What the bar has no room for on the narrowest telephone, and what can be done elsewhere too."""
SHRINKS = {"min-width": "0"}
"""The library asks for as much room as all parts side by side want, though they stand below one another where it lacks."""
ROOM = {
    "width": "100%",
    "box-sizing": "border-box",
    "max-width": "1480px",
    "margin": "0 auto",
    "padding": "16px clamp(12px, 2.2vw, 32px) 40px",
}
"""Round a page; on a wider screen the lines would be too long to read."""


def shell(language: Language) -> Template:
    """The HTML document round a page: its language, what is seen before it opens and when its server is gone."""
    # no autoescape: Bokeh hands its own markup in
    environment = Environment(loader=FileSystemLoader(TEMPLATES), extensions=["jinja2.ext.i18n"], autoescape=False)  # noqa: S701
    language.install(environment)
    environment.globals.update(
        language_tag=language.tag,
        watch_ms=WATCH_MS,
        answer_ms=ANSWER_MS,
        early_ms=EARLY_MS,
        late_s=round(SNAPSHOT_LATE.total_seconds()),
        stopped_s=round(SNAPSHOT_STOPPED.total_seconds()),
        style_sheet=BLOCKS,
        roles=ROLES,
        mends=MENDS,
        steady=STEADY,
        theme_cookie=THEME_COOKIE,
        choice_cookie=CHOICE_COOKIE,
    )
    return environment.get_template("shell.html")


class Bar:
    """What stands in a tab's app bar: the provider, and how fresh the page is. `choose` is given an instance's name."""

    def __init__(self, painter: Painter, choose: Callable[[str], None]) -> None:
        say = painter.say
        self._provider = selector(say("Provider"), {say("All providers"): ""}, "", choose)
        # the browser finds it by what it says, and lets it age (`templates/shell.html`)
        self.chip = pn.pane.HTML("", stylesheets=[BLOCKS], margin=0, align="center")
        self.theme = say("Light or dark")
        self.parts: list[Viewable] = [self._provider, pn.layout.HSpacer(), self.chip]

    def show(self, choices: Mapping[str, str], selected: str, chip: str) -> None:
        """Assign what differs. A selected instance that there is not is shown under its own name."""
        offered = dict(choices) if selected in choices.values() else {**choices, selected: selected}
        if self._provider.options != offered:
            self._provider.param.update(options=offered, value=selected)
            self._provider.param.trigger("value")  # the library would show nothing where only the options differ
        self._provider.value = selected
        assign({"": self.chip}, {"": chip})


def open_page(title: str, template: Template, bar: Bar, body: Viewable, on_theme: Callable[[bool], None]) -> Viewable:
    """A page that does not follow the process-wide busy flag. Its switch of the theme calls `on_theme` (dark?)."""
    page = Page(
        title=title,
        template=template,
        main=[body],
        site_url="?",
        busy_indicator=None,
        theme_toggle=False,
        theme_config=THEME,
        sx=FRAME,
    )
    with edit_readonly(page):
        page.busy = False  # drops the reference to the flag …
    for watcher in list(pn.state.param.watchers.get("busy", {}).get("value", [])):
        owner = getattr(watcher.fn, "__self__", None)
        if getattr(owner, "self_or_cls", None) is page or getattr(owner, "self", None) is page:
            pn.state.param.unwatch(watcher)  # … and this its watcher, or the session lives for ever
    # Page's own switch and drawer speak English only
    switch = IconButton(icon="contrast", description=bar.theme, color="default", margin=0, stylesheets=[LAST])

    def toggle(_event: object) -> None:
        page.dark_theme = not page.dark_theme

    switch.on_click(toggle)
    page.param.watch(lambda event: on_theme(event.new), "dark_theme")
    page.dark_theme = pn.state.cookies.get(THEME_COOKIE) == "dark"
    on_theme(page.dark_theme)
    page.header = [*bar.parts, switch]
    return page


def assign(panes: Mapping[str, pn.pane.HTML], blocks: Mapping[str, str]) -> None:
    """The blocks that differ into their panes. Call it in one `hold`, with the document's lock."""
    for name, pane in panes.items():
        change(pane, blocks[name])


def chart(plot: Plot, **styles: str | None) -> pn.pane.Bokeh:
    """A chart as high as it is."""
    plot.styles = styles  # those of the pane would not reach it
    return pn.pane.Bokeh(plot, height=plot.height, **WIDE)


def stack(*parts: Viewable, **styles: str) -> pn.Column:
    """Parts below one another."""
    return pn.Column(*parts, styles=TALL | SHRINKS | styles, **WIDE)


def flow(*parts: Viewable, gap: str, **styles: str) -> pn.Row:
    """Parts side by side; below one another where there is no room."""
    # not pn.FlexBox: it compiles its template in the browser, which our Content-Security-Policy forbids
    placed = {"flex-wrap": "wrap", "gap": gap, "align-items": "flex-start"}
    return pn.Row(*parts, styles=TALL | SHRINKS | placed | styles, **WIDE)


def selector(label: str, choices: Mapping[str, str], value: str, choose: Callable[[str], None]) -> Select:
    """A list of titles, each standing for a name that `choose` is given."""
    select = Select(
        label=label,
        options=dict(choices),
        value=value,
        size="small",
        margin=0,
        width=220,
        styles=NARROW,
        align="center",
        sx={"color": "text.primary"},
        stylesheets=[UNLABELLED],
    )
    select.param.watch(lambda event: choose(event.new), "value")
    return select

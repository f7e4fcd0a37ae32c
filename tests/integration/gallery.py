# ruff: noqa: E501 - fixtures are read best one to a line
"""Every part of the kit on one page, with the values that break parts: an app for the browser tests, without a database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random

import panel as pn
import panel_material_ui
from panel.io.server import get_server
from panel_material_ui.template.base import Page
from panel_material_ui.widgets.button import Button

from dashboard.handlers import Guarded
from dashboard.parts import chips, kpi
from dashboard.parts.bars import LONG_TERM, SHORT_TERM
from dashboard.parts.block import block
from dashboard.parts.html import Html
from dashboard.parts.kpi import Change, Kpi
from dashboard.parts.plots import Plot, draw
from dashboard.parts.plotted import COMMON, TRUST, Chart, Series
from dashboard.parts.rows import Column, Rows
from dashboard.parts.styles import ASSETS, MENDS
from dashboard.parts.table import Action, Table
from dashboard.words.language import Language

SAY = Language("pt_BR")
HTML = Html(SAY)
TODAY = date(2026, 11, 28)
NOW = datetime(2026, 11, 28, 15, 4, tzinfo=UTC)
LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff" * 6
COLUMNS = (
    Column("code", "Código", "code", 90),
    Column("client", "Cliente", "text"),
    Column("bairro", "Bairro", "text"),
    Column("amount", "Valor", "money", 130),
    Column("days", "Dias", "number", 80),
    Column("due", "Vencimento", "day", 120),
    Column("share", "Parte", "share", 80),
    Column("called", "Última ligação", "moment", 140),
)
BAIRROS = ("Centro", "São José", "Água Verde", "Zona Norte", "<b>Vila</b>", "Jardim das Flores e das Acácias do Sul")
THOUSANDS = 5_000
DRAWS = "{{ plot_script | indent(4) }}"
BASE = (Path(panel_material_ui.__file__).parent / "_templates" / "base.html").read_text(encoding="utf-8")
MENDED = BASE.replace(DRAWS, f'<script src="{MENDS}"></script>\n{DRAWS}')
"""The library's own page, with our script behind the libraries: a table tells by keys what is selected."""


@lru_cache
def rows(count: int, version: int = 0) -> Rows:
    """`count` rows; another `version` has other amounts."""
    random = Random(7)
    cells = []
    for index in range(count):
        name = {0: LONG_NAME, 1: "<script>document.title='broken'</script>", 2: "Álvaro Ávila"}.get(
            index, f"Cliente {index}"
        )
        days = random.randint(1, 120)
        cents = 1_000_000_000 if index == 0 else random.randint(990, 450_000) + version
        called = NOW - timedelta(hours=index) if index % 3 else None
        due = TODAY - timedelta(days=days)
        cells.append((str(100_093 + index), name, random.choice(BAIRROS), cents, days, due, random.random(), called))
    return Rows(COLUMNS, tuple(cells))


def kpis(count: int) -> list[Kpi]:
    """Cards of every state."""
    line = tuple(float(50 + (index * 7) % 13 - index) for index in range(30))
    word = "Clientes com ao menos uma fatura vencida e em aberto, contados uma vez cada."
    found = [
        Kpi("Clientes ativos", "26.812", kpi.changed(26_812, 26_800, SAY, better="more"), line, "?pagina=", word),
        Kpi(
            "Devedores",
            "1.512",
            kpi.changed(1_512, 1_500, SAY, better="less"),
            line,
            "?pagina=faturas",
            word,
            note="5,6% dos clientes",
        ),
        Kpi(
            "Valor vencido",
            SAY.money(1_000_000_000),
            Change("=", "igual a ontem"),
            line,
            "?pagina=faturas",
            word,
            accent="long",
        ),
        Kpi("Pré-cobrança", "312", None, None, "?pagina=cobranca", word, state="partial", read=(2, 4), accent="short"),
        Kpi("Chamadas hoje", None, None, None, "?pagina=chamadas", word),
        Kpi("Recuperado hoje", None, None, None, "?pagina=faturas", word, state="skeleton"),
        Kpi("Taxa de atendimento", "31,4%", None, (1.0, None, 3.0, 2.0), "?pagina=chamadas", ""),
    ]
    return found[:count]


def charts() -> dict[str, Chart]:
    """One of every kind."""
    random = Random(3)

    def series(names: tuple[str, ...], count: int, most: int, *colours: str) -> tuple[Series, ...]:
        paint = colours or ("",) * len(names)
        return tuple(
            Series(name, tuple(random.randint(0, most) for _ in range(count)), colour)
            for name, colour in zip(names, paint, strict=True)
        )

    days = tuple(f"{1 + index % 30:02d}/{10 + index // 30}" for index in range(60))
    hours = tuple(f"{hour} h" for hour in range(8, 21))
    week = ("segunda", "terça", "quarta", "quinta", "sexta")
    return {
        "bars": Chart("bars", "Devedores por bairro", "money", (*BAIRROS, "Centro"), series(("Curto prazo", "Longo prazo"), 7, 300_000, SHORT_TERM, LONG_TERM), SAY),
        "columns": Chart("columns", "Contratos por vencimento", "count", ("05/11", "10/11", "15/11", "20/11", "25/11"), series(("Comum", "DC"), 5, 90, COMMON, TRUST), SAY),
        "areas": Chart("areas", "Velocidade dos contratos", "count", days, series(("Normal", "Reduzida", "Bloqueada"), 60, 400), SAY),
        "lines": Chart("lines", "Recuperado por dia", "money", days, series(("Depois de ligação", "Sem ligação"), 60, 10_000_000), SAY),
        "heat": Chart("heat", "Atendimento por hora", "share", hours, tuple(Series(name, tuple(random.random() if hour % 5 else None for hour in range(13))) for name in week), SAY),
        "none": Chart("bars", "Nada", "count", BAIRROS, (Series("Comum", (0,) * 6),), SAY, "Ninguém deve hoje."),
    }  # fmt: skip


class Gallery:
    """One session. The button stands for a refresh of the snapshot."""

    def __init__(self, count: int) -> None:
        self.version = 0
        self.count = count
        self.said = block("<p id=said></p>")
        self.table = Table(
            COLUMNS,
            SAY,
            name="rows",
            on_select=lambda keys: self._say(f"selected {' '.join(keys)}"),
            actions=(Action("promise", "Anotar promessa"), Action("block", "Não ligar")),
            on_action=lambda action, keys: self._say(f"{action} {' '.join(keys)}"),
            empty="Ninguém deve há mais de 8 dias.",
        )
        self.table.show(rows(count))
        self.plots = {name: Plot(name, HTML, on_pick=self._picked) for name in charts()}
        for name, chart in charts().items():
            self.plots[name].show(draw(chart))
        newer = Button(label="Atualizar", margin=0)
        newer.on_click(lambda _event: self._refresh())
        chosen = [chips.Filter("Provedor", LONG_NAME, "?"), chips.Filter("Bairro", "<b>Centro</b>", "?instancia=norte")]
        card = {"background": "var(--panel-surface-color)", "border-radius": "12px", "padding": "16px", "min-width": "0"}
        grid = [
            pn.Column(
                plot.body,
                sizing_mode="stretch_width",
                margin=0,
                styles={**card, "flex": "1 1 400px", "min-width": "min(100%, 400px)"},
            )
            for plot in self.plots.values()
        ]
        self.body = pn.Column(
            block(chips.filters(HTML, chosen, "?")),
            *(block(kpi.strip(HTML, kpis(number))) for number in (7, 6, 4)),
            newer,
            self.said,
            pn.Row(*grid, sizing_mode="stretch_width", margin=0, styles={"flex-wrap": "wrap", "gap": "16px", "max-height": "none"}),
            pn.Column(self.table.body, sizing_mode="stretch_width", margin=0, styles={**card, "max-height": "none"}),
            sizing_mode="stretch_width",
            margin=0,
            styles={"gap": "16px", "padding": "16px", "max-height": "none"},
        )  # fmt: skip

    def _say(self, text: str) -> None:
        self.said.object = f"<p id=said>{text}</p>"

    def _picked(self, label: str, series: str) -> None:
        self._say(f"picked {label} / {series}")

    def _refresh(self) -> None:
        self.version += 1
        self.table.show(rows(self.count, self.version))

    def recolour(self, *, dark: bool) -> None:
        for plot in self.plots.values():
            plot.recolour(dark=dark)


def opened() -> Page:
    """`?rows=N` says how many rows the table has."""
    asked = (pn.state.session_args or {}).get("rows", [b"40"])
    gallery = Gallery(int(asked[0]))
    page = Page(title="Gallery", main=[gallery.body], busy_indicator=None, theme_toggle=False, template=MENDED)
    page.param.watch(lambda event: gallery.recolour(dark=event.new), "dark_theme")
    gallery.recolour(dark=page.dark_theme)
    return page


@asynccontextmanager
async def served(port: int) -> AsyncIterator[str]:
    """The gallery under our Content-Security-Policy; its address."""
    server = get_server(
        {"/": opened},
        port=port,
        address="127.0.0.1",
        websocket_origin=[f"127.0.0.1:{port}"],
        static_dirs={"assets": str(ASSETS)},
    )
    server._tornado.add_transform(Guarded)
    server.start()
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.stop()


async def forever(port: int) -> None:
    """Until the process is ended."""
    async with served(port):
        await asyncio.Event().wait()


if __name__ == "__main__":
    import sys

    asyncio.run(forever(int(sys.argv[1])))

"""Every visible string, number, amount and date in the reader's language.

The catalogues are the `.po` files themselves, compiled in memory at start: no binary file in git, and a translation is
one line of text. The source text is English; `pt_BR` is complete (a test holds that), `en` is the source.
"""

import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent
from babel.support import Translations
from jinja2 import Environment

CATALOGUES = Path(__file__).parent / "locale"
CURRENCY = "BRL"
CENTS = Decimal(100)
THOUSAND = 1_000
MOMENT = timedelta(seconds=1)


@dataclass(frozen=True)
class Language:
    """One locale, by its Babel name such as `pt_BR`."""

    name: str

    @cached_property
    def locale(self) -> Locale:
        """Babel's own rules for numbers and dates."""
        return Locale.parse(self.name)

    @cached_property
    def catalogue(self) -> Translations:
        """The translated strings."""
        compiled = io.BytesIO()
        with (CATALOGUES / f"{self.name}.po").open("rb") as source:
            write_mo(compiled, read_po(source, locale=self.name))
        compiled.seek(0)
        return Translations(compiled)

    @property
    def tag(self) -> str:
        """The value of `<html lang>`, such as `pt-BR`."""
        return self.name.replace("_", "-")

    def install(self, environment: Environment) -> None:
        """Let the templates of `environment` speak this language; it needs the extension `jinja2.ext.i18n`."""
        environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
            self.catalogue.gettext, self.catalogue.ngettext, newstyle=True
        )

    def __call__(self, message: str, **values: object) -> str:
        """The translation of `message`, its `%(name)s` replaced."""
        found: str = self.catalogue.gettext(message)
        return found % values if values else found

    def many(self, one: str, other: str, n: int, **values: object) -> str:
        """The translation that fits `n`, which `%(n)s` shows formatted."""
        found: str = self.catalogue.ngettext(one, other, n)
        return found % {"n": self.number(n), **values}

    def number(self, value: float) -> str:
        """A count, such as `27.000`, or a mean, such as `1,25`."""
        return format_decimal(value, locale=self.locale)

    def money(self, cents: int) -> str:
        """An exact amount, such as `R$ 1.234,56`."""
        return format_currency(Decimal(cents) / CENTS, CURRENCY, locale=self.locale)

    def short_money(self, cents: int) -> str:
        """An amount for a chart: exact below a thousand, then such as `R$ 41,2 mil`."""
        amount = Decimal(cents) / CENTS
        if amount < THOUSAND:
            return self.money(cents)
        return format_compact_currency(amount, CURRENCY, fraction_digits=1, locale=self.locale)

    def share(self, part: float) -> str:
        """A part of 1, such as `12,5%`."""
        return format_percent(part, format="#,##0.#%", locale=self.locale)

    def day(self, on: date) -> str:
        """A date, such as `23/11/2026`."""
        return format_date(on, format="short" if self.name == "en" else "dd/MM/yyyy", locale=self.locale)

    def clock(self, at: datetime, zone: str) -> str:
        """The time of day with seconds."""
        return format_datetime(at, "HH:mm:ss", tzinfo=ZoneInfo(zone), locale=self.locale)

    def moment(self, at: datetime, now: datetime, zone: str) -> str:
        """The time of day; the day as well where it is not today's in `zone`."""
        same_day = at.astimezone(ZoneInfo(zone)).date() == now.astimezone(ZoneInfo(zone)).date()
        return format_datetime(at, "HH:mm" if same_day else "dd/MM HH:mm", tzinfo=ZoneInfo(zone), locale=self.locale)

    def ago(self, age: timedelta) -> str:
        """An age in its largest unit, such as `há 2 min`."""
        return format_timedelta(-max(age, MOMENT), add_direction=True, threshold=1, format="short", locale=self.locale)


language = cache(Language)
"""By its name: its catalogue is compiled once."""

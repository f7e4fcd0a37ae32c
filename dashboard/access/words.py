"""The server's own pages, in each language: login, logout, errors. Whole documents: no script, no other host."""

from functools import cache
from pathlib import Path

from jinja2 import Environment

from dashboard.words.blocks import environment
from dashboard.words.language import language

TEMPLATES = Path(__file__).parent / "templates"


class Words:
    """Renders `templates/NAME.html`."""

    def __call__(self, page: str, locale: str, **values: object) -> str:
        """In the language of that Babel name."""
        return _environment(locale).get_template(f"{page}.html").render(values)


@cache
def _environment(locale: str) -> Environment:
    say = language(locale)
    found = environment(TEMPLATES, say)
    found.globals.update(language_tag=say.tag)
    return found

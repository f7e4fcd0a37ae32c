"""The server's own pages, in each language: login, logout, errors. Whole documents: no script, no other host."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboard.words.language import Language

TEMPLATES = Path(__file__).parent / "templates"


class Words:
    """Renders `templates/NAME.html`."""

    def __call__(self, page: str, locale: str, **values: object) -> str:
        """In the language of that Babel name."""
        return _environment(locale).get_template(f"{page}.html").render(values)


@cache
def _environment(locale: str) -> Environment:
    say = Language(locale)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    say.install(environment)
    environment.globals.update(language_tag=say.tag, many=say.many)
    return environment

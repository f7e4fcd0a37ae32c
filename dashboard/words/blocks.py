"""How HTML is made from a folder of templates, in one language: what a template is given is escaped."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboard.words.language import Language


def environment(folder: Path, say: Language) -> Environment:
    """A name that a template does not know is an error, and not an empty text."""
    found = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    say.install(found)
    found.globals.update(many=say.many)
    return found

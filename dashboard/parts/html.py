"""The text of the page's blocks: HTML from `templates/`, escaped by Jinja, in one language."""

import re
from collections.abc import Mapping
from pathlib import Path

from dashboard.words import labels
from dashboard.words.blocks import environment
from dashboard.words.errors import plain_error
from dashboard.words.language import Language

TEMPLATES = Path(__file__).parent / "templates"
BETWEEN_TAGS = re.compile(r">\s+<")
NEEDLESS_QUOTES = re.compile(r'="([\w-]+)"(?=[\s>])')
"""Round one word, and never an ERP's: Jinja writes its quotes as `&#34;`."""


class Html:
    """Renders blocks by name. A template knows the language and the words of every closed list."""

    def __init__(self, say: Language) -> None:
        self.say = say
        self._environment = environment(TEMPLATES, say)
        self._environment.globals.update(say=say, labels=labels, plain_error=plain_error)

    def __call__(self, name: str, values: Mapping[str, object]) -> str:
        """The block `name`, without indentation and quotes that it does not need: every session is sent it, and escaped."""
        text = self._environment.get_template(f"{name}.html").render(values).strip()
        return NEEDLESS_QUOTES.sub(r"=\1", BETWEEN_TAGS.sub("><", text))

    @property
    def apology(self) -> str:
        """What is shown instead of a page that could not be built."""
        return self("apology", {})

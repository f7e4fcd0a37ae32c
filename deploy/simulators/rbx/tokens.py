"""The text of a `Filtro` in pieces, as MySQL cuts it: quotes and their escapes, comments, keywords in any case."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

WORDS: Final = frozenset({"AND", "OR", "NOT", "IN", "BETWEEN", "LIKE", "IS", "NULL", "TRUE", "FALSE"})
SIGNS: Final = {"||": "OR", "&&": "AND", "!=": "<>"}
TOKEN: Final = re.compile(
    r"""(?P<space>\s+|--(?=\s|$)[^\n]*|\#[^\n]*|/\*.*?\*/)
    |(?P<text>'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*")
    |(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?!\w))
    |(?P<name>(?:[^\W\d]\w*|`[^`]+`)(?:\.(?:[^\W\d]\w*|`[^`]+`))?)
    |(?P<sign><=|>=|<>|!=|\|\||&&|[=<>(),-])""",
    re.VERBOSE | re.DOTALL,
)
ESCAPE: Final = re.compile(r"""\\(.)|''|\"\"""", re.DOTALL)
ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "%": r"\%", "_": r"\_"}


class FilterError(Exception):
    """The database refuses the `Filtro`; the message is MySQL's."""


class Token(NamedTuple):
    """`kind`: text, number, name, word (a keyword, in capitals), sign or end."""

    kind: str
    text: str


def tokens(filtro: str) -> Iterator[Token]:
    """Without space and comments. Raises FilterError."""
    at = 0
    while at < len(filtro):
        found = TOKEN.match(filtro, at)
        if found is None:
            raise syntax_error(filtro[at:])
        at, kind, text = found.end(), str(found.lastgroup), found.group()
        if kind == "text":
            yield Token(kind, ESCAPE.sub(_unescaped, text[1:-1]))
        elif (kind == "name" and text.upper() in WORDS) or SIGNS.get(text) in WORDS:
            yield Token("word", SIGNS.get(text, text.upper()))
        elif kind != "space":
            yield Token(kind, SIGNS.get(text, text.replace("`", "")))
    yield Token("end", "")


def syntax_error(rest: str) -> FilterError:
    """Of what cannot be read from `rest` on."""
    return FilterError(f"You have an error in your SQL syntax near '{rest[:80]}'")


def _unescaped(found: re.Match[str]) -> str:
    return ESCAPED.get(found[1], found[1]) if found[1] else found[0][0]

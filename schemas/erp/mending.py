"""Names that went through a program too many: entities of HTML, accents that were encoded twice. Pure.

Mended by ftfy, which was tried against a rule of our own (encode as Windows-1252, decode as UTF-8): that one misses names of
which only a part is spoilt, and the five bytes that Windows-1252 lacks. What has more than one reading stays as it is.
"""

import re

from ftfy import TextFixerConfig, fix_text

SPOILT = re.compile("&#?[0-9A-Za-z]{1,24};|[Â-ô][\x80-\xbfŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]")  # noqa: RUF001 - what Windows has
"""What may be an entity, or a sign of several bytes read byte by byte; no Portuguese word has it. (ftfy takes 50 µs.)"""
ONE_READING = TextFixerConfig(
    unescape_html=True,
    replace_lossy_sequences=False,
    remove_terminal_escapes=False,
    fix_c1_controls=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    fix_surrogates=False,
    remove_control_chars=False,
    normalization=None,
    explain=False,
)


def mended(text: str) -> str:
    """The text as it was meant, where it can have been meant one way only."""
    return fix_text(text, ONE_READING) if SPOILT.search(text) else text

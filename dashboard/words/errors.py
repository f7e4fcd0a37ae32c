"""Why a reading failed, without the name of an exception: a clerk reads it (pure)."""

import re

from dashboard.words.labels import N_
from dashboard.words.language import Language

EXCEPTION = re.compile(r"\b[A-Z]\w*?(Timeout|Error|Exception|Failure|Refused|Reset)\b")
"""As Python and its libraries name them: one word that begins with a capital and ends so."""
TIMEOUT = N_("it took too long")
OTHER = N_("the connection failed")


def plain_error(text: str, say: Language) -> str:
    """`text` of a sweep, with words instead of each exception's name; everything else is as the stage wrote it."""

    def words(found: re.Match[str]) -> str:
        if found[0] == found[1]:  # a plain word, as in "HTTP 500 Internal Server Error"
            return found[0]
        why = TIMEOUT if found[1] == "Timeout" else OTHER
        return say(why)

    return EXCEPTION.sub(words, text)

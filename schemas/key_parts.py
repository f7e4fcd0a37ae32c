"""What a part of a key is spelled like, as the key's separator is ":". Pure.

A ":" within a part (a MAC address as a login) is written `%3A`, and "%" as `%25` only where `3A` or `25` follows: so every
text has one spelling and every spelling one text, and a part without ":" is spelled as it always was.
"""

import re

TO_ESCAPE, TO_READ = re.compile(r":|%(?=3A|25)"), re.compile(r"%3A|%25")
SPELLED = {":": "%3A", "%": "%25"}
READ = {spelled: sign for sign, spelled in SPELLED.items()}


def escaped(part: str) -> str:
    """`part` without ":"; `unescaped` gives it back."""
    return TO_ESCAPE.sub(lambda found: SPELLED[found[0]], part) if ":" in part or "%" in part else part


def unescaped(part: str) -> str:
    """What was escaped."""
    return TO_READ.sub(lambda found: READ[found[0]], part) if "%" in part else part

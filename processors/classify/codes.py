"""Asterisk's words and what each is worth; of two that contradict each other the earlier in its table is believed.

What they mean and how we know: `schemas/ASTERISK.md`. A word that is in no table is kept as it came and decides nothing.
"""

from collections.abc import Mapping

from schemas.attempts import Outcome

AMD: Mapping[str, Outcome] = {
    "HUMAN": "human",
    "PERSON": "human",
    "MACHINE": "machine",
    "NOTSURE": "not_sure",
    "HANGUP": "dropped",
}
"""`AMDSTATUS`. A human anywhere in the call is a human."""
AMD_CAUSES: Mapping[str, str] = {
    "HUMAN": "HUMAN",
    "INITIALSILENCE": "MACHINE",
    "LONGGREETING": "MACHINE",
    "MAXWORDS": "MACHINE",
    "MAXWORDLENGTH": "MACHINE",
    "TOOLONG": "NOTSURE",
    "NOAUDIODATA": "NOTSURE",
}
"""`AMDCAUSE` up to its first hyphen, and the status that it goes with."""
CAUSES: Mapping[int, Outcome] = {
    1: "invalid_number",
    22: "invalid_number",
    28: "invalid_number",
    17: "busy",
    34: "congestion",
    38: "congestion",
    41: "congestion",
    42: "congestion",
    44: "congestion",
    47: "congestion",
    18: "no_answer",
    19: "no_answer",
    20: "no_answer",
    2: "failed",
    3: "failed",
    21: "failed",
    27: "failed",
    29: "failed",
    50: "failed",
    57: "failed",
    58: "failed",
    88: "failed",
    102: "failed",
}
"""Hang-up causes (Q.850) of a call that nobody answered."""
NORMAL = frozenset({16, 26, 31})
"""Causes that tell of no fault: somebody hung up."""
DISPOSITIONS: Mapping[str, Outcome | None] = {
    "ANSWERED": None,
    "BUSY": "busy",
    "CONGESTION": "congestion",
    "FAILED": "failed",
    "NO ANSWER": "no_answer",
    "CANCEL": "no_answer",
}
"""Of a record; ANSWERED alone says nothing of who answered."""
DIAL_STATUSES: Mapping[str, str] = {
    "ANSWER": "ANSWERED",
    "BUSY": "BUSY",
    "CONGESTION": "CONGESTION",
    "CHANUNAVAIL": "FAILED",
    "NOANSWER": "NO ANSWER",
    "CANCEL": "CANCEL",
}
"""The disposition that each goes with. Others (`RINGING`, `PROGRESS`) are on their way."""
NUMBERED = {
    "0": "NO ANSWER",
    "1": "NO ANSWER",
    "2": "FAILED",
    "4": "BUSY",
    "8": "ANSWERED",
    "16": "CONGESTION",
    "32": "CANCEL",
}
"""What a column of numbers holds instead of the word."""
UNTOLD = "AppDial2"
"""The last application of a channel that was originated and never answered: it says nothing more."""
APPS = ("AMD", "VoiceMail")


def disposition(text: str) -> str:
    """The word, however a source spells it."""
    word = NUMBERED.get(text, text.upper().replace("_", " "))
    return "NO ANSWER" if word == "NOANSWER" else word


def place(word: object, table: Mapping[str, object] | Mapping[int, object] | tuple[str, ...]) -> int:
    """The word's place in the table; behind all of it where it is not there."""
    return next((number for number, known in enumerate(table) if known == word), len(table))

"""The words of calls, and of what people decide about them."""

from typing import Final

from dashboard.words.labels import N_
from schemas.attempts import Outcome
from schemas.controls import BlockReason

OUTCOMES: Final[dict[Outcome, str]] = {
    "human": N_("Answered by a person"),
    "machine": N_("Answering machine"),
    "machine_presumed": N_("Probably a machine"),
    "not_sure": N_("Person or machine, not sure"),
    "dropped": N_("Hung up at once"),
    "busy": N_("Busy"),
    "no_answer": N_("No answer"),
    "congestion": N_("Network busy"),
    "invalid_number": N_("Number does not exist"),
    "failed": N_("Call failed"),
    "lost": N_("Result not known"),
}
UNDER_WAY: Final = N_("Under way")
WOULD_HAVE_CALLED: Final = N_("Would have called")
"""Of a dry run: everything was done but the ringing."""

BLOCK_REASONS: Final[dict[BlockReason, str]] = {
    "asked": N_("Asked not to be called"),
    "wrong_number": N_("The number is somebody else's"),
    "deceased": N_("The client has died"),
    "dispute": N_("Disputes the debt"),
    "other": N_("Another reason"),
}

WITNESSES: Final[dict[str, str]] = {
    "ari": N_("PABX, live (ARI)"),
    "ami": N_("PABX, live (AMI)"),
    "csv": N_("Call records (CSV)"),
    "json": N_("Call records (JSON)"),
    "sql": N_("Call records (table)"),
}
PIECES: Final[dict[str, str]] = {"record": N_("Record"), "event": N_("Event")}
STATES: Final[dict[str, str]] = {
    "reserving": N_("being reserved"),
    "reserved": N_("reserved"),
    "ringing": N_("rang"),
    "ended": N_("ended"),
    "lost": N_("end not known"),
    "refused": N_("refused"),
    "abandoned": N_("given up"),
}
AMD: Final[dict[str, str]] = {
    "HUMAN": N_("Person"),
    "MACHINE": N_("Machine"),
    "NOTSURE": N_("Not sure"),
    "HANGUP": N_("Hung up while it listened"),
    "INITIALSILENCE": N_("silence at first"),
    "LONGGREETING": N_("long greeting"),
    "MAXWORDS": N_("many words"),
    "MAXWORDLENGTH": N_("one long word"),
    "TOOLONG": N_("no decision in time"),
    "NOAUDIODATA": N_("no audio"),
}
"""Asterisk's words for what `AMD()` found and why."""

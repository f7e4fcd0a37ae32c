"""A password from the keyboard, twice and unseen, or from stdin; never an argument, which all of a machine can read."""

import sys

import typer

from schemas.errors import StopWorker


def password(of: str) -> str:
    """The first line of stdin where that is no terminal. Raises StopWorker where there is none."""
    if sys.stdin.isatty():
        return str(typer.prompt(f"Password of {of}", hide_input=True, confirmation_prompt="Once more", err=True))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise StopWorker("no password on stdin: give it as one line, or run this at a terminal")
    return line

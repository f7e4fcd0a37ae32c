"""What an ERP says of itself where it answers no rows: its own words, for whoever must mend it. Pure."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from schemas.erp.json_text import decoded, read_json

SHOWN = 200
"""Characters."""
MESSAGES = (
    "message",
    "mensagem",
    "msg",
    "error",
    "erro",
    "detail",
    "detalhe",
    "erro_desc",
    "error_description",
    "descricao",
)
KINDS = ("type", "tipo", "status")
SUCCESSES = ("success", "sucesso", "ok", "status")
ERRORS = ("error", "erro")
ERROR_KINDS = frozenset({"error", "erro", "fail", "failed", "failure", "falha"})
NOT = frozenset({"false", "0", "n", "nao", "não", "no"})
HIDDEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^<>]*>", re.IGNORECASE | re.DOTALL)
OF_PEOPLE = re.compile(
    r"\b\d{3}\.\d{3}\.\d{3}-?\d{2}\b|\b\d{2}\.\d{3}\.\d{3}/\d{4}-?\d{2}\b|\(?\b\d{2}\)? ?9?\d{4}[- ]?\d{4}\b|\d{9,}"
)
"""Documents and telephones, and what may be one: a message may repeat whom it was asked for. Addresses and days stay."""


def words(said: bytes | str | Mapping[str, Any]) -> str:
    """At most 200 characters of it on one line, without markup, documents and telephones; "" where it says nothing."""
    if isinstance(said, bytes):
        said = _read(said)
    text = said if isinstance(said, str) else _message(said)
    bare = " ".join(unescape(HIDDEN.sub(" ", text)).split())
    return OF_PEOPLE.sub("…", "".join(sign for sign in bare if sign.isprintable()))[:SHOWN].strip()


def quoted(said: bytes | str | Mapping[str, Any]) -> str:
    """For the middle of a message: its words in brackets, or nothing."""
    found = words(said)
    return f' ("{found}")' if found else ""


def is_failure(body: Mapping[str, Any]) -> bool:
    """Whether an object says that it is an error, in English or in Portuguese."""
    told = {str(name).casefold(): value for name, value in body.items()}
    if any(_word(told.get(name)) in ERROR_KINDS for name in KINDS):
        return True
    if any(name in told and _word(told[name]) in NOT for name in SUCCESSES):
        return True
    return any(bool(told.get(name)) and _word(told[name]) not in NOT for name in ERRORS)


def _read(content: bytes) -> str | Mapping[str, Any]:
    try:
        found = read_json(content)
    except ValueError:
        return decoded(content)
    if isinstance(found, list):
        found = next(iter(found), "")
    return found if isinstance(found, str | dict) else ""


def _message(body: Mapping[str, Any]) -> str:
    for name in MESSAGES:
        found = body.get(name)
        if isinstance(found, str) and found.strip():
            return found
        if isinstance(found, dict) and (inner := _message(found)):
            return inner
    return ""


def _word(value: object) -> str:
    return str(value).strip().casefold()

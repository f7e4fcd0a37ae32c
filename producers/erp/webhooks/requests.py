"""What is asked of an ISP's webhooks, every name from the configuration. Pure."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, urlencode

import orjson

from schemas.erp.altarede_options import PLACE, AltaredeWebhooks, Resource
from schemas.erp.declaration import Signed
from schemas.errors import StopWorker

JSON = "application/json"


class Parts(NamedTuple):
    """What a request consists of beside its path."""

    header: dict[str, str]
    query: dict[str, str]
    body: dict[str, str]


def signed(options: AltaredeWebhooks, resource: Resource, words: Mapping[str, str], secrets: Mapping[str, str]) -> Signed:
    """The request with `words` filled in and each secret in its place. Raises StopWorker for one that no header can hold."""
    query = {name: _filled(text, words) for name, text in resource.query.items()}
    body = {name: _filled(text, words) for name, text in resource.body.items()}
    parts = Parts({"accept": JSON}, query, body)
    for option, place in (("token", options.token_in), ("app_key", options.app_key_in)):
        if secret := secrets.get(option, ""):
            where, _, name = place.partition(":")
            if where == "header" and not (secret.isascii() and secret.isprintable()):
                raise StopWorker(f"erp.{option} holds signs that a header cannot: enter it again without blanks around it")
            getattr(parts, where)[name] = secret
    if body or resource.method == "POST":
        parts.header["content-type"] = JSON
    content = orjson.dumps(body) if body or resource.method == "POST" else b""
    path = _filled(resource.path, {word: quote(text, safe="") for word, text in words.items()})
    return Signed(f"{path}?{urlencode(query)}" if query else path, parts.header, content, resource.method)


def _filled(text: str, words: Mapping[str, str]) -> str:
    """In one pass: what is filled in is not looked into again."""
    return PLACE.sub(lambda place: words[place[1]], text)

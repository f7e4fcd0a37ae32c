"""Instances as files: what `collector instance export` writes and `import` reads, without secrets (pure)."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from schemas.instance_changes import Fields, exported, open_secrets

MOST_BYTES = 5_000_000
"""Of a file: a hundred instances with every bairro of a city are less than one."""


class NotRead(ValueError):
    """`why` a file is not taken; `name`: of the instance or field that is to blame."""

    def __init__(self, why: Literal["no_json", "no_instance", "twice", "secret"], name: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.name = name


def written(documents: Iterable[Mapping[str, Any]]) -> str:
    """The file of stored instances."""
    return json.dumps([exported(one) for one in documents], indent=2, ensure_ascii=False) + "\n"


def brought(content: bytes) -> dict[str, Fields]:
    """The instances of a file by name: a list of them, or one. Raises NotRead."""
    if len(content) > MOST_BYTES:
        raise NotRead("no_json")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise NotRead("no_json") from None
    named: dict[str, Fields] = {}
    for one in found if isinstance(found, list) else [found]:
        if not isinstance(one, dict) or not isinstance(one.get("name"), str) or not isinstance(one.get("erp"), dict):
            raise NotRead("no_instance")
        if one["name"] in named:
            raise NotRead("twice", one["name"])
        if secrets := open_secrets(one):
            raise NotRead("secret", secrets[0])
        named[one["name"]] = one
    return named

"""Which instance, kind and id a dead letter is about: from its key, or where it has none from its place. Pure."""

import re
from typing import NamedTuple

from schemas.erp import ERPS
from schemas.key_parts import unescaped
from schemas.topics import SWEEPS

OF_AN_ERP = re.compile(r"(?P<erp>[^/\[\]@]+)/(?P<table>[^\[\]@]+)\[(?P<instance>[^\]]+)\]@(?P<id>.*)", re.DOTALL)
"""How `erp-poller` says where a row was, which has no key yet."""
OF_A_TOPIC = re.compile(r"(?P<word>.+)\.v\d+\[\d+\]@\d+")
PARTS = 4
NAME = re.compile(r"[a-z0-9_-]{1,32}")


class Whose(NamedTuple):
    """`kind`: of the ERP's row, or what the topic is about; each "" where nothing tells."""

    instance: str = ""
    kind: str = ""
    id: str = ""


def whose(key: bytes | None, place: str) -> Whose:
    """Of any stage's letter; a key that is none of ours tells nothing."""
    if row := OF_AN_ERP.fullmatch(place):
        return Whose(row["instance"], _kind(row["erp"], row["table"]), row["id"])
    parts = (key or b"").decode(errors="replace").split(":", PARTS - 1)
    if len(parts) < 2 or not NAME.fullmatch(parts[0]):  # noqa: PLR2004 - an instance, and something of it
        return Whose()
    if len(parts) == PARTS:
        return Whose(parts[0], parts[2], parts[3])
    topic = OF_A_TOPIC.fullmatch(place)
    if place.startswith(f"{SWEEPS.name}["):
        return Whose(parts[0], parts[1], "")
    return Whose(parts[0], topic["word"] if topic else "", ":".join(map(unescaped, parts[1:])))


def _kind(erp: str, table: str) -> str:
    return next((one.kind for one in ERPS[erp].tables if one.name == table), table) if erp in ERPS else table

"""What a real Asterisk 22.10.1 said of its calls (`lab/`), as evidence of attempts, each with what the far end did.

The first digit that was dialled fixed the truth. An attempt's id stands for the id that the lab's call had.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from ulid import ULID

from schemas.attempts import Outcome
from schemas.evidence import EVENT_FIELDS, FIELDS, Evidence, Piece, Witness

LAB = Path(__file__).parent / "lab"
MADE = datetime(2026, 11, 22, 13, 40, tzinfo=UTC)
TRUTH: Mapping[str, Outcome] = {
    "1": "human",
    "2": "machine",
    "3": "busy",
    "4": "no_answer",
    "5": "congestion",
    "6": "invalid_number",
    "7": "machine",
    "8": "dropped",
    "9": "machine",
    "0": "machine",
}
DIALLED = {
    **{f"1795354813.{n}": TRUTH[str(n + 1)] for n in range(5)},
    **{f"1795354814.{n}": TRUTH[str((n + 1) % 10)] for n in range(5, 10)},
    "1795354831.16": TRUTH["1"],
    "1795354831.19": TRUTH["3"],
    "1795354831.23": TRUTH["4"],
    "1795354831.26": TRUTH["5"],
    "1795354831.30": TRUTH["6"],
    "1795354832.34": TRUTH["8"],
    "1795354832.37": TRUTH["1"],  # a fork: one rings on, the other answers
    "1795354832.39": TRUTH["1"],  # busy first, then another answers
    **{f"att-{first}301": TRUTH[first] for first in "134568"},
    **{f"ari-{first}401": TRUTH[first] for first in "13"},
    "1795354976.127": TRUTH["3"],
    "1795354979.131": TRUTH["3"],
    "1795354976.126": TRUTH["1"],
}


def attempt_of(linked: str) -> str:
    """One ULID for each of the lab's calls."""
    return str(ULID.from_bytes(ULID.from_datetime(MADE).bytes[:6] + sha256(linked.encode()).digest()[:10]))


def evidence(linked: str, witness: Witness, piece: Piece, fields: Mapping[str, str]) -> Evidence:
    attempt = attempt_of(linked)
    mine = {
        name: value.replace(linked, attempt) if name in ("uniqueid", "linkedid") else value for name, value in fields.items()
    }
    return Evidence(instance="norte", code="1042", attempt=attempt, witness=witness, piece=piece, fields=mine, seen_at=MADE)


@cache
def events() -> Mapping[str, tuple[Evidence, ...]]:
    """By the call: what the manager interface told live."""
    found = defaultdict(list)
    for line in (LAB / "events.jsonl").read_text().splitlines():
        said: dict[str, Any] = json.loads(line)
        fields = {
            "type": said["Event"],
            "timestamp": said["time"],
            "channel": said["Channel"],
            "uniqueid": said["Uniqueid"],
            "state": said.get("ChannelStateDesc", ""),
            "cause": said.get("Cause", ""),
            "variable": said.get("Variable", ""),
            "value": said.get("Value", ""),
            "dialstatus": said.get("DialStatus", ""),
        }
        assert fields.keys() <= set(EVENT_FIELDS)
        found[said["Linkedid"]].append(evidence(said["Linkedid"], "ami", "event", {k: v for k, v in fields.items() if v}))
    return {linked: tuple(pieces) for linked, pieces in found.items()}


@cache
def records() -> Mapping[str, tuple[Evidence, ...]]:
    """By the call: the rows of Master.csv, `unanswered=yes`."""
    found = defaultdict(list)
    for row in csv.DictReader((LAB / "records.csv").read_text().splitlines()):
        assert row.keys() <= set(FIELDS)
        linked = row["linkedid"] or row["uniqueid"]
        found[linked].append(evidence(linked, "csv", "record", row))
    return {linked: tuple(pieces) for linked, pieces in found.items()}


@cache
def table_rows() -> tuple[tuple[Outcome | None, Evidence], ...]:
    """Of a table with FreePBX's columns: no `answer`, no `end`. The truth, where the number dialled is known."""
    found = []
    for row in csv.DictReader((LAB / "freepbx.csv").read_text().splitlines()):
        row["start"] = row.pop("calldate")
        dialled = row["userfield"].partition("to=55110000")[2][:1]
        found.append((TRUTH.get(dialled), evidence(row["linkedid"], "sql", "record", row)))
    return tuple(found)

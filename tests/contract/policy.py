"""What must hold for topics, views and their examples, as functions that return complaints: each is tested to complain."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from schemas import topics as topics_module
from schemas.codec import decode, encode
from schemas.dead import DeadLetter, Why
from schemas.errors import RejectRecord
from schemas.topics import DEAD, ERASE, HEARTBEATS, KEYED_PARTITIONS, ROW_TOPICS, TOPICS, Topic
from schemas.views import VIEWS, View

TOPIC_NAME = re.compile(r"[a-z]+(\.[a-z]+)*\.v[1-9][0-9]*")
ERP_FOLDER = "erp"
RELEASED = "released"
"""Beside the examples of today, those of every release: they have a policy of their own."""
DEAD_FIELDS = {"key", "value", "headers"}

# --- topics


def topic_faults(topics: Sequence[Topic], stages: Iterable[str]) -> Iterator[str]:
    """Names, retention, partitions, and stages that exist."""
    known = set(stages)
    names = [topic.name for topic in topics]
    for topic in topics:
        if names.count(topic.name) > 1:
            yield f"{topic.name} is declared twice"
        if not TOPIC_NAME.fullmatch(topic.name):
            yield f"{topic.name} is no topic name such as erp.bill.v1"
        if topic.replay is None and topic.retention is None:
            yield f"{topic.name} needs one of replay and retention"
        if topic.replay is not None and topic.replay > ERASE:
            yield f"{topic.name} keeps what was erased for longer than ERASE"
        if "instance:client" in topic.key and topic.partitions != KEYED_PARTITIONS:
            yield f"{topic.name} is keyed on a debtor and has not KEYED_PARTITIONS partitions"
        if not topic.producers or not topic.consumers:
            yield f"{topic.name} is written or read by nobody"
        for stage in sorted({*topic.producers, *topic.consumers} - known):
            yield f"{topic.name} names {stage}, which is no stage"


def use_faults(topics: Sequence[Topic], mains: Mapping[str, str], root: Path) -> Iterator[str]:
    """Stages that a topic names and whose code, below `root`, never touches it. `mains`: stage → `module:function`."""
    used = {stage: set(used_by(main.partition(":")[0], root)) for stage, main in mains.items()}
    for topic in topics:
        for stage in sorted({*topic.producers, *topic.consumers} & used.keys()):
            if topic.name not in used[stage]:
                yield f"{topic.name} names {stage}, whose code never uses it"


def used_by(module: str, root: Path) -> Iterator[str]:
    """Names of the topics that a stage's modules import, by themselves or inside what carries them."""
    carriers: dict[tuple[str, str], list[Topic]] = {
        ("schemas.topics", name): [value] for name, value in vars(topics_module).items() if isinstance(value, Topic)
    }
    carriers["schemas.topics", "ROW_TOPICS"] = list(ROW_TOPICS.values())
    carriers["schemas.views", "VIEWS"] = [view.topic for view in VIEWS]
    carriers["schemas.runtime.kafka", "bury"] = [DEAD]
    carriers["schemas.runtime.transactions", "letters_part"] = [DEAD]
    carriers["schemas.runtime.process", "run"] = [HEARTBEATS]
    package, todo, done = module.partition(".")[0], [module], set[str]()
    while todo:
        here = todo.pop()
        file = root / f"{here.replace('.', '/')}.py"
        if here in done or not file.exists():
            continue
        done.add(here)
        for imported in (node for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, ast.ImportFrom)):
            source = imported.module or ""
            if source.partition(".")[0] == package:
                todo.append(source)
            for name in imported.names:
                yield from (topic.name for topic in carriers.get((source, name.name), []))


# --- examples


def example_faults(folder: Path, topics: Sequence[Topic] = TOPICS) -> Iterator[str]:
    """Every example belongs to a topic and is read by its model; every topic has one."""
    by_name = {topic.name: topic for topic in topics}
    for entry in sorted(folder.iterdir()):
        if entry.name not in {*by_name, ERP_FOLDER}:
            yield f"{entry.name} belongs to no topic"
    for name, topic in by_name.items():
        entries = sorted((folder / name).iterdir()) if (folder / name).is_dir() else []
        files = [entry for entry in entries if entry.name != RELEASED]
        if not files:
            yield f"{name} has no example"
        for file in files:
            if said := _unread(file, topic):
                yield f"{name}/{file.name}: {said}"


def _unread(file: Path, topic: Topic) -> str:
    if file.suffix != ".json":
        return "is no JSON file"
    try:
        if topic.model is None:
            letter_of(file)
            return ""
        event = decode(topic.model, file.read_bytes())
        topic.model.model_validate_json(file.read_bytes())  # as we write: an unknown field is an error
        return "" if decode(topic.model, encode(event)) == event else "does not survive encoding"
    except ValidationError as exc:
        first = exc.errors()[0]
        return f"{exc.title}.{'.'.join(map(str, first['loc']))}: {first['type']}"
    except (RejectRecord, ValueError, KeyError, TypeError) as exc:
        return str(exc) or type(exc).__name__


def letter_of(file: Path) -> DeadLetter:
    """The dead letter in an example. Raises ValueError where it is none."""
    found: dict[str, Any] = orjson.loads(file.read_bytes())
    if found.keys() != DEAD_FIELDS:
        raise ValueError(f"a dead letter has {', '.join(sorted(DEAD_FIELDS))}")
    key, value = (None if found[part] is None else str(found[part]).encode() for part in ("key", "value"))
    return DeadLetter(key, value, Why(**found["headers"]))


INVENTED = re.compile(r"111\.444\.777-35|12\.ABC\.345/01DE-35|(\+5582|\(82\) |82)[0-9]?[0-9]{4}-?000[0-9]|0800 082 1234")
PERSONAL = {
    "a document": re.compile(r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}|[0-9A-Z]{2}(\.[0-9A-Z]{3}){2}/[0-9A-Z]{4}-[0-9]{2}"),
    "a telephone": re.compile(r"\+55[0-9]{10,11}|\([0-9]{2}\) [0-9-]{9,}|(?<=\")[1-9]{2}9[0-9]{8}(?=\")"),
    "an address": re.compile(r"[a-z]@[a-z]+\.|https?://"),
}


def person_faults(folder: Path) -> Iterator[str]:
    """Documents, telephones and addresses that are not the invented ones."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = file.read_text(encoding="utf-8", errors="replace")  # some are spelled as the field does
        for what, pattern in PERSONAL.items():
            if any(not INVENTED.fullmatch(found.group()) for found in pattern.finditer(text)):
                yield f"{file.name} shows {what}"


# --- views


Query = tuple[str, Sequence[Mapping[str, Any]]]
"""A view's name and a pipeline over it."""


def index_faults(views: Sequence[View], queries: Iterable[Query]) -> Iterator[str]:
    """Queries whose conditions and order no index of the view serves, and views that nobody can ask by instance.

    A stage belongs to no instance, and there are too few to need an index.
    """
    by_name = {view.name: view for view in views}
    for name, pipeline in queries:
        conditions, order = _asked(pipeline)
        if not any(_serves(index, conditions, order) for index in by_name[name].indexes):
            yield f"{name} has no index for {sorted(conditions)} in the order {order}"
    for view in views:
        if view.topic is not HEARTBEATS and not any(index[0][0] == "instance" for index in view.indexes):
            yield f"{view.name} cannot be asked by instance"


def _asked(pipeline: Sequence[Mapping[str, Any]]) -> tuple[set[str], list[tuple[str, int]]]:
    first, *rest = pipeline
    order = list(rest[0]["$sort"].items()) if rest and "$sort" in rest[0] else []
    return set(first["$match"]), order


def _serves(index: Sequence[tuple[str, int]], conditions: set[str], order: list[tuple[str, int]]) -> bool:
    head, tail = index[: len(conditions)], list(index[len(conditions) :][: len(order)])
    backwards = [(field, -direction) for field, direction in order]
    return {field for field, _ in head} == conditions and tail in (order, backwards)

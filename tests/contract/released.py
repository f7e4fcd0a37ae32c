"""What must hold between releases, as functions that return complaints: each is tested to complain."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import orjson
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from deploy.released import FOLDER, SUFFIX
from schemas.codec import decode
from schemas.errors import RejectRecord
from schemas.topics import TOPICS, Topic
from tests.contract.policy import letter_of

WIDER = frozenset({"enum", "minimum", "maximum", "exclusiveMaximum", "maxLength", "pattern"})
"""What a release may refuse of a value that has become possible since: a word, or one beyond its bounds."""
FORMATS = FormatChecker(["date"])


@FORMATS.checks("date-time", raises=ValueError)
def _aware(value: object) -> bool:
    """An instant without an offset is none of ours."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def versions(folder: Path, topic: Topic) -> list[str]:
    """Of a topic, as they were released."""
    return sorted(file.name.removesuffix(SUFFIX) for file in (folder / topic.name / FOLDER).glob(f"*{SUFFIX}"))


def lost_faults(folder: Path, topics: Sequence[Topic], version: str | None = None) -> Iterator[str]:
    """A release keeps the examples and the schema of each of its topics, and nothing else lies there.

    `version`: one that each of these topics must have.
    """
    for topic in topics:
        kept = folder / topic.name / FOLDER
        if version and version not in versions(folder, topic):
            yield f"{topic.name} has no schema of {version}"
        for found in versions(folder, topic):
            if not list((kept / found).glob("*.json")):
                yield f"{topic.name} has no example of {found}"
        for entry in sorted(kept.iterdir()) if kept.is_dir() else []:
            if entry.name.removesuffix(SUFFIX) not in versions(folder, topic):
                yield f"{topic.name}/{FOLDER}/{entry.name} is of no release"


def new_reads_old(folder: Path, topics: Sequence[Topic] = TOPICS) -> Iterator[str]:
    """Released examples that the code of today cannot read."""
    for topic in topics:
        for file in sorted((folder / topic.name / FOLDER).glob("*/*.json")):
            try:
                if topic.model is None:
                    letter_of(file)
                else:
                    decode(topic.model, file.read_bytes())
            except (RejectRecord, ValueError, KeyError, TypeError) as exc:
                yield f"{file.relative_to(folder)}: {exc}"


def old_reads_new(folder: Path, grown: Collection[str] = (), topics: Sequence[Topic] = TOPICS) -> Iterator[str]:
    """Examples of today that the code of a release could not read.

    `grown`: those, as `TOPIC/FILE`, that show a word or a value which was not possible: older readers dead-letter them.
    """
    refused = set[str]()
    for topic in topics:
        for version in versions(folder, topic):
            schema = orjson.loads((folder / topic.name / FOLDER / f"{version}{SUFFIX}").read_bytes())
            judge = Draft202012Validator(schema, format_checker=FORMATS)
            for file in sorted((folder / topic.name).glob("*.json")):
                name = str(file.relative_to(folder))
                errors = list(judge.iter_errors(orjson.loads(file.read_bytes())))
                if name in grown and errors and all(_is_wider(error) for error in errors):
                    refused.add(name)
                    continue
                yield from (f"{name}: {version} cannot read {_place(error)}: {error.validator}" for error in errors)
    yield from (f"{name} is read by every release: it is not grown" for name in sorted(set(grown) - refused))


def _is_wider(error: ValidationError) -> bool:
    """Also where another type might stand instead."""
    return error.validator in WIDER or (bool(error.context) and any(_is_wider(inner) for inner in error.context or ()))


def _place(error: ValidationError) -> str:
    return ".".join(map(str, error.absolute_path)) or "it"

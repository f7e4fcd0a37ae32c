"""What a release leaves behind for ever, so that old and new go on reading each other: `python -m deploy.released 0.2.0`.

Beside the examples of each topic: `released/VERSION/*.json`, copies of them, and `released/VERSION.schema.json`, what that
version's code reads. Tests read the copies with the code of today, and judge the examples of today by the schemas.
"""

import shutil
import sys
from pathlib import Path
from typing import Any

import orjson

import schemas
from schemas.dead import Why
from schemas.topics import TOPICS, Topic

EXAMPLES = Path(schemas.__file__).parent / "examples"
FOLDER = "released"
SUFFIX = ".schema.json"


def schema_of(topic: Topic) -> dict[str, Any]:
    """JSON schema of what today's code reads: it ignores a field that it does not know.

    A dead letter's value is foreign bytes: of its example only the headers, which are text, are judged.
    """
    model = topic.model or Why
    read: dict[str, Any] = _open(model.model_json_schema(mode="validation"))
    if topic.model is not None:
        return read
    return {"type": "object", "properties": {"headers": read}, "required": ["key", "value", "headers"]}


def _open(found: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(found, dict):
        return {name: _open(part) for name, part in found.items() if (name, part) != ("additionalProperties", False)}
    return [_open(part) for part in found] if isinstance(found, list) else found


def release(version: str, folder: Path = EXAMPLES) -> int:
    """Keep the examples and schemas of today as those of `version`; how many files. Raises FileExistsError: once only."""
    written = 0
    for topic in TOPICS:
        kept = folder / topic.name / FOLDER / version
        kept.mkdir(parents=True)
        for example in sorted((folder / topic.name).glob("*.json")):
            shutil.copyfile(example, kept / example.name)
            written += 1
        text = orjson.dumps(schema_of(topic), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        (kept.parent / f"{version}{SUFFIX}").write_bytes(text)
    return written


if __name__ == "__main__":
    sys.stdout.write(f"{release(sys.argv[1])} examples are kept below schemas/examples/*/{FOLDER}/{sys.argv[1]}\n")

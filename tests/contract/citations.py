"""Where code and documents point to: pages, sections by their name, records of decisions. Complaints, as values."""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath

FOLDERS = (".ci", "schemas", "producers", "processors", "sinks", "dashboard", "deploy", "tests")
SUFFIXES = frozenset({".py", ".md", ".toml", ".yml", ".html", ".css", ".sh", ".in", ".po", ".js", ".properties", ""})
LOOKS_OUTSIDE = frozenset({".ci/run"})
"""It looks for a tool beside the project, and goes on without."""

OUTSIDE = re.compile(r"\bdesign\.md|(?<![\w./-])reference[/]|\.\./shared")
PAGE = re.compile(r"[\w./-]*\w\.md\b")
SECTION = re.compile(r"`([\w./-]+\.md)`,[\s#]+\"([^\"]+)\"")
NAMED = re.compile(r"^#+ (.+)$|\*\*([^*]+?)[.,:]?\*\*", re.MULTILINE)
RECORDS = re.compile(
    r"\b(?:decisions? |records? (?=0\d{3})|superseded by (?=0\d{3}))(\d{1,4}(?:(?:,| and|, and) \d{1,4})*)", re.IGNORECASE
)
RECORD_FILE = re.compile(r"deploy/decisions/(\d{4})-[a-z0-9-]+\.md")


def texts(root: Path) -> dict[str, str]:
    """What people wrote in the project, by its place below `root`."""
    inside = (path for folder in FOLDERS for path in (root / folder).rglob("*"))
    found = (path for path in (*root.iterdir(), *inside) if path.is_file() and path.suffix in SUFFIXES)
    kept = (path for path in found if "examples" not in path.parts and path.name != ".env")
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in kept}


def citation_faults(written: Mapping[str, str], looks_outside: Collection[str] = LOOKS_OUTSIDE) -> Iterator[str]:
    """Citations that lead out of the project or to nothing in it."""
    records = {int(name[1]) for name in map(RECORD_FILE.fullmatch, written) if name}
    for place, text in written.items():
        for found in OUTSIDE.finditer(text) if place not in looks_outside else ():
            yield f"{place}: {found[0]} is not part of the project"
        for found in PAGE.finditer(text):
            if _page(place, found[0], written) is None and not OUTSIDE.match(found[0]):
                yield f"{place}: there is no {found[0]}"
        for found in SECTION.finditer(text):
            name = " ".join(found[2].replace("\n# ", "\n").split())
            if (page := _page(place, found[1], written)) and name not in names(written[page]):
                yield f"{place}: {found[1]} has no {name!r}"
        for found in RECORDS.finditer(text):
            for number in re.findall(r"\d+", found[1]):
                if int(number) not in records:
                    yield f"{place}: there is no record {number}"


def names(page: str) -> set[str]:
    """Headings and bold beginnings, by which a page is cited."""
    return {" ".join((heading or bold).split()) for heading, bold in NAMED.findall(page)}


def _page(place: str, cited: str, written: Mapping[str, str]) -> str | None:
    """Beside what cites it, or from the top."""
    for candidate in (str(PurePosixPath(place).parent / cited), cited):
        if candidate in written:
            return candidate
    return None

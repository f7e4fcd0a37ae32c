"""A page that is there in Portuguese too, and .env.example, say the same in both: whoever changes one changes the other."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import schemas
from schemas.runtime.version import version
from tests.contract.citations import texts
from tests.contract.reading import Section, bare, doubled, sections

ROOT = Path(schemas.__file__).parent.parent
PORTUGUESE = ".pt-BR"
PAGES = sorted(
    page.relative_to(ROOT).with_suffix("").as_posix().removesuffix(PORTUGUESE)
    for folder in (ROOT.glob("*"), (ROOT / "deploy").rglob("*"))
    for page in folder
    if page.name.endswith(f"{PORTUGUESE}.md")
)
TEXTS = {page: [(ROOT / f"{page}{end}.md").read_text(encoding="utf-8") for end in ("", PORTUGUESE)] for page in PAGES}
README, LEIAME = TEXTS["README"]
EXAMPLE, EXEMPLO = ((ROOT / name).read_text(encoding="utf-8") for name in (".env.example", ".env.example.pt-BR"))
BOTH = [
    pytest.param(*pair, id=f"{page}: {pair[0].title}")
    for page, texts in TEXTS.items()
    for pair in zip(*map(sections, texts), strict=False)
]
VARIABLE = re.compile(r"#?[A-Z][A-Z0-9_]+=.*")
SPAN = re.compile(r"`([^`]+)`")


def by_variable(text: str) -> Iterator[tuple[str, Counter[str]]]:
    """Each variable as it stands, and each head, with what is named in the comment above it."""
    comment: list[str] = []
    for line in text.splitlines():
        is_head = line.startswith("# ---")
        if is_head or VARIABLE.fullmatch(line):
            yield "# ---" if is_head else line, named(" ".join(comment))
            comment = [line] if is_head else []
        else:
            comment.append(line)


def named(text: str) -> Counter[str]:
    return Counter(SPAN.findall(text))


def test_no_page_has_a_heading_twice_in_one_place() -> None:
    pages = {place: text for place, text in texts(ROOT).items() if place.endswith(".md") and text.startswith("# ")}

    assert {place: found for place, text in pages.items() if (found := doubled(text))} == {}
    assert len(pages) > 20


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# A\n## B\n### C\n## D\n### C\n", []),
        ("# A\n## B\n### C\n### D\n### C\n", ["C"]),
        ("# A\n## B\n### C\n## B\n### C\n", ["B", "C"]),
        ("# A\n## B\n```\n## B\n```\n", []),
    ],
)
def test_a_heading_is_double_below_the_same_one_alone(text: str, found: list[str]) -> None:
    assert doubled(text) == found


@pytest.mark.parametrize("page", PAGES)
def test_both_have_the_same_headings(page: str) -> None:
    english, portuguese = ([one.level for one in sections(text)] for text in TEXTS[page])

    assert portuguese == english
    assert len(english) > 10


def test_each_readme_leads_to_the_other_in_its_first_lines() -> None:
    assert "](README.pt-BR.md)" in "".join(README.splitlines(keepends=True)[:4])
    assert "](README.md)" in "".join(LEIAME.splitlines(keepends=True)[:4])


@pytest.mark.parametrize(("english", "portuguese"), BOTH)
def test_each_section_has_the_same_commands_names_and_tables(english: Section, portuguese: Section) -> None:
    assert [bare(block) for block in portuguese.blocks] == [bare(block) for block in english.blocks]
    assert portuguese.spans == english.spans
    assert portuguese.rows == english.rows
    assert portuguese.pictures == english.pictures


def test_both_examples_have_the_same_variables_and_name_the_same_things() -> None:
    assert list(by_variable(EXEMPLO)) == list(by_variable(EXAMPLE))
    assert EXAMPLE.count("\n#") > 100


def test_every_variable_is_explained_in_portuguese_too() -> None:
    lines = EXEMPLO.splitlines()
    above = [lines[number - 1] for number, line in enumerate(lines) if VARIABLE.fullmatch(line)]

    assert [line for line in above if not line.startswith("# ") or line.startswith("# ---")] == []


def test_nothing_that_is_explained_is_left_in_english() -> None:
    """A comment that is word for word the other's was forgotten."""
    ours, theirs = (
        {line for line in text.splitlines() if line.startswith("# ") and "docker" not in line} for text in (EXEMPLO, EXAMPLE)
    )

    assert ours & theirs == set()


def test_what_is_installed_is_this_release() -> None:
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for text in (README, LEIAME, EXAMPLE, EXEMPLO, compose):
        assert set(re.findall(r"debt-collector:v?(\d[\w.]*)", text)) == {version()}

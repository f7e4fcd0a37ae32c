"""Whoever upgrades reads first what to do and whether there is a way back: each release of CHANGELOG.md begins with it."""

import re
from pathlib import Path

import pytest

import schemas
from schemas.runtime.releases import order
from schemas.runtime.version import version

ROOT = Path(schemas.__file__).parent.parent
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def releases(text: str) -> list[tuple[str, str]]:
    """Each heading with what stands below it."""
    _, *parts = HEADING.split(text)
    return list(zip(parts[::2], parts[1::2], strict=True))


def fault(name: str, text: str) -> str:
    """What is wrong with one release; "" for nothing."""
    first = text.strip().split("\n\n")[0]
    if not first.startswith("**Migration:** "):
        return f"{name} does not begin with its **Migration:**"
    if " back" not in first:
        return f"{name} does not say whether there is a way back"
    if name != "Unreleased" and not order(name):
        return f"{name} is no release"
    return ""


FOUND = releases((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))


def test_each_release_begins_with_its_migration() -> None:
    assert [said for name, text in FOUND if (said := fault(name, text))] == []
    assert FOUND


def test_releases_stand_newest_first_and_none_is_of_tomorrow() -> None:
    numbers = [order(name) for name, _ in FOUND if name != "Unreleased"]

    assert numbers == sorted(numbers, reverse=True)
    assert all(one <= order(version()) for one in numbers)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("## 0.2.0\n\n### Added\n\n- **Migration:** late.\n", "does not begin with"),
        ("## 0.2.0\n\n**Migration:** run `collector topics`.\n", "way back"),
        ("## soon\n\n**Migration:** none, and back by the image.\n", "is no release"),
        ("## 0.2.0\n\n**Migration:** none, and back by the image.\n", ""),
    ],
)
def test_a_release_without_it_is_a_fault(text: str, said: str) -> None:
    [(name, below)] = releases(text)

    assert (said in fault(name, below)) if said else fault(name, below) == ""

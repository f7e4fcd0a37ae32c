"""Ways to spoil a copy of the examples, for checks that must be seen to fail."""

from collections.abc import Callable
from pathlib import Path

Change = Callable[[Path], None]


def remove(name: str) -> Change:
    """One file less."""
    return lambda folder: (folder / name).unlink()


def move(name: str, to: str) -> Change:
    """A file or folder under another name."""

    def change(folder: Path) -> None:
        (folder / to).parent.mkdir(exist_ok=True)
        (folder / name).rename(folder / to)

    return change


def spoil(name: str, old: str, new: str) -> Change:
    """Another text in a file; `old` must be there."""

    def change(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))

    return change

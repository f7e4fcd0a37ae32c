"""Which version of the project this process runs: as the code beside it says, else as it was installed."""

import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
NAME = "debt-collector"


@cache
def version() -> str:
    """Such as "0.1.0"; "" where nothing says it. An image holds the code and no installation of it."""
    if PROJECT.exists():
        return str(tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"])
    try:
        return installed(NAME)
    except PackageNotFoundError:
        return ""

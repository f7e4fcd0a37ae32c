"""The layers hold, and the check of them bites: each contract fails on a copy of the tree with one forbidden import."""

import os
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS: list[dict[str, Any]] = SETTINGS["contracts"]


def violations() -> list[Any]:
    """(contract, importing module, imported module) for each contract, and for each pair of layers next to each other."""
    found = []
    for contract in CONTRACTS:
        if contract["type"] == "forbidden":
            forbidden = contract["forbidden_modules"]
            found += [
                (contract["name"], module, forbidden[at % len(forbidden)]) for at, module in enumerate(sources(contract))
            ]
        else:
            layers = [layer.split(" | ") for layer in contract["layers"]]
            found += [(contract["name"], low[0], high[-1]) for high, low in pairwise(layers)]
            found += [(contract["name"], layer[0], layer[-1]) for layer in layers if len(layer) > 1]
    return [pytest.param(*one, id=f"{one[1]} imports {one[2]}") for one in found]


def sources(contract: dict[str, Any]) -> list[str]:
    """The first and the last, not all: each costs a third of a second."""
    modules: list[str] = contract["source_modules"]
    return [modules[0], modules[-1]]


def lint(tree: Path) -> tuple[bool, str]:
    program = Path(sys.executable).with_name("lint-imports")
    # PYTHONPATH: the copy comes before the tree that is installed for development
    env = {**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "500"}
    done = subprocess.run(
        [program, "--no-cache", "--no-logo"], cwd=tree, env=env, capture_output=True, text=True, check=False
    )
    return done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("tree")
    for package in SETTINGS["root_packages"]:
        shutil.copytree(
            ROOT / package, tree / package, ignore=lambda folder, names: {n for n in names if not python(folder, n)}
        )
    shutil.copy(ROOT / "pyproject.toml", tree)
    return tree


def python(folder: str, name: str) -> bool:
    return name.endswith(".py") or (Path(folder, name).is_dir() and name != "__pycache__")


def file_of(tree: Path, module: str) -> Path:
    place = tree.joinpath(*module.split("."))
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


def test_every_contract_is_kept() -> None:
    kept, said = lint(ROOT)
    assert kept, said


def test_a_copy_is_judged_like_the_tree(copy: Path) -> None:
    kept, said = lint(copy)
    assert kept, said
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in said


@pytest.mark.parametrize(("contract", "importer", "imported"), violations())
def test_one_forbidden_import_breaks_its_contract(copy: Path, contract: str, importer: str, imported: str) -> None:
    file = file_of(copy, importer)
    whole = file.read_text()
    file.write_text(f"{whole}\nimport {imported}\n")
    try:
        kept, said = lint(copy)
    finally:
        file.write_text(whole)
    assert not kept
    assert f"{contract} BROKEN" in said
    assert importer in said

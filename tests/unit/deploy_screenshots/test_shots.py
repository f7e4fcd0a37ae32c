"""The pictures of README.md are there, and small."""

import re
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from deploy.screenshots.shots import FOLDER, MOST_BYTES, shots, small
from schemas.errors import StopWorker

ROOT = Path(__file__).parents[3]


def picture(size: int, noise: bytes = b"") -> bytes:
    written = BytesIO()
    pixels = noise or bytes([200]) * (size * size * 3)
    Image.frombytes("RGB", (size, size), pixels).save(written, "PNG")
    return written.getvalue()


def test_readme_shows_every_picture_and_no_other() -> None:
    """Each theme as the reader's system has it."""
    named = set(re.findall(r"deploy/screenshots/[\w.-]+", (ROOT / "README.md").read_text()))

    assert named == {f"deploy/screenshots/{one.name}" for one in shots()}
    for one in shots():
        found = (FOLDER / one.name).read_bytes()
        assert len(found) <= MOST_BYTES
        with Image.open(BytesIO(found)) as image:
            assert image.size == (round(one.width * one.scale), round(one.height * one.scale))


def test_a_picture_becomes_one_of_few_colours() -> None:
    with Image.open(BytesIO(small(picture(40), "x.png"))) as image:
        assert (image.mode, image.size, image.format) == ("P", (40, 40), "PNG")
        assert image.convert("RGB").getpixel((0, 0)) == (200, 200, 200)


def test_a_picture_that_stays_large_is_refused() -> None:
    noise = Random(1).randbytes(500 * 500 * 3)

    with pytest.raises(StopWorker, match=r"x\.png has .* bytes"):
        small(picture(500, noise), "x.png")

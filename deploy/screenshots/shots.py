"""Which pictures there are, and how one is made small. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Final, Literal

from PIL import Image

from schemas.errors import StopWorker

Theme = Literal["light", "dark"]
FOLDER: Final = Path(__file__).parent
MOST_BYTES: Final = 150_000
COLOURS: Final = 256


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture. `scale`: its pixels to one of the page."""

    device: str
    width: int
    height: int
    scale: float
    theme: Theme

    @property
    def name(self) -> str:
        """Of its file."""
        return f"{self.device}-{self.theme}.png"


DEVICES: Final = (("desktop", 1440, 900, 1.0), ("telephone", 390, 844, 2.0))
THEMES: tuple[Theme, ...] = ("light", "dark")


def shots() -> Iterator[Shot]:
    """All of them."""
    return (Shot(*device, theme) for device, theme in product(DEVICES, THEMES))


def small(picture: bytes, name: str) -> bytes:
    """A PNG of 256 colours. Raises StopWorker where that is still too large for a page that people load."""
    with Image.open(BytesIO(picture)) as image:
        written = BytesIO()
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    found = written.getvalue()
    if len(found) > MOST_BYTES:
        raise StopWorker(f"{name} has {len(found):,} bytes, more than {MOST_BYTES:,}: show less, or in fewer pixels")
    return found

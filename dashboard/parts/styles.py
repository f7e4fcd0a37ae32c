"""The style sheets of the parts, by an address that changes with their text.

By address: as text a sheet would travel again with every block that changes.
"""

from hashlib import md5
from pathlib import Path

ASSETS = Path(__file__).parent / "assets"


def sheet(name: str) -> str:
    """The address of `assets/NAME`."""
    return f"assets/{name}?v={md5((ASSETS / name).read_bytes(), usedforsecurity=False).hexdigest()}"


BLOCKS = sheet("dashboard.css")
"""What every block of HTML stands on: colours, cards, icons."""
KIT = sheet("kit.css")
"""KPI strips, chips, the head and the table of a chart."""
TABLES = sheet("table.css")
"""What lies inside a table."""

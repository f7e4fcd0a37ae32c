"""The files that the parts have the browser load, by an address that changes with their text.

By address: as text a style sheet would travel again with every block that changes.
"""

from hashlib import md5
from pathlib import Path

ASSETS = Path(__file__).parent / "assets"


def asset(name: str) -> str:
    """The address of `assets/NAME`."""
    return f"assets/{name}?v={md5((ASSETS / name).read_bytes(), usedforsecurity=False).hexdigest()}"


BLOCKS = asset("dashboard.css")
"""What every block of HTML stands on: colours, cards, icons."""
KIT = asset("kit.css")
"""KPI strips, chips, the head and the table of a chart."""
TABLES = asset("table.css")
"""What lies inside a table."""
ROLES = asset("roles.js")
"""The script that mends the roles of tables; the page's shell loads it before Bokeh draws."""
STEADY = asset("steady.js")
"""The script by which a refresh leaves of a block what does not differ; loaded after the libraries, before Bokeh draws."""
MENDS = asset("mends.js")
"""The script that mends what the libraries get wrong in the browser; loaded after them, before Bokeh draws."""

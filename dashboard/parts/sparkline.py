"""A small line without axes, as the path of an SVG (pure)."""

from collections.abc import Sequence

WIDTH, HEIGHT = 96, 24
"""Units of the view box that the path is drawn in."""
EDGE = 2
"""Of the height, so that half of the stroke is not cut off."""
FEWEST = 2


def path(values: Sequence[float | None]) -> str:
    """The attribute `d`: a move for each run of known values, then lines. None is a gap. "" without two values."""
    known = [value for value in values if value is not None]
    if len(known) < FEWEST:
        return ""
    low, high = min(known), max(known)
    across = WIDTH / (len(values) - 1)
    found = []
    pen = "M"
    for index, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        share = (value - low) / (high - low) if high > low else 0.5
        found.append(f"{pen}{index * across:.1f} {HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE):.1f}")
        pen = "L"
    return "".join(found)

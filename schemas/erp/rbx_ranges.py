"""Which range of codes RBX is asked for next: as wide as filled the last answers, and where the last sweep found rows. Pure.

RBX has no page and no order: an answer is as long as what was asked for, and a range that is too wide may bring everything.
"""

from collections.abc import Iterable, Sequence

from schemas.erp.declaration import Cursor

WIDER = 8
WIDEST = 4_096
"""How much wider than a page's rows a range of a first reading may become; what lies beyond is asked for without an end."""
APART = 64
"""So many pages of codes without a row divide one island from the next."""
Island = tuple[int, int]
"""The first and the last code of rows that lie near each other."""


def after(asked: Cursor, size: int, found: int) -> Cursor | None:
    """What comes behind a range that brought `found` rows; None behind the one without an end."""
    begin, width = asked
    if not width:
        return None
    if found:
        wanted = width * size // found
        return (begin + width, max(size, min(wanted, width * WIDER)))
    return (begin + width, width * WIDER if width * WIDER <= size * WIDEST else 0)


def narrow(asked: Cursor, size: int) -> Cursor | None:
    """What is asked for where the answer would be too long; None where a range of one page already is."""
    begin, width = asked or (0, size)
    if not width:
        return (begin, size * WIDEST)
    return (begin, max(size, width // WIDER)) if width > size else None


def islands(codes: Iterable[Island], size: int) -> list[Island]:
    """Where rows were found, from the first and last code of each answer, in order."""
    found: list[Island] = []
    for low, high in codes:
        if found and low - found[-1][1] <= APART * size:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found


def follow(coming: Cursor, spans: Sequence[Island], size: int) -> Cursor:
    """The next range, where the `spans` of the last sweep's answers, in order, say how rows lay.

    Each sea between islands is one question, which brings what is new in it; on an island no range begins wider than a page;
    what lies behind the last one is one question without an end.
    """
    begin, width = coming
    known = islands(spans, size)
    for low, high in known:
        if begin < low - 1:
            return (begin, low - 1 - begin)
        if begin < high:
            entering = begin == low - 1 or not width
            return (begin, min(size if entering else width, high - begin))
    return (begin, 0) if known else coming

"""A file holds numbers only where the page shows them, and its name says where they are a part of all (pure)."""

from dashboard.facts.board import choose
from dashboard.facts.snapshot import Reading
from dashboard.words.language import Language
from schemas.errors import RetryLater


def named(name: str, reading: Reading, instance: str, say: Language) -> str:
    """`name`; of a first reading that is not complete with how far it is, such as `faturas-parcial-2-de-4`.

    RetryLater where nothing was read whole yet, or nobody knows: zero rows would look like nobody's debt.
    """
    board = choose(reading.snapshot, instance) if reading.snapshot else None
    if board is None:
        raise RetryLater("no snapshot yet")
    if board.unknown or (board.instances and not board.numbers):  # one that was added a moment ago is not in it yet
        raise RetryLater("nothing was read whole yet")
    done, all_ = board.complete
    return name if done == all_ else say("%(name)s-partial-%(done)s-of-%(all)s", name=name, done=done, all=all_)

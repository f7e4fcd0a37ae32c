"""Why the numbers could not be read, of a closed list: a page shows no exception's name (pure)."""

from typing import Literal, get_args

Failure = Literal["away", "slow", "refused", "failed"]
"""`away`: MongoDB does not answer. `slow`: it took too long. `refused`: it does not let us read. `failed`: anything else."""
FAILURES: tuple[Failure, ...] = get_args(Failure)


def failure(said: str) -> Failure:
    """The one that a `RetryLater` of `dashboard.facts.reads` names; of another text, that it failed."""
    return next((one for one in FAILURES if one == said), "failed")

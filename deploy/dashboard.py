"""The dashboard's process with what the dashboard itself, which knows only `schemas`, may not do: write to Kafka, replay.

A function that is given to it runs the command line's own code at once and answers the tab. A request left in MongoDB would
need a stage that fulfils it, and a second place where a letter's fate is kept.
"""

from dashboard import app
from deploy.letters.retry import RetrySettings, retry
from schemas.letters import Answer
from schemas.runtime.settings import read


async def put_back(letter: str, by: str, *, again: bool) -> Answer:
    """See `dashboard.access.letters.PutBack`. Raises StopWorker also where the environment names no Kafka."""
    return (await retry(read(RetrySettings), [letter], by, again=again))[letter]


def main() -> None:
    """Entry of the stage."""
    app.main(app.Outside(put_back))

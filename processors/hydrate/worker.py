"""The stage `hydrate`: process and wiring only."""

from processors.hydrate.stage import HYDRATE
from processors.keyed.process import work
from schemas.runtime.process import run
from schemas.runtime.settings import KafkaSettings


async def hydrate(settings: KafkaSettings) -> None:
    """Run until cancelled."""
    await work(HYDRATE, settings)


def main() -> None:
    """Entry of the stage."""
    run(HYDRATE.name, KafkaSettings, hydrate)

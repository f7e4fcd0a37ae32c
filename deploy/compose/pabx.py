"""The profile `demo` of docker-compose.yml: the simulated PABX, as the other containers reach it. It rings nobody.

It keeps no call records: there its websocket alone tells what became of a call.
"""

from datetime import UTC, datetime

from deploy.simulators.pabx.core import Core
from deploy.simulators.pabx.pabx import Pabx
from deploy.simulators.pabx.serving import Serving

HOST = "pabx-simulator"
PORT = 8803
EVERYWHERE = "0.0.0.0"  # noqa: S104 - in a container, and no port of it is published


def main() -> None:
    """Until stopped."""
    Serving(Pabx(Core(), lambda: datetime.now(UTC)), PORT, lambda _: None, host=EVERYWHERE).run()


if __name__ == "__main__":
    main()

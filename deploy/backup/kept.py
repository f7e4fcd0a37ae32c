"""Which collections a backup holds: all but those that Kafka, the ERP or a running stage fills again. Pure."""

from collections.abc import Iterable

from schemas.pabx import PABX_HOLDS
from schemas.runtime.key_checks import KEY_CHECKS
from schemas.runtime.releases import RELEASES
from schemas.views import EPOCHS, LASTING, LEASES, REPLAYS, VIEWS

RESTORES = "restores"
"""One document a backup that was put back into this database; `done` once all of it is there."""
FILLED = frozenset(view.name for view in VIEWS) - LASTING
REBUILT = FILLED | {EPOCHS, LEASES, PABX_HOLDS, REPLAYS, RESTORES, RELEASES}
SHADOW = "@"
OF_THE_SERVER = "system."
FROM_THE_ENVIRONMENT = frozenset({KEY_CHECKS})
"""Whatever starts first writes them: that they are there does not make a database one that is in use."""


def kept(names: Iterable[str]) -> list[str]:
    """Of a database's collections those to be backed up, one that nobody here has heard of too."""
    return sorted(
        name for name in names if name not in REBUILT and SHADOW not in name and not name.startswith(OF_THE_SERVER)
    )

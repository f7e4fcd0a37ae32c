"""Which collections a backup holds: all but those that Kafka, the ERP or a running stage fills again. Pure."""

from collections.abc import Collection, Iterable

from schemas.pabx import PABX_HOLDS
from schemas.runtime.arming import PABX_TESTS
from schemas.runtime.key_checks import KEY_CHECKS
from schemas.runtime.releases import RELEASES
from schemas.runtime.restores import RESTORES
from schemas.suppression import SUPPRESSED
from schemas.views import EPOCHS, INSTANCES, LASTING, LEASES, REPLAYS, VIEWS

FILLED = frozenset(view.name for view in VIEWS) - LASTING
REBUILT = FILLED | {EPOCHS, LEASES, PABX_HOLDS, PABX_TESTS, REPLAYS, RELEASES}
"""`PABX_TESTS`: that a call was seen to its end over a route tells nothing of the server on which a backup is put back."""
SHADOW = "@"
OF_THE_SERVER = "system."
FROM_THE_ENVIRONMENT = frozenset({KEY_CHECKS, RELEASES, RESTORES})
"""Whatever starts first writes them: that they are there does not make a database one that is in use."""


def kept(names: Iterable[str]) -> list[str]:
    """Of a database's collections those to be backed up, one that nobody here has heard of too."""
    return sorted(
        name for name in names if name not in REBUILT and SHADOW not in name and not name.startswith(OF_THE_SERVER)
    )


def in_use(names: Collection[str], *, begun: bool) -> list[str]:
    """Of the collections that have a document those that tell of a database in use: what only a running stage fills too.

    `begun`: what a restore that was cut has put there tells nothing.
    """
    theirs = frozenset(kept(names)) if begun else frozenset()
    return sorted(name for name in names if name not in theirs | FROM_THE_ENVIRONMENT and not name.startswith(OF_THE_SERVER))


def in_order(names: Iterable[str]) -> list[str]:
    """How a backup's are put back: who was erased goes in first, and instances, by which stages begin to work, last.

    What an earlier version kept and this one does not is left out.
    """
    return sorted(kept(names), key=lambda name: (name == INSTANCES, name != SUPPRESSED, name))

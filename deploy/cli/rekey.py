"""`collector rekey`"""

import asyncio

from deploy.cli.tables import messages
from deploy.home import prepare_environment
from deploy.rekey import RekeySettings
from deploy.rekey import rekey as reseal
from schemas.runtime.settings import read

EXAMPLE = "Example: COLLECTOR_SECRET_KEY=NEW,OLD collector rekey"


def rekey() -> None:
    """Seal every ERP secret anew, under the first key of COLLECTOR_SECRET_KEY; the keys behind it may go afterwards.

    First put a new key in front (`collector env` makes one), a comma between the two, and restart erp-poller.
    """
    prepare_environment()
    settings = read(RekeySettings)
    done = asyncio.run(reseal(settings))
    messages.print(f"{done.sealed} secrets are sealed anew, {done.before} were under the first key already")
    if "," in settings.collector_secret_key.get_secret_value():
        messages.print("now take the other keys out of COLLECTOR_SECRET_KEY and restart erp-poller")

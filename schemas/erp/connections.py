"""Every way to reach an ERP, told apart by `kind`."""

from typing import Annotated

from pydantic import Field

from schemas.erp.altarede_options import AltaredeExport, AltaredeWebhooks
from schemas.erp.ixc import Ixc
from schemas.erp.options import Reading
from schemas.erp.rbx import Rbx

Connection = Annotated[Ixc | Rbx | AltaredeExport | AltaredeWebhooks, Field(discriminator="kind")]
CONNECTIONS: dict[str, type[Reading]] = {
    "ixc": Ixc,
    "rbx": Rbx,
    "altarede-export": AltaredeExport,
    "altarede-webhooks": AltaredeWebhooks,
}

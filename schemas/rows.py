"""`erp.client.v1`, `erp.contract.v1`, `erp.bill.v1`, `erp.reference.v1`: the ERP's words, whitelisted."""

from typing import Literal

from schemas.model import Code, InstanceName, Instant, Model, RowId

Kind = Literal["client", "contract", "bill", "reference"]


class ErpRow(Model):
    """One row as the ERP showed it at `seen_at`; `row` is None when a read by its id no longer found it.

    `lost`: it left the sweep and nothing tells what became of it; without `lost`, a row of None is gone.

    `id` is the ERP's, whatever signs it has; `client` its code of the client that owns the row, without ":" (see
    `schemas.keys`); for a reference row (client type, city) the table's name.
    `entered`: it came into what is swept since a sweep that was complete.
    `ddd`, `zone`: the instance's default area code and its time zone when the row was read.
    """

    instance: InstanceName
    erp: str
    kind: Kind
    id: RowId
    client: Code
    row: dict[str, str] | None
    seen_at: Instant
    sweep: str
    ddd: str = ""
    zone: str = ""
    lost: bool = False
    entered: bool = False

"""What an operator tells of an ISP's workflow that has habits: which blank means none, and how its columns are called."""

from collections.abc import Mapping
from typing import Final

from deploy.simulators.altarede.spelling import BLANKS, column
from schemas.erp.altarede import BILLS, CLIENTS, CONTRACTS
from schemas.erp.altarede_options import AltaredeWebhooks, Blank, Resource, Use
from schemas.erp.connections import Connection
from schemas.erp.declaration import Table

TABLES: Final[Mapping[Use, Table]] = {"client": CLIENTS, "contract": CONTRACTS, "bill": BILLS, "paid": BILLS}
NAMES: Final[Mapping[bytes, Blank]] = {b"": "empty", b"null": "null", b"{}": "{}", b"[{}]": "[{}]"}


def told(connection: Connection, habits: frozenset[str]) -> Connection:
    """The connection to a simulator with these habits; only of webhooks there is anything to tell."""
    if not isinstance(connection, AltaredeWebhooks):
        return connection
    resources = {use: _told(use, resource, habits) for use, resource in connection.resources.items()}
    return connection.model_copy(update={"resources": resources})


def _told(use: Use, resource: Resource, habits: frozenset[str]) -> Resource:
    if use not in TABLES:
        return resource
    none = (NAMES[BLANKS[resource.path]],) if "blank-none" in habits else ()
    fields = resource.fields
    if "other-columns" in habits:
        table = TABLES[use]
        wanted = (*table.columns, *table.document)
        fields = {name: column(resource.path, fields.get(name, name)) for name in wanted}
    return resource.model_copy(update={"none": none, "fields": fields})

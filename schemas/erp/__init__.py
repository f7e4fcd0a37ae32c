"""One file an ERP: its tables, filters, paging and words, as data and pure functions. Nothing here opens a socket."""

from schemas.erp.altarede import EXPORT, WEBHOOKS
from schemas.erp.declaration import Erp
from schemas.erp.ixc import IXC
from schemas.erp.rbx import RBX

ERPS: dict[str, Erp] = {erp.name: erp for erp in (IXC, RBX, EXPORT, WEBHOOKS)}

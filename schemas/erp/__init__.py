"""One file an ERP: its tables, filters, paging and words, as data and pure functions. Nothing here opens a socket."""

from schemas.erp.declaration import Erp
from schemas.erp.ixc import IXC

ERPS: dict[str, Erp] = {erp.name: erp for erp in (IXC,)}

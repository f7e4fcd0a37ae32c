"""Whether an ERP would be asked where anybody on the way can read its token and its clients. Pure."""

from ipaddress import ip_address

from pydantic import HttpUrl

from schemas.erp.options import Reading, Web

NEVER_PUBLIC = frozenset(
    {"localhost", "local", "lan", "home", "corp", "internal", "intranet", "private", "arpa", "test", "example", "invalid"}
)
"""Last parts of names that no public network has."""
MEND = "https://, or accept it with --insecure"


def in_the_clear(erp: Reading) -> bool:
    """Whether it is `http://` outside a private network, and nobody said that this is accepted."""
    return isinstance(erp, Web) and not erp.insecure and erp.url.scheme == "http" and not is_private(erp.url)


def is_private(url: HttpUrl) -> bool:
    """Whether the host is an address of a private network, or a name that only such a network knows."""
    host = (url.host or "").strip("[]").rstrip(".")
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host or host.rpartition(".")[2].casefold() in NEVER_PUBLIC
    return address.is_private or address.is_link_local or address.is_loopback

"""Where a request really came from, where a declared proxy stands between (pure)."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

Network = IPv4Network | IPv6Network

IPV6_CUSTOMER = 64
"""A customer has a whole network of this length: one address more or less tells nothing."""


class Origin(NamedTuple):
    """`address`: as text; a network for IPv6. `https`: the browser's own connection is encrypted."""

    address: str
    https: bool


def networks(declared: str) -> tuple[Network, ...]:
    """DASHBOARD_PROXIES: addresses or networks between commas. Raises ValueError."""
    return tuple(ip_network(one.strip(), strict=False) for one in declared.split(",") if one.strip())


def origin(peer: str, scheme: str, forwarded_for: str, forwarded_proto: str, proxies: Sequence[Network]) -> Origin:
    """Of a request whose connection comes from `peer`, by `scheme`; its headers are believed from `proxies` alone.

    The client is the last address in X-Forwarded-For that is none of them: what stands before it anybody can write.
    """
    if not _among(peer, proxies):
        return Origin(_whole(peer), scheme == "https")
    path = [one.strip() for one in forwarded_for.split(",") if one.strip()]
    client = next((one for one in reversed(path) if not _among(one, proxies)), peer)
    return Origin(_whole(client), forwarded_proto.rsplit(",", maxsplit=1)[-1].strip().lower() == "https")


def _among(address: str, proxies: Iterable[Network]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in one for one in proxies)


def _whole(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, IPV6_CUSTOMER), strict=False))
    return address

"""Who may do what, where to go after a login, which hosts are ours: the rules of access (pure)."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import get_args
from urllib.parse import urlsplit

from schemas.users import Role

LOGIN, LOGOUT, PROVIDER = "/login", "/logout", "/login/provider"
OPEN = frozenset({"/healthz", "/readyz", "/favicon.ico", LOGIN, LOGOUT, PROVIDER})
"""The only addresses that answer without a login; none of them shows data."""
HOME = "/"
OWN_NAMES = ("localhost", "127.0.0.1", "::1")
ROLES: tuple[Role, ...] = get_args(Role)
"""Each may all that the one before may."""


def may(role: Role, needed: Role) -> bool:
    """Whether `role` is enough where `needed` is the least."""
    return ROLES.index(role) >= ROLES.index(needed)


def local(address: str) -> str:
    """Where to go next: `address` if it is a path of this server that is no login, else the first page."""
    readable = address.isprintable() and "\\" not in address and " " not in address
    if not readable or not address.startswith("/") or address.startswith("//"):
        return HOME
    try:
        parts = urlsplit(address)
    except ValueError:
        return HOME
    if parts.scheme or parts.netloc or parts.path.rstrip("/") in {LOGIN, LOGOUT, PROVIDER}:
        return HOME
    return address


def hosts(origins: Iterable[str]) -> frozenset[str]:
    """The host names of DASHBOARD_ORIGINS, with or without scheme and port, and this machine's own. A name may hold `*`."""
    return frozenset(filter(None, map(host, origins))) | set(OWN_NAMES)


def host(origin: str) -> str:
    """The name in `origin`, `host:port` or a `Host` header, lower case, without brackets; "" where there is none."""
    try:
        return urlsplit(origin if "://" in origin else f"//{origin}").hostname or ""
    except ValueError:
        return ""


def ours(header: str, known: Iterable[str]) -> bool:
    """Whether a request's `Host` header names one of the hosts `known`."""
    name = host(header)
    return bool(name) and any(fnmatchcase(name, one) for one in known)

"""Roles, where a login leads, which hosts are ours, who stands behind a proxy."""

from itertools import pairwise
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.access.proxies import networks, origin
from dashboard.access.rules import HOME, LOGIN, LOGOUT, OPEN, PROVIDER, ROLES, hosts, local, may, ours

ROLE = st.sampled_from(ROLES)
WRITTEN = st.text(st.sampled_from("/\\.:@?#%&= \t\r\nabe;[]\u2028"), max_size=12)
BEGINNINGS = st.sampled_from(["", "/", "//", "/\\", "\\", "https:", "javascript:", "/a", "http://evil.example", "/%2f/"])
HERE = "http://painel.example:8501/login"


def test_a_role_may_what_those_below_it_may() -> None:
    """Viewer, operator, admin; each may its own."""
    assert ROLES == ("viewer", "operator", "admin")
    for lower, higher in pairwise(ROLES):
        assert may(higher, lower)
        assert not may(lower, higher)


@given(ROLE, ROLE, ROLE)
def test_who_may_more_never_may_less(one: str, other: str, needed: str) -> None:
    if may(one, other) and may(other, needed):  # type: ignore[arg-type]  # sampled from the roles
        assert may(one, needed)  # type: ignore[arg-type]  # the same


def test_only_health_and_login_answer_strangers() -> None:
    """Whoever adds one here says why."""
    assert {"/healthz", "/readyz", "/favicon.ico", LOGIN, LOGOUT, PROVIDER} == OPEN


@given(BEGINNINGS, WRITTEN)
@example("/\\", "evil.example")
@example("//", "evil.example")
@example("///", "evil.example")
@example("/\t/", "evil.example")
@example("https:", "//evil.example")
def test_a_login_never_leads_elsewhere(begins: str, goes_on: str) -> None:
    """Whatever stands in `next`, as a browser understands it: a backslash is a slash, control characters are none."""
    went = local(begins + goes_on)
    seen = "".join(sign for sign in went if sign not in "\t\r\n").replace("\\", "/")

    assert urlsplit(urljoin(HERE, seen)).netloc == "painel.example:8501"
    assert urlsplit(urljoin(HERE, seen)).scheme == "http"
    assert not seen.startswith("//"), "a browser takes any number of them for the beginning of a host"
    assert "\n" not in went
    assert "\r" not in went


@pytest.mark.parametrize("page", ["/", "/?instancia=norte&pagina=fila", "/fila.csv?instancia=a%20b", "/a//b"])
def test_a_login_leads_back_to_the_page_that_asked_for_it(page: str) -> None:
    assert local(page) == page


@pytest.mark.parametrize("page", ["/login", "/logout", "/login/", "/login?next=/", "/login/provider?code=1"])
def test_a_login_does_not_lead_to_a_login(page: str) -> None:
    assert local(page) == HOME


ORIGINS = ["painel.example.com", "https://Outro.example:8443", "10.0.0.5:8501", "*.rede.example", "[2001:db8::1]:80"]


@pytest.mark.parametrize(
    "header",
    [
        *("painel.example.com", "PAINEL.example.com:443", "outro.example", "10.0.0.5", "a.rede.example:8501"),
        *("localhost", "localhost:8501", "127.0.0.1:1", "[::1]:8501", "[2001:db8::1]"),
    ],
)
def test_a_host_of_the_origins_is_ours_on_any_port(header: str) -> None:
    """A proxy may have another port than we."""
    assert ours(header, hosts(ORIGINS))


@pytest.mark.parametrize(
    "header",
    [
        *(
            "",
            ":80",
            "evil.example",
            "painel.example.com.evil.example",
            "evilpainel.example.com",
            "10.0.0.50",
            "rede.example",
        ),
        *("localhost.evil.example", "127.0.0.1@evil.example", "[::1", "localhost."),
    ],
)
def test_any_other_host_is_foreign(header: str) -> None:
    """What resolves to us under a stranger's name is a stranger's page."""
    assert not ours(header, hosts(ORIGINS))


PROXIES = networks("127.0.0.1, 172.16.0.0/12")
ADDRESS = st.ip_addresses(v=4).map(str)


@given(ADDRESS, st.lists(ADDRESS | WRITTEN, max_size=3), st.sampled_from(["https", "http", "HTTPS", ""]))
def test_nobody_but_a_declared_proxy_is_believed(peer: str, said: list[str], scheme: str) -> None:
    """Else everybody could be from everywhere, and never wait."""
    found = origin(peer, "http", ",".join(said), scheme, networks("127.0.0.1"))

    if peer != "127.0.0.1":
        assert (found.address, found.https) == (peer, False)


def test_a_proxy_tells_who_came() -> None:
    """The last that is no proxy of ours; what stands before it the client may have written."""
    assert origin("172.18.0.1", "http", "10.9.9.9, 203.0.113.7, 172.18.0.9", "https", PROXIES) == ("203.0.113.7", True)
    assert origin("172.18.0.1", "http", "", "", PROXIES) == ("172.18.0.1", False)
    assert origin("127.0.0.1", "http", "nonsense", "http", PROXIES) == ("unknown", False)
    assert origin("::ffff:127.0.0.1", "http", "203.0.113.7", "https", PROXIES) == ("203.0.113.7", True)
    assert origin("203.0.113.7", "https", "", "", PROXIES) == ("203.0.113.7", True)


def test_a_customer_of_ipv6_is_one_network() -> None:
    """He has more addresses than anybody counts."""
    assert origin("2001:db8:1:2:3::4", "http", "", "", ()) == origin("2001:db8:1:2::5", "http", "", "", ())
    assert origin("2001:db8:1:2::5", "http", "", "", ()) != origin("2001:db8:1:3::5", "http", "", "", ())


def test_a_proxy_that_is_no_address_is_told() -> None:
    with pytest.raises(ValueError, match=r"proxy\.example"):
        networks("127.0.0.1,proxy.example")

"""Whose clock and whose law: zones and calling hours by state (UF), pure. Sources: `schemas/erp/BRAZIL.md`."""

from collections.abc import Mapping
from datetime import datetime, time
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from schemas.instances import Instance, Window

ZONES: Mapping[str, str] = MappingProxyType(
    {
        "AC": "America/Rio_Branco",
        "AL": "America/Maceio",
        "AM": "America/Manaus",
        "AP": "America/Belem",
        "BA": "America/Bahia",
        "CE": "America/Fortaleza",
        "DF": "America/Sao_Paulo",
        "ES": "America/Sao_Paulo",
        "GO": "America/Sao_Paulo",
        "MA": "America/Fortaleza",
        "MG": "America/Sao_Paulo",
        "MS": "America/Campo_Grande",
        "MT": "America/Cuiaba",
        "PA": "America/Belem",
        "PB": "America/Fortaleza",
        "PE": "America/Recife",
        "PI": "America/Fortaleza",
        "PR": "America/Sao_Paulo",
        "RJ": "America/Sao_Paulo",
        "RN": "America/Fortaleza",
        "RO": "America/Porto_Velho",
        "RR": "America/Boa_Vista",
        "RS": "America/Sao_Paulo",
        "SC": "America/Sao_Paulo",
        "SE": "America/Maceio",
        "SP": "America/Sao_Paulo",
        "TO": "America/Araguaina",
    }
)
"""The zone of most of a state: far west Amazonas and Fernando de Noronha are elsewhere."""

ELSEWHERE: Mapping[str, str] = MappingProxyType({"AM": "America/Eirunepe", "PE": "America/Noronha"})
"""The other clock that a state has."""
SUMMER, WINTER = datetime(2026, 1, 1, 12), datetime(2026, 7, 1, 12)  # noqa: DTZ001 - asked of several zones

SATURDAY = 5


def _week(opens: int, closes: int, saturday: tuple[int, int] | None = None) -> Mapping[int, Window]:
    days = {day: Window(opens=time(opens), closes=time(closes)) for day in range(SATURDAY)}
    if saturday is not None:
        days[SATURDAY] = Window(opens=time(saturday[0]), closes=time(saturday[1]))
    return MappingProxyType(days)


LAWS: Mapping[str, Mapping[int, Window]] = MappingProxyType(
    {
        "AL": _week(8, 20, (8, 14)),
        "AM": _week(8, 18),
        "CE": _week(8, 18),
        "ES": _week(8, 19),
        "RJ": _week(9, 19),
        "SP": _week(8, 20, (8, 14)),
    }
)
"""By weekday, Monday is 0; a missing day is closed, and so are holidays. Of the other states no law is known."""


def state_of(instance: Instance, uf: str) -> str:
    """The debtor's state; the instance's where `uf`, as the ERP writes it, is none."""
    return _state(instance.state, uf)


def zone_of(instance: Instance, uf: str) -> ZoneInfo:
    """The debtor's clock by his state. At home it is the instance's own, where the state has such a clock: whoever set it
    knows his town; but one of elsewhere (`UTC`) would ring at night.
    """
    return _zone(instance.zone, instance.state, uf)


def _state(home: str, uf: str) -> str:
    state = uf.strip().upper()
    return state if state in ZONES else home


@lru_cache(maxsize=512)  # asked for every debtor, and there are few answers
def _zone(own: str, home: str, uf: str) -> ZoneInfo:
    state = _state(home, uf)
    keeps = state == home and any(_alike(own, zone) for zone in (ZONES[state], ELSEWHERE.get(state)) if zone)
    return ZoneInfo(own if keeps else ZONES[state])


def _alike(one: str, other: str) -> bool:
    return all(ZoneInfo(one).utcoffset(at) == ZoneInfo(other).utcoffset(at) for at in (SUMMER, WINTER))


def window_of(instance: Instance, state: str, weekday: int) -> Window | None:
    """The hours that both the instance and the state allow; None where there are none."""
    window = instance.rules.windows.get(weekday)
    law = LAWS.get(state)
    if window is not None and law is not None:
        allowed = law.get(weekday)
        window = allowed and Window(opens=max(window.opens, allowed.opens), closes=min(window.closes, allowed.closes))
    return window if window is not None and window.opens < window.closes else None

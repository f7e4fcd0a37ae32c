"""The providers whose debtors are called: their rules and PABXs. Hours are wide, so that the states' own can bind."""

from datetime import time
from typing import Any

from schemas.attempts import Outcome
from schemas.instances import Instance

OPENS, CLOSES, SATURDAY_OPENS, SATURDAY_CLOSES = time(8), time(20), time(9), time(15)
SATURDAY = 5
HOURS = {
    **{str(day): (OPENS, CLOSES) for day in range(SATURDAY)},
    str(SATURDAY): (SATURDAY_OPENS, SATURDAY_CLOSES),
}
LIMITS = {"per_hour": 1, "per_day": 3, "per_7_days": 7, "gap_minutes": 240, "rest_days_after_human": 0}
MIN_DAYS, MAX_DAYS = 7, 30
AT_ONCE: dict[Outcome, int] = {
    "machine": 0, "machine_presumed": 0, "not_sure": 0, "dropped": 0, "busy": 0, "no_answer": 0, "congestion": 0,
    "failed": 0, "lost": 0,
}  # fmt: skip
"""No delay but the limits themselves, so that these bind."""
PATIENT = "bahia"
"""This one has the usual delays."""
HOMES = (
    ("norte", "AM", "America/Manaus", "92", 1),
    ("acre", "AC", "America/Rio_Branco", "68", 1),
    ("alagoas", "AL", "America/Maceio", "82", 2),
    ("paulista", "SP", "America/Sao_Paulo", "11", 2),
    ("fluminense", "RJ", "America/Sao_Paulo", "21", 3),
    ("bahia", "BA", "America/Bahia", "71", 4),
)
"""Name, state, zone, area, and which PABX: some share one."""


def providers() -> dict[str, Instance]:
    """By name."""
    return {home[0]: _provider(*home) for home in HOMES}


def _provider(name: str, state: str, zone: str, area: str, pabx: int) -> Instance:
    windows = {day: {"opens": opens, "closes": closes} for day, (opens, closes) in HOURS.items()}
    rules: dict[str, Any] = {
        **LIMITS,
        "windows": windows,
        "min_days_overdue": MIN_DAYS,
        "max_days_overdue": MAX_DAYS,
        "retry_minutes": {} if name == PATIENT else AT_ONCE,
    }
    control = {"kind": "ari", "url": f"http://pabx{pabx}.example:8088/ari", "user": "collector"}
    return Instance.model_validate(
        {
            "name": name,
            "zone": zone,
            "state": state,
            "ddd": area,
            "erp": {"kind": "ixc", "url": "http://erp.example/webservice/v1/", "token": "-", "gap": 0},
            "rules": rules,
            "pabx": {
                "control": control,
                "context": "collection",
                "armed": True,
                "channels": 12,
                "calls_per_second": 2,
            },
        }
    )

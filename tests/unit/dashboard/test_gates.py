"""What closes a whole instance beside its hours: old debts and a PABX that refuses."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from dashboard.facts.asked import EVERYBODY
from dashboard.facts.gates import heartbeats, signs
from dashboard.facts.snapshot import InstanceRows, Reading, Rows, snapshot
from dashboard.parts.screen import Painter
from dashboard.words.language import Language
from schemas.calling.freshness import MAX_LAG, Signs
from schemas.calling.gates import gate_of
from schemas.figures.scope import scope_of
from schemas.instances import Instance
from schemas.stages import SILENT_AFTER, Heartbeat
from tests.unit.dashboard.test_screen import words

MakeInstance = Callable[..., Instance]
MakeBeat = Callable[..., Heartbeat]
NOTHING = {"clients": [], "debtors": [], "bills": []}
SECOND = timedelta(seconds=1)


def swept(at: datetime, name: str = "norte", kind: str = "bill", phase: str = "completed") -> dict[str, object]:
    return {"instance": name, "kind": kind, "phase": phase, "at": at}


def test_only_complete_readings_of_bills_are_signs(now: datetime, beat: MakeBeat) -> None:
    """And only what `hydrate` says."""
    rows = [swept(now), swept(now, kind="client"), swept(now, "sul", phase="failed")]
    beats = [beat("hydrate"), beat("views")]

    old = now - timedelta(days=20)
    assert signs([{**swept(now), "as_of": old}], [], []).swept == {"norte": old}
    assert signs(rows, beats, ["sul"]) == Signs({"norte": now}, (beats[0],), frozenset({"sul"}))
    assert [one.stage for one in heartbeats([beats[1].model_dump(mode="json"), {"_id": "broken"}])] == ["views"]


@pytest.mark.parametrize(
    ("what", "closed"),
    [
        ("well", None),
        ("old bills", "data_stale"),
        ("no bills", "data_stale"),
        ("no hydrate", "data_stale"),
        ("silent hydrate", "data_stale"),
        ("hydrate behind", "data_stale"),
        ("refusing", "pabx_refuses"),
    ],
)
def test_nobody_is_called_on_old_debts_nor_by_a_pabx_that_refuses(
    instance: MakeInstance, now: datetime, beat: MakeBeat, what: str, closed: str | None
) -> None:
    """Every state's gate is then closed alike, so that the head of the queue is empty."""
    bills = {"norte": now - timedelta(minutes=121 if what == "old bills" else 119)}
    age = SILENT_AFTER + SECOND if what == "silent hydrate" else SECOND
    lag, progress = (1, now - MAX_LAG - SECOND) if what == "hydrate behind" else (0, now)
    hydrates = () if what == "no hydrate" else (beat("hydrate", now - age, lag=lag, progress=progress),)
    seen = Signs({} if what == "no bills" else bills, hydrates, frozenset(["norte"] if what == "refusing" else []))

    assert gate_of(instance(), seen, now).closed == closed
    of = scope_of(instance(), now, seen)
    assert (of.closed, of.shut) == (closed, closed is not None)


def test_a_pause_is_named_before_the_age_of_the_debts(instance: MakeInstance, now: datetime) -> None:
    """And that before the hour."""
    assert gate_of(instance(paused=True), Signs(), now).closed == "instance_paused"
    assert gate_of(instance(pabx=None), Signs(), now).closed == "no_pabx"
    assert gate_of(instance(), Signs(), now - timedelta(hours=12)).closed == "data_stale"


def test_the_page_says_why_everybody_is_held(
    instance: MakeInstance, rows_of: Callable[..., Rows], now: datetime, portuguese: Language
) -> None:
    """With how many wait for nothing else, and what brings the calls back."""
    waiting = [{"_id": {"state": "", "holds": []}, "debtors": 3, "cents": 900}]
    sweeps = [{**swept(now, kind="bill"), "rows": 9, "error": "", "known": 9}]
    read = InstanceRows(instance(), NOTHING, waiting, [], {"bairro": [], "client_type": []})
    blocks = [
        Painter(portuguese).paint(Reading(now, snapshot(rows_of(read, sweeps=sweeps, signs=seen), now)), EVERYBODY).blocks
        for seen in (Signs(), Signs(refusing=frozenset({"norte"})))
    ]
    stale, refused = (words(one["holds"]) for one in blocks)

    assert "Dívidas sem leitura recente. 3 só por isto. As ligações voltam" in stale
    assert "PABX recusa as ligações. 3 só por isto." in refused
    assert "Não se pode ligar para ninguém agora. Dívidas sem leitura recente." in words(blocks[0]["queue"])

"""What `collector erase` shows and asks before it does anything: the count typed, and never whose document it is."""

import io
import sys

import pytest
from pydantic import SecretStr

from deploy.cli.erase import _erase, _line
from deploy.erasing.finding import EraseSettings, Found, Person, of_clients, person
from deploy.replay.plan import Replay
from schemas.errors import StopWorker

SETTINGS = EraseSettings(
    kafka_bootstrap_servers="127.0.0.1:1",
    mongo_uri="mongodb://127.0.0.1:1",
    collector_person_key=SecretStr("only for tests, at least 16"),
)
WRITTEN = "529.982.247-25"
FOUND = Found(
    person=person(WRITTEN, SETTINGS),
    clients={"norte": ["7"], "sul": ["8", "9"]},
    formerly=1,
    living={"erp.bill.v1": 4, "debtor.v1": 1},
    shown={"view debtors": 1},
    letters=("a", "b"),
    promises=1,
    attempts=3,
    blocks=1,
    replays=(Replay("r1", "debtors"),),
    is_suppressed=False,
)


@pytest.mark.parametrize("typed", ["8\n", "90\n", "\n", "", "yes\n"])
def test_another_count_erases_nothing(
    typed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All is shown first, client by client; no broker was asked for, and there is none."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    with pytest.raises(StopWorker, match=r"nothing was erased: the count is 9|nothing more on stdin"):
        _erase(SETTINGS, FOUND)
    out, err = capsys.readouterr()
    for shown in ("erp.bill.v1", "view debtors", "dead letters"):
        assert shown in out
    for said in ("norte: client 7", "sul: client 8, 9", "3 attempts", "do-not-call", "replay r1", "somebody else now"):
        assert said in err
    assert FOUND.person.hash not in out + err


def test_nobody_is_kept_out_whom_nobody_knows_before_the_count_of_nothing_is_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = Found(FOUND.person, {}, 0, {}, {}, (), 0, 0, 0, (), is_suppressed=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO("1\n"))
    with pytest.raises(StopWorker, match="the count is 0"):
        _erase(SETTINGS, nobody)
    out, err = capsys.readouterr()
    assert "nothing is left" in out
    assert "no client with this document is known" in err
    assert of_clients({}) == {"_id": {"$in": []}}


@pytest.mark.parametrize("wrong", ["", "529.982.247-26", "111.111.111-11", "fulana"])
def test_what_is_no_document_is_refused_and_not_repeated(wrong: str) -> None:
    with pytest.raises(StopWorker, match="no CPF or CNPJ") as refused:
        person(wrong, SETTINGS)
    assert not wrong or wrong not in str(refused.value)


def test_a_document_is_the_same_person_however_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{WRITTEN}\n"))
    whom: Person = person(_line("CPF or CNPJ of whom", hidden=True), SETTINGS)
    assert whom == person("52998224725", SETTINGS)
    assert whom != person("111.444.777-35", SETTINGS)

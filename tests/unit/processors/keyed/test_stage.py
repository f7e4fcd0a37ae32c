"""What every keyed stage shares."""

from processors.dialer.stage import NAME as DIALER
from processors.hydrate.stage import HYDRATE
from processors.keyed.stage import letter
from schemas.dead import why_of
from schemas.errors import RejectRecord
from tests.unit.records import Given


def test_a_letter_holds_the_record_as_it_came_and_says_why() -> None:
    record = Given("erp.bill.v1", 4, 1734, b"norte:1042:bill:7", b"\xff{")
    dead = letter("hydrate", record, RejectRecord("bill.valor_aberto: not an amount such as 99.90", field="valor_aberto"))

    assert (dead.key, dead.value) == (record.key, record.value)
    assert why_of(dead.headers(), "dead.v1[0]@1") == dead.why
    assert dead.why.model_dump() == {
        "stage": "hydrate",
        "place": "erp.bill.v1[4]@1734",
        "field": "valor_aberto",
        "reason": "bill.valor_aberto: not an amount such as 99.90",
    }


def test_stages_have_the_names_that_their_topics_know() -> None:
    assert HYDRATE.output.producers == (HYDRATE.name,)
    assert DIALER in HYDRATE.output.consumers

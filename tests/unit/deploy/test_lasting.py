"""What outlived Kafka's data is erased by the key that its record had: whoever reads the tombstone finds the document."""

from hypothesis import given
from hypothesis import strategies as st

from deploy.lasting import ERASED_IN, outlived
from deploy.living import Living
from processors.classify.stage import key_of
from schemas.key_parts import escaped
from schemas.topics import CALLS, PLACED
from schemas.views import LASTING, VIEWS
from sinks.views.places import partition
from tests.unit.records import Given

ATTEMPT, DIGEST = "01ARZ3NDEKTSV4RRFFQ69G5FAV", "0" * 16
OF_VIEWS = {view.name: view for view in VIEWS if view.name in LASTING}
CODES = st.text(min_size=1, max_size=12).map(escaped)


def test_every_view_that_outlives_its_topic_is_known() -> None:
    assert ERASED_IN.keys() == LASTING


@given(st.sampled_from(sorted(LASTING)), CODES, CODES)
def test_its_tombstone_erases_this_document_and_is_where_its_view_looks(name: str, client: str, bill: str) -> None:
    """Of a call the tombstone is one of its placing: what the stage `classify` makes of it has the same key."""
    view = OF_VIEWS[name]
    rest = {"calls": ATTEMPT, "evidence": f"{ATTEMPT}:{DIGEST}"}.get(name, bill)
    found = outlived(name, f"norte:{client}:{rest}")
    key = found.key or b""
    if found.topic == PLACED.name:
        assert (key_of(Given(found.topic, 0, 0, key, None)), view.topic) == (key, CALLS)
    else:
        assert found.topic == view.topic.name
    assert view.erased(key) == f"norte:{client}:{rest}"
    assert found.partition == partition(view, key.decode())


def test_it_is_alive_until_its_tombstone_was_read() -> None:
    living, one = Living("norte", ["7"]), outlived("closed_bills", "norte:7:9")
    living.note(one)
    living.note(outlived("closed_bills", "norte:8:9"))
    (((topic, number), (message,)),) = living.tombstones().items()
    assert (topic, number, message.key) == (one.topic, one.partition, one.key)
    living.note(Given(topic, number, 0, message.key, None))
    assert living.counts() == {}

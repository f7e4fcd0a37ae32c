"""A document tells the partition of its records."""

import pytest

from schemas.keys import partition_of, row_key
from schemas.views import VIEWS, View
from sinks.views.places import partition

BY_NAME = {view.name: view for view in VIEWS}


@pytest.mark.parametrize(
    ("view", "key", "identity"),
    [
        (BY_NAME["debtors"], b"norte:1042", "norte:1042"),
        (BY_NAME["queue"], b"norte:1042", "norte:1042"),
        (BY_NAME["references"], row_key("norte", "cidade", "reference", "1777"), "norte:cidade:1777"),
        (BY_NAME["sweeps"], b"norte:bill", "norte:bill:completed"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_document_tells_the_partition_of_its_records(view: View, key: bytes, identity: str) -> None:
    """As the producers choose it: by the key's first half."""
    hashed = key if view.topic.partitions == 1 else b":".join(key.split(b":")[:2])

    assert partition(view, identity) == partition(view, key.decode()) == partition_of(hashed, view.topic.partitions)

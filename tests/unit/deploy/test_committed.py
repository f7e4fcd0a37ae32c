"""A broker that came back just now loads its groups first: it is asked again, for a while."""

import asyncio
from collections.abc import Iterator

import pytest
from aiokafka.errors import GroupLoadInProgressError, KafkaError, TopicAuthorizationFailedError

from deploy.committed import LOADING, patiently


def asked(answers: Iterator[KafkaError | str], within: float) -> str:
    async def ask() -> str:
        found = next(answers)
        if isinstance(found, KafkaError):
            raise found
        return found

    return asyncio.run(patiently(ask, within, 0))


def test_while_it_loads_it_is_asked_again() -> None:
    assert asked(iter([*(error() for error in LOADING), "read"]), 60) == "read"


def test_no_longer_than_so_long_and_not_for_another_reason() -> None:
    with pytest.raises(GroupLoadInProgressError):
        asked(iter([GroupLoadInProgressError(), GroupLoadInProgressError()]), -1)
    with pytest.raises(TopicAuthorizationFailedError):
        asked(iter([TopicAuthorizationFailedError(), "read"]), 60)

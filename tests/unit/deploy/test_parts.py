"""Where tests find the real Kafka and the real MongoDB."""

import pytest

from tests.parts import KAFKA, MONGO, way


def unasked() -> bool:
    raise AssertionError("looking for an engine takes time and was not needed")


@pytest.mark.parametrize("forced", KAFKA)
def test_a_forced_way_wins_over_everything(forced: str) -> None:
    assert way(forced, "named:9092", unasked) == forced


def test_a_named_server_wins_over_an_engine() -> None:
    assert way("", "named:9092", unasked) == "environment"


@pytest.mark.parametrize(("engine", "expected"), [(True, "testcontainers"), (False, "local")])
def test_without_a_name_an_engine_decides(*, engine: bool, expected: str) -> None:
    assert way("", "", lambda: engine) == expected


def test_both_parts_can_be_had_in_every_way() -> None:
    assert set(KAFKA) == set(MONGO) == {"environment", "testcontainers", "local"}

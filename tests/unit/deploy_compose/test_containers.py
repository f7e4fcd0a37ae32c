import json
from typing import Any

from deploy.compose.containers import SERVICE, parse, short_of


def inspected(service: str, number: int = 1, restarts: int = 0, **state: object) -> dict[str, Any]:
    running = {"Status": "running", "ExitCode": 0, "StartedAt": "2026-11-23T05:00:00Z"}
    return {
        "Id": f"{service}{number}",
        "Name": f"/test-{service}-{number}",
        "RestartCount": restarts,
        "Config": {"Labels": {SERVICE: service}},
        "State": {**running, **state},
    }


def healthy(service: str, number: int = 1, **state: object) -> dict[str, Any]:
    return inspected(service, number, Health={"Status": "healthy"}, **state)


def test_a_stage_is_well_while_it_runs_and_its_check_passes() -> None:
    found = parse(
        json.dumps(
            [
                healthy("views"),
                inspected("hydrate", Health={"Status": "starting"}),
                inspected("dialer"),
                healthy("kafka", Status="exited", ExitCode=137),
            ]
        )
    )

    assert {one.service for one in found if one.well} == {"views"}
    assert not any(one.failed for one in found)


def test_a_one_shot_is_well_once_it_has_ended_with_code_zero() -> None:
    done, wrong, busy = (
        parse(json.dumps([inspected("topics", Status=status, ExitCode=code)]))[0]
        for status, code in (("exited", 0), ("exited", 2), ("running", 0))
    )

    assert (done.well, wrong.well, busy.well) == (True, False, False)
    assert (done.failed, wrong.failed, busy.failed) == (False, True, False)
    assert str(wrong) == "test-topics-1 exited (2)"


def test_a_container_without_a_check_says_that_it_runs_and_how_often_it_came_back() -> None:
    found = parse(json.dumps([inspected("dialer", restarts=2, Health=None)]))[0]

    assert (found.health, found.name, str(found)) == ("", "test-dialer-1", "test-dialer-1 running, restarted 2 times")


def test_what_is_missing_is_counted_by_service() -> None:
    found = parse(json.dumps([healthy("views"), healthy("views", 2), healthy("hydrate"), healthy("mongo")]))

    assert short_of(found, {"views": 2, "hydrate": 3, "kafka": 1}) == ["hydrate 1/3", "kafka 0/1"]
    assert short_of(found, {"views": 2, "mongo": 1}) == []

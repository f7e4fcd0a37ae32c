"""Every stage that can be run is there; none is loaded to find out."""

import ast
import os
from pathlib import Path

import pytest

from deploy.stages import STAGES, command, load, run
from schemas.errors import StopWorker
from schemas.topics import TOPICS

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("stage", "place"), STAGES.items())
def test_a_stage_has_its_main(stage: str, place: str) -> None:
    module, name = place.split(":")
    tree = ast.parse(ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text())
    assert name in [one.name for one in tree.body if isinstance(one, ast.FunctionDef)], stage


def test_whoever_writes_or_reads_a_topic_is_a_stage() -> None:
    assert {stage for topic in TOPICS for stage in (*topic.producers, *topic.consumers)} <= set(STAGES)


def test_a_name_that_is_no_stage_gets_the_list() -> None:
    with pytest.raises(StopWorker, match="there is no stage hidrate: choose one of erp-poller, cdr-poller, hydrate"):
        load("hidrate")


def test_a_stage_as_a_process_carries_its_name() -> None:
    assert command("views", "3")[1:] == ["-m", "deploy.stages", "views", "3"]


def test_a_worker_without_a_name_leaves_it_to_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKER_NAME", "theirs")
    monkeypatch.setitem(STAGES, "brief", "os:getpid")
    run("brief")
    assert os.environ["WORKER_NAME"] == "theirs"
    run("brief", "3")
    assert os.environ["WORKER_NAME"] == "3"

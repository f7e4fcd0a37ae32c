"""How a stage's process ends."""

import asyncio
import signal

import pytest

from schemas.errors import RetryLater, StopWorker
from schemas.runtime.process import BAD_CONFIGURATION, plain, run
from schemas.runtime.progress import PROCESS, Standing
from schemas.runtime.settings import Base, KafkaSettings
from schemas.runtime.watchdog import TRY_AGAIN


def ended(capsys: pytest.CaptureFixture[str], error: Exception) -> tuple[object, str]:
    async def main(_: Base) -> None:
        raise error

    with pytest.raises(SystemExit) as caught:
        run("hydrate", Base, main)
    return caught.value.code, capsys.readouterr().err


def test_what_cannot_be_mended_ends_with_its_line_and_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(capsys, StopWorker("X is wrong: mend it")) == (BAD_CONFIGURATION, "X is wrong: mend it\n")


def test_a_peer_that_stays_away_ends_with_the_code_for_another_try(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(capsys, RetryLater("no broker")) == (TRY_AGAIN, "no broker\n")


def test_a_bug_looks_like_one(capsys: pytest.CaptureFixture[str]) -> None:
    async def main(_: Base) -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        run("hydrate", Base, main)
    assert capsys.readouterr().err == ""


def test_missing_settings_end_before_anything_starts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
    started = []

    async def main(_: Base) -> None:
        started.append(1)

    with pytest.raises(SystemExit) as caught:
        run("hydrate", KafkaSettings, main)

    assert (caught.value.code, started) == (BAD_CONFIGURATION, [])
    assert capsys.readouterr().err.startswith("KAFKA_BOOTSTRAP_SERVERS is not set")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_stage_in_order(number: signal.Signals) -> None:
    said = []

    async def main(_: Base) -> None:
        try:
            signal.raise_signal(number)
            await asyncio.Event().wait()
        finally:
            said.append("goodbye")

    run("hydrate", Base, main)

    assert said == ["goodbye"]


def test_the_first_error_of_a_group_is_raised_itself() -> None:
    away = RetryLater("the peer is away")

    with pytest.raises(RetryLater) as caught, plain():
        raise ExceptionGroup("outer", [ExceptionGroup("inner", [away]), KeyError("later")])

    assert caught.value is away


def test_who_is_told_that_it_cannot_go_on_says_goodbye_and_ends_with_the_reason(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PROCESS, "fatal", None)  # and back, for whoever comes after this test
    said = []

    async def main(_: Base) -> None:
        try:
            PROCESS.end(RetryLater("another process has joined"))
            PROCESS.end(RetryLater("and it goes on"))
            await asyncio.Event().wait()
        finally:
            said.append("goodbye")

    with pytest.raises(SystemExit) as caught:
        run("views", Base, main)

    assert (caught.value.code, said) == (TRY_AGAIN, ["goodbye"])
    assert capsys.readouterr().err == "another process has joined\n"


def test_the_event_loop_is_watched_only_while_it_runs() -> None:
    """Else the next `run` of this process would be ended for the time in between."""
    seen = []

    async def main(_: Base) -> None:
        await asyncio.sleep(0)
        seen.append(PROCESS.pulse.standing.owes)

    run("views", Base, main)

    assert seen[0] is not None
    assert PROCESS.pulse.standing == Standing()

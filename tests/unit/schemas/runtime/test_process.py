"""How a stage's process ends."""

import asyncio
import signal

import pytest

from schemas.errors import RetryLater, StopWorker
from schemas.runtime.process import BAD_CONFIGURATION, TRY_AGAIN, alive, plain, run
from schemas.runtime.settings import Base, KafkaSettings


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


def test_a_live_loop_touches_its_file(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path_factory.mktemp("alive") / "hydrate"
    monkeypatch.delenv("ALIVE_FILE", raising=False)
    alive()
    assert not file.exists()

    monkeypatch.setenv("ALIVE_FILE", str(file))
    alive()

    assert file.exists()

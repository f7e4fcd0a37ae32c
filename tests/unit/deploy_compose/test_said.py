import pytest

from deploy.compose.said import crashes, plain, refusals, worries


def test_lines_lose_the_terminals_control_sequences() -> None:
    assert plain("\x1b[2Kviews-1  | fine\n\x1b[33mkafka-1  | \x1b[0mtoo\n") == ["views-1  | fine", "kafka-1  | too"]


def test_a_traceback_is_a_crash_of_its_container() -> None:
    said = [
        "erp-poller-1  | Traceback (most recent call last):",
        "erp-poller-1  |   File x",
        "erp-poller-1  | Traceback (most recent call last):",
        "views-2  | fine",
    ]

    assert crashes(said) == ["erp-poller-1 showed 2 tracebacks"]


def test_a_traceback_in_a_line_of_the_log_need_not_count() -> None:
    said = [
        'views-1  | {"exception": "Traceback (most recent call last):\\n"}',
        "views-2  | Traceback (most recent call last):",
    ]

    assert crashes(said) == ["views-1 showed 1 tracebacks", "views-2 showed 1 tracebacks"]
    assert crashes(said, logged=False) == ["views-2 showed 1 tracebacks"]


@pytest.mark.parametrize(
    "what",
    [
        "WARNING aiokafka.consumer.group_coordinator Heartbeat failed",
        "2026-11-23T05:51:48,884 WARN QuorumController: x",
        '{"instance": "norte", "event": "sweep_failed", "level": "warning"}',
        '{"t":{"$date":"2026"},"s":"E","c":"NETWORK"}',
    ],
)
def test_warnings_of_every_writer_are_noticed(what: str) -> None:
    assert worries([f"views-1  | {what}"]) == [f"views-1 said 1 times: {what}"]


def test_lines_that_differ_in_numbers_only_are_one_worry_and_good_news_is_none() -> None:
    said = [f"kafka-1  | WARN offset {number} is gone" for number in (7, 8, 99)]
    said += ['views-1  | {"event": "ready", "level": "info"}', "WARN of compose itself"]

    assert worries(said) == ["kafka-1 said 3 times: WARN offset 7 is gone"]


def test_a_refusal_is_the_last_line_that_begins_with_the_variable() -> None:
    said = [
        "erp-poller-1  | KEY is not the key: restore it",
        "erp-poller-1  | KEY is not the key: restore that",
        'cdr-poller-1  | {"event": "KEY"}',
        "views-1  | no KEY",
    ]

    assert refusals(said, "KEY") == {"erp-poller": "KEY is not the key: restore that"}

"""How long until all was at work again: of each fault its own, and no other one's."""

from datetime import UTC, datetime, timedelta

from deploy.demo.away import Away
from deploy.demo.recovery import Recovery, Struck, at_most, lines, recoveries

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def away(since: float, until: float) -> Away:
    return Away(at(since), at(until))


KILLED = Struck("kill", "Kafka", "Kafka-2", at(10), at(10), at(14))
PAUSED = Struck("pause", "MongoDB", "MongoDB-1", at(12), at(30), at(31))
STAGE = Struck("kill", "a stage", "views-0", at(11), at(11), at(15))
QUIET: dict[str, list[Away]] = {"views-0": [], "hydrate-0": []}


def test_a_server_that_nobody_missed_is_back_when_it_answers() -> None:
    assert list(recoveries([KILLED, PAUSED], QUIET)) == [Recovery("kill of Kafka", 4, 0), Recovery("pause of MongoDB", 1, 0)]


def test_a_stage_that_fell_silent_meanwhile_has_to_be_heard_again() -> None:
    """Also one whose silence ended while the server was still away: then it was silent, and no longer than that."""
    silences = {"views-0": [away(9, 22)], "hydrate-0": [away(11, 13), away(40, 50)]}
    assert list(recoveries([KILLED], silences)) == [Recovery("kill of Kafka", 12, 13)]
    assert list(recoveries([KILLED], {"hydrate-0": [away(10, 13.5)]})) == [Recovery("kill of Kafka", 4, 3.5)]


def test_what_another_fault_explains_is_not_this_ones() -> None:
    """The stage's own, and another server's from its strike on; a stage that was struck answers for itself alone."""
    silences = {"views-0": [away(9, 60)], "hydrate-0": [away(10, 29)]}
    found = list(recoveries([KILLED, PAUSED, STAGE], silences))
    assert found == [Recovery("kill of Kafka", 4, 2), Recovery("pause of MongoDB", 1, 0), Recovery("kill of a stage", 4, 0)]


def test_the_table_has_a_line_for_each_kind_and_the_longest_of_each() -> None:
    found = [Recovery("cut of Kafka", seconds, silent) for seconds, silent in ((1, 9), (3, 0), (2, 4))]
    assert list(lines([*found, Recovery("kill of a stage", 5, 0)])) == [
        ("cut of Kafka", "3", "2.0", "3.0", "3.0", "9.0"),
        ("kill of a stage", "1", "5.0", "5.0", "5.0", "0.0"),
    ]


def test_of_twenty_the_second_longest_is_what_95_of_100_do_not_exceed() -> None:
    assert at_most([float(number) for number in range(20, 0, -1)]) == 19
    assert at_most([4.0]) == 4
    assert at_most([]) == 0

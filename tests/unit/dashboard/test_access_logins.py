"""How long somebody waits after wrong passwords, and what ends a login."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.access.passwords import HASHER, LONGEST, SHORTEST, hashed, nobodys, opens, problem
from dashboard.access.throttle import FORGOTTEN_AFTER, LIMITS, NOTHING, By, Throttle
from dashboard.access.tokens import Token, holds, milliseconds, read, token, write
from schemas.users import StoredUser, document, in_milliseconds, read_user

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LOGIN, OTHER = "a" * 32, "b" * 32
ANA = StoredUser(name="ana", role="operator", created_at=NOON, changed_at=NOON)
NAMES = st.from_regex(r"[a-z0-9][a-z0-9._@+-]{0,79}", fullmatch=True)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone


def test_the_wait_doubles_from_a_second_to_its_bound() -> None:
    """By user after three, by address after ten."""
    throttle = Throttle()
    waits = []
    for number in range(12):
        throttle.tried("ana", f"192.0.2.{number}", NOON)
        waits.append(throttle.wait("ana", "198.51.100.1", NOON).total_seconds())

    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    for number in range(40):
        throttle.tried(f"n{number}", "198.51.100.2", NOON)
        allowed = throttle.wait("other", "198.51.100.2", NOON) == NOTHING
        assert allowed is (number + 1 < LIMITS[By.ADDRESS].free)
    assert throttle.wait("other", "198.51.100.2", NOON) == timedelta(minutes=15)


@given(st.lists(st.integers(0, 120), min_size=1, max_size=40))
def test_whoever_waits_as_told_may_try_and_no_earlier(pauses: list[int]) -> None:
    """However the tries fall, the next is let through at the end of its wait, and not a moment before."""
    throttle, now = Throttle(), NOON
    for pause in pauses:
        now += timedelta(seconds=pause)
        wait = throttle.wait("ana", "192.0.2.1", now)
        assert wait >= NOTHING
        if wait:
            assert throttle.wait("ana", "192.0.2.1", now + wait - timedelta(milliseconds=1)) > NOTHING
            now += wait
            assert throttle.wait("ana", "192.0.2.1", now) == NOTHING
        throttle.tried("ana", "192.0.2.1", now)


@given(st.integers(1, 100), st.integers(60, 600))
def test_a_guesser_of_one_name_gets_a_bounded_number_of_tries(addresses: int, seconds: int) -> None:
    """From however many addresses: free ones, the doubling ones, then one a minute."""
    throttle, tried = Throttle(), 0
    for second in range(seconds):
        now, address = NOON + second * SECOND, f"192.0.2.{second % addresses}"
        if throttle.wait("ana", address, now) == NOTHING:
            throttle.tried("ana", address, now)
            tried += 1

    assert tried <= 9 + seconds // 60


def test_the_right_password_forgives_the_user_but_an_address_one_try_only() -> None:
    """Else an attacker's own user would wash his address clean."""
    throttle = Throttle()
    for number in range(12):
        throttle.tried(f"n{number}", "192.0.2.1", NOON)
    before = throttle.wait("x", "192.0.2.1", NOON)
    for number in range(5):
        throttle.tried("mallory", f"203.0.113.{number}", NOON)
    assert throttle.wait("mallory", "198.51.100.1", NOON) > NOTHING
    throttle.tried("mallory", "192.0.2.1", NOON)
    throttle.right("mallory", "192.0.2.1")

    assert throttle.wait("mallory", "198.51.100.1", NOON) == NOTHING
    assert throttle.wait("x", "192.0.2.1", NOON) == before > NOTHING


def test_wrong_passwords_are_forgotten_after_an_hour_of_none() -> None:
    throttle = Throttle()
    for _ in range(9):
        throttle.tried("ana", "192.0.2.1", NOON)
    later = NOON + FORGOTTEN_AFTER
    throttle.tried("ana", "192.0.2.1", later)

    assert throttle.wait("ana", "192.0.2.1", later) == NOTHING


def test_it_remembers_so_many_and_the_oldest_go_first() -> None:
    """A flood of names costs no memory."""
    throttle = Throttle(most=8)
    for _ in range(3):
        throttle.tried("ana", "192.0.2.1", NOON)
    for number in range(3):
        throttle.tried(f"n{number}", f"198.51.100.{number}", NOON)
    assert throttle.wait("ana", "203.0.113.1", NOON) > NOTHING
    throttle.tried("n4", "198.51.100.4", NOON)

    assert throttle.wait("ana", "203.0.113.1", NOON) == NOTHING


@given(NAMES, MOMENTS)
def test_a_token_is_read_as_it_was_written(name: str, at: datetime) -> None:
    """Whatever the name: it stands last."""
    user = ANA.model_copy(update={"name": name, "changed_at": at})
    found = read(write(token(user, LOGIN)))

    assert found == Token(name, LOGIN, milliseconds(at))
    assert found is not None
    assert holds(found, user)


@given(st.text(max_size=60))
def test_what_is_no_token_lets_nobody_in(text: str) -> None:
    found = read(text)

    assert found is None or write(found) == text or text.startswith("0")


@given(MOMENTS, st.integers(1, 10**9))
def test_any_later_change_of_the_user_ends_the_login(at: datetime, milliseconds_later: int) -> None:
    """By a millisecond or by years."""
    before = ANA.model_copy(update={"changed_at": in_milliseconds(at)})
    after = before.model_copy(update={"changed_at": before.changed_at + timedelta(milliseconds=milliseconds_later)})

    assert holds(token(before, LOGIN), before)
    assert not holds(token(before, LOGIN), after)


@pytest.mark.parametrize(
    "now", [None, ANA.model_copy(update={"active": False}), ANA.model_copy(update={"ended": {LOGIN: NOON}}), "other"]
)
def test_a_login_ends_with_its_user_and_with_its_logout(now: StoredUser | str | None) -> None:
    """Another's logout is nothing to it."""
    user = ANA.model_copy(update={"name": "other"}) if isinstance(now, str) else now

    assert not holds(token(ANA, LOGIN), user)
    assert holds(token(ANA, LOGIN), ANA.model_copy(update={"ended": {OTHER: NOON}}))


def test_a_user_is_read_as_stored_and_a_newer_versions_fields_are_ignored() -> None:
    assert read_user({**document(ANA), "added_later": 1}) == ANA
    with pytest.raises(ValueError, match="role"):
        read_user({**document(ANA), "role": "root"})


def test_a_password_opens_its_own_hash_and_no_empty_one() -> None:
    """Also not the one that stands for nobody; what is no hash is as closed."""
    stored = hashed("correct horse battery")

    assert opens(stored, "correct horse battery")
    assert not opens(stored, "correct horse batterx")
    assert not opens("", "correct horse battery")
    assert not opens("not a hash", "correct horse battery")
    assert stored != hashed("correct horse battery"), "salted"


def test_nobody_costs_as_much_as_somebody() -> None:
    """The same function over the same parameters: time tells no name."""
    assert not HASHER.check_needs_rehash(nobodys())
    assert nobodys().rsplit("$", 2)[0] == hashed("correct horse battery").rsplit("$", 2)[0]


def test_a_password_has_a_length() -> None:
    assert problem("x" * SHORTEST) == problem("x" * LONGEST) == ""
    assert problem("x" * (SHORTEST - 1))
    assert problem("x" * (LONGEST + 1))

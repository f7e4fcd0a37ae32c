"""What is well, what soon will not be, and what is bad, at their edges."""

from datetime import UTC, datetime, timedelta

import pytest

from deploy.doctor import rules
from deploy.doctor.rules import GB, Finding, worst

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("finding", "state"),
    [
        (rules.clock(2 * SECOND), "well"),
        (rules.clock(2.1 * SECOND), "bad"),
        (rules.disk("disk", 79 * GB, 100 * GB), "well"),
        (rules.disk("disk", 80 * GB, 100 * GB), "soon"),
        (rules.disk("disk", 95 * GB, 100 * GB), "bad"),
        (rules.disk("disk", 0, 0), "soon"),
        (rules.certificate("erp:443", NOW + 30 * DAY, NOW), "well"),
        (rules.certificate("erp:443", NOW + 30 * DAY - SECOND, NOW), "soon"),
        (rules.certificate("erp:443", NOW + 7 * DAY - SECOND, NOW), "bad"),
        (rules.certificate("erp:443", NOW - DAY, NOW), "bad"),
        (rules.backup(None, "kept", NOW), "bad"),
        (rules.backup(NOW - 2 * DAY, "kept", NOW), "well"),
        (rules.backup(NOW + SECOND, "kept", NOW), "bad"),
        (rules.backup(NOW - 2 * DAY - SECOND, "kept", NOW), "soon"),
        (rules.mongo_version("6.0.5"), "soon"),
        (rules.mongo_version("7.0.0"), "well"),
        (rules.mongo_version("8.2.1-rc0"), "well"),
        (rules.mongo_version("none"), "soon"),
    ],
)
def test_each_is_judged_at_its_edge_and_what_is_not_well_has_a_next_step(finding: Finding, state: str) -> None:
    assert finding.state == state
    assert (finding.step == "") == (state == "well")


@pytest.mark.parametrize(
    ("key", "is_all_here", "is_found"),
    [
        ("k" * 44, False, False),
        ("k" * 44, True, False),
        ("", False, True),
        ("", True, True),
        (None, True, True),
        (None, False, False),
    ],
)
def test_a_key_is_missed_by_who_would_have_it_alone(key: str | None, is_all_here: bool, is_found: bool) -> None:
    """A stage in a container of its own is not told it, and knows nothing of backups."""
    found = rules.backup_key(key, is_all_here=is_all_here)

    assert (found is not None) == is_found
    assert found is None or (found.state, "put it back" in found.step) == ("soon", True)


def test_the_worst_is_what_the_exit_code_tells() -> None:
    well, soon, bad = (Finding("x", state, "") for state in ("well", "soon", "bad"))
    assert [worst(found) for found in ([], [well], [well, soon], [soon, bad, well])] == ["well", "well", "soon", "bad"]

"""When the newest record began, whosever it is: of files and of tables, as it is written."""

from datetime import datetime
from pathlib import Path

import pytest

from producers.cdr.files import LAST_BYTES
from schemas.errors import RetryLater
from tests.unit.producers_cdr.lab_files import csv_line, rows
from tests.unit.producers_cdr.test_files import NAMES, files
from tests.unit.producers_cdr.test_sql import table


def line(second: int) -> str:
    """Of somebody else's call."""
    times = {"start": f"2026-11-22 13:40:{second:02}", "duration": "1", "billsec": "0", "sequence": "0"}
    return csv_line({**times, "uniqueid": "1763818814.7", "userfield": "x" * 200, "disposition": "BUSY"}, NAMES)


async def test_the_last_whole_record_of_a_file_counts(tmp_path: Path) -> None:
    """However long the file is, and whatever half records lie at both ends of what is read."""
    path = tmp_path / "Master.csv"
    source = files(path)
    with pytest.raises(RetryLater):
        await source.newest()
    path.write_text("")
    assert await source.newest() is None
    many = "".join(line(n % 50) for n in range(3 * LAST_BYTES // len(line(1))))
    path.write_text(f"{many}{line(58)}{line(59)[:60]}")
    assert await source.newest() == datetime(2026, 11, 22, 13, 40, 58)  # noqa: DTZ001 - as it is written
    await source.close()


async def test_the_latest_start_in_a_table_counts() -> None:
    with table() as found:
        source = found.source()
        assert await source.newest() is None
        base = {**rows()[0], "uniqueid": "1763818814.7", "linkedid": ""}
        found.add(*({**base, "calldate": f"2026-11-22 13:40:{second}"} for second in (10, 30, 20)))
        assert (await source.newest() or datetime.min).replace(tzinfo=None).second == 30  # noqa: DTZ901 - a zone-less text
        await source.close()

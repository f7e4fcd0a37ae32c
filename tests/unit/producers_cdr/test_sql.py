"""Call tables of many shapes, and rows that appear when a call ends but carry the time at which it began."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import example, given
from hypothesis import strategies as st

from producers.cdr.sql import SqlTable
from producers.cdr.sql_table import SLACK, Window
from schemas.errors import RetryLater, StopWorker
from schemas.pabx import SqlRecords
from tests.unit.producers_cdr.lab_files import attempt, rows

BACK = timedelta(days=7)
NOON = datetime(2026, 11, 22, 15, tzinfo=UTC)
FREEPBX = {name: "INTEGER" if name in {"duration", "billsec", "amaflags", "sequence"} else "TEXT" for name in rows()[0]}
FREEPBX["calldate"] = "DATETIME"


@dataclass
class Table:
    """A call table in a file, and a clock to read it by."""

    url: str
    now: datetime = NOON
    columns: Mapping[str, str] = field(default_factory=lambda: FREEPBX)

    def source(self, **options: Any) -> SqlTable:  # noqa: ANN401 - of `SqlRecords`
        records = SqlRecords(zone="UTC", url=self.url, **options)
        return SqlTable(records, "", lambda: self.now, BACK)

    def run(self, statement: str, parameters: Iterable[Mapping[str, Any]] = ()) -> None:
        engine = sa.create_engine(self.url)
        with engine.begin() as connection:
            connection.execute(sa.text(statement), [dict(one) for one in parameters] or None)
        engine.dispose()

    def make(self) -> None:
        self.run(f"CREATE TABLE cdr ({', '.join(f'{name} {kind}' for name, kind in self.columns.items())})")

    def add(self, *added: Mapping[str, Any]) -> None:
        for one in added:
            named = {name: value for name, value in one.items() if name in self.columns}
            self.run(
                f"INSERT INTO cdr ({', '.join(named)}) VALUES ({', '.join(f':{name}' for name in named)})",  # noqa: S608 - a test's own names
                [named],
            )


@contextmanager
def table(columns: Mapping[str, str] = FREEPBX) -> Iterator[Table]:
    with TemporaryDirectory() as folder:
        found = Table(f"sqlite:///{Path(folder) / 'cdr.db'}", columns=columns)
        found.make()
        yield found


async def read(source: SqlTable) -> list[dict[str, str]]:
    """All that a poll finds."""
    found: list[dict[str, str]] = []
    more = True
    while more:
        look = await source.look()
        source.taken()
        assert not look.unread
        found += [dict(one.fields) for one in look.said]
        more = look.more
    return found


async def test_rows_of_freepbx_are_records_in_asterisks_words() -> None:
    with table() as cdr:
        cdr.add(*rows())
        source = cdr.source()
        found = await read(source)
        await source.close()

    assert len(found) == len(rows())
    assert {one["uniqueid"] for one in found} == {one["uniqueid"] for one in rows()}
    assert found[0]["start"] == "2026-11-22 13:55:56"
    assert (found[0]["duration"], found[0]["lastapp"]) == ("7", "AppDial2")
    assert {"cnum", "did", "calldate", "answer", "end"}.isdisjoint(found[0])


@pytest.mark.parametrize(
    ("columns", "mapped"),
    [
        ({"calldate": "DATETIME", "uniqueid": "TEXT", "disposition": "TEXT"}, {}),
        ({"start": "DATETIME", "answer": "DATETIME", "end": "DATETIME", "uniqueid": "TEXT"}, {}),
        ({"CALLDATE": "TEXT", "UniqueID": "TEXT"}, {}),
        ({"quando": "DATETIME", "identificador": "TEXT"}, {"start": "quando", "uniqueid": "identificador"}),
        ({"calldate": "DATETIME", "userfield": "TEXT"}, {}),
        ({"calldate": "DATETIME", "linkedid": "TEXT", "id": "INTEGER PRIMARY KEY"}, {}),
    ],
)
async def test_a_table_of_another_shape_is_read_as_far_as_it_goes(columns: dict[str, str], mapped: dict[str, str]) -> None:
    with table(columns) as cdr:
        own = {name: attempt(1) for name, kind in columns.items() if kind == "TEXT"}
        times = {name: "2026-11-22 12:00:00" for name, kind in columns.items() if kind == "DATETIME"}
        cdr.add({**own, **times, **({"CALLDATE": "2026-11-22 12:00:00"} if "CALLDATE" in columns else {})})
        source = cdr.source(columns=mapped)
        (found,) = await read(source)
        assert found["start"] == "2026-11-22 12:00:00"
        assert attempt(1) in found.values()
        await source.close()


@pytest.mark.parametrize(
    ("columns", "options", "says"),
    [
        ({"calldate": "DATETIME", "src": "TEXT"}, {}, "none of uniqueid"),
        ({"uniqueid": "TEXT"}, {}, "no start"),
        ({"calldate": "DATETIME", "uniqueid": "TEXT"}, {"columns": {"end": "fim"}}, "no column fim"),
        ({"calldate": "DATETIME", "uniqueid": "TEXT"}, {"table": "chamadas"}, "no table chamadas"),
    ],
)
async def test_a_table_that_cannot_serve_says_what_to_mend(columns: dict[str, str], options: Any, says: str) -> None:  # noqa: ANN401 - of `SqlRecords`
    with table(columns) as cdr:
        source = cdr.source(**options)
        with pytest.raises(StopWorker, match=says):
            await source.look()
        await source.close()


async def test_a_database_that_is_away_is_waited_for_and_its_user_never_told() -> None:
    records = SqlRecords(zone="UTC", url="mysql+pymysql://127.0.0.1:1/cdr", user="leitor")
    source = SqlTable(records, "not-to-be-seen", lambda: NOON, BACK)
    with pytest.raises(RetryLater, match="OperationalError 2003") as caught:
        await source.look()
    await source.close()

    assert "not-to-be-seen" not in str(caught.value)
    assert "leitor" not in str(caught.value)


# --- rows that appear at their call's end


CALLS = st.lists(
    st.tuples(st.integers(0, 3_600), st.integers(0, 3_600), st.integers(0, 300)), min_size=1, max_size=60
)  # begins, lasts, and what the PABX holds back while it collects records
INTERVALS = st.integers(1, 300)


@given(CALLS, INTERVALS)
@example([(n // 11, n % 9, 0) for n in range(400)], 1)
@example([(0, 3_600, 300), (3_599, 0, 0), (3_600, 0, 0)], 1)
def test_no_row_is_lost_at_any_interval_and_the_window_stays_short(calls: list[tuple[int, int, int]], every: int) -> None:
    """Rows become visible at the end of their calls, out of order, under the time of their beginning."""
    zero = datetime(2026, 11, 22, 9)  # noqa: DTZ001 - a wall clock, as in the table
    due = sorted(
        (begins + lasts + held, zero + timedelta(seconds=begins), n) for n, (begins, lasts, held) in enumerate(calls)
    )
    window = Window(zero - BACK, timedelta(seconds=3_600 + 300) + SLACK)
    found: set[int] = set()
    for at in range(0, due[-1][0] + 2 * every, every):
        wall = zero + timedelta(seconds=at)
        while True:
            asked = window.question(wall)
            there = [
                (began, n)
                for visible, began, n in due
                if visible <= at and began >= asked.since and (asked.until is None or began < asked.until)
            ]
            found.update(n for _, n in there)
            window = window.after(asked, max((began for began, _ in there), default=None), wall)
            if asked.until is None:
                break
        assert wall - asked.since < BACK

    assert found == set(range(len(calls)))


@pytest.mark.parametrize("numbered", [False, True])
@pytest.mark.parametrize("every", [1, 60, 300])
async def test_nothing_is_lost_in_a_real_table_either(numbered: bool, every: int) -> None:
    columns = {"calldate": "DATETIME", "uniqueid": "TEXT", **({"id": "INTEGER PRIMARY KEY"} if numbered else {})}
    calls = [(n * 7 % 600, n * 131 % 500, n) for n in range(60)]
    with table(columns) as cdr:
        source = cdr.source(longest_call=600)
        found: set[str] = set()
        for at in range(0, 1_100 + every, max(every, 20)):
            due = [one for one in calls if at - max(every, 20) < one[0] + one[1] <= at]
            cdr.add(
                *(
                    {"calldate": f"{NOON + timedelta(seconds=begins):%Y-%m-%d %H:%M:%S.%f}", "uniqueid": attempt(n)}
                    for begins, _, n in due
                )
            )
            cdr.now = NOON + timedelta(seconds=at)
            found |= {one["uniqueid"] for one in await read(source)}
        await source.close()

    assert found == {attempt(n) for n in range(60)}


@given(st.integers(-9_000, 9_000), st.booleans(), st.integers(0, 12))
@example(-9_000, False, 2)
def test_a_clock_that_is_off_and_a_row_of_another_age_hide_nobody(off: int, outlier: bool, more: int) -> None:
    """By more than two hours either way, which is also a zone that was told wrongly."""
    wall = datetime(2026, 11, 22, 9)  # noqa: DTZ001 - a wall clock
    window = Window(wall - BACK - timedelta(hours=more), timedelta(hours=1) + SLACK)
    for minute in range(120):
        now = wall + timedelta(minutes=minute)
        while (asked := window.question(now)).until is not None:
            window = window.after(asked, None, now)
        row = now + timedelta(seconds=off)
        assert asked.since <= row
        window = window.after(asked, now + timedelta(days=9_999) if outlier and off >= 0 else row, now)


async def test_numbers_that_begin_anew_are_read_from_their_beginning() -> None:
    with table({"calldate": "DATETIME", "uniqueid": "TEXT", "id": "INTEGER PRIMARY KEY"}) as cdr:
        source = cdr.source()
        at = "2026-11-22 14:59:00.000000"
        cdr.add({"id": 50_000, "calldate": at, "uniqueid": attempt(1)})
        assert len(await read(source)) == 1
        cdr.run("DELETE FROM cdr")
        cdr.add(*({"id": n, "calldate": at, "uniqueid": attempt(n)} for n in (1, 2, 3)))
        assert {one["uniqueid"] for one in await read(source)} == {attempt(1), attempt(2), attempt(3)}
        await source.close()


async def test_a_row_that_cannot_be_read_is_kept_where_it_may_be_ours() -> None:
    with table({"calldate": "TEXT", "uniqueid": "TEXT", "id": "INTEGER PRIMARY KEY"}) as cdr:
        cdr.add({"calldate": "2026-11-22 14:59:00", "uniqueid": attempt(1)}, {"calldate": "", "uniqueid": attempt(2)})
        source = cdr.source()
        look = await source.look()
        await source.close()

    assert [one.fields["uniqueid"] for one in look.said] == [attempt(1)]
    (bad,) = look.unread
    assert (bad.field, bad.place) == ("start", "sql/cdr")
    assert attempt(2).encode() in bad.raw

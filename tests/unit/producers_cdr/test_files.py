"""Files of call records are read whole, whatever rotates them and whenever they are looked at."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from producers.cdr import custom_json, master_csv
from producers.cdr.files import Files
from producers.cdr.following import is_rotated
from producers.cdr.lines import lines
from producers.cdr.pieces import Said, Unread
from schemas.errors import RetryLater
from tests.unit.producers_cdr.lab_files import attempt, csv_line, lab

NAMES = master_csv.names(21, "uniqueid")


def line(number: int) -> str:
    times = {"start": "2026-11-22 13:40:14", "end": "2026-11-22 13:40:15", "duration": "1", "billsec": "0", "sequence": "0"}
    return csv_line({**times, "uniqueid": attempt(number), "disposition": "BUSY"}, NAMES)


def files(path: Path, since: datetime = datetime(2020, 1, 1, tzinfo=UTC)) -> Files:
    return Files(path, "csv", master_csv.records, partial(master_csv.read, seventeenth="uniqueid"), lambda: since)


async def found(source: Files) -> tuple[list[Said], list[Unread]]:
    """All that there is to be read now."""
    said: list[Said] = []
    unread: list[Unread] = []
    while (look := await source.look()).more:
        said += look.said
        unread += look.unread
        source.taken()
    return said, unread


def ids(said: list[Said]) -> set[str]:
    return {one.fields["uniqueid"] for one in said}


STEPS = st.lists(
    st.sampled_from(["write", "write", "half", "other", "rename", "copytruncate", "look", "look"]), min_size=1, max_size=40
)


@given(STEPS)
@example(["write", "look", "copytruncate", "write", "write", "look"])
@example(["write", "look", "write", "rename", "write", "rename", "write", "look"])
async def test_no_record_is_missed_whatever_rotates_the_file(steps: list[str]) -> None:
    """Also where two rotations lie between two looks, and where a truncated file has outgrown the place that was reached."""
    with TemporaryDirectory() as name:
        path = Path(name) / "Master.csv"
        source = files(path)
        written: set[str] = set()
        seen: set[str] = set()
        rest = ""
        path.write_text("")
        for number, step in enumerate(steps):
            match step:
                case "write" | "half":
                    whole = rest or line(number)
                    written.add(attempt(number)) if not rest else None
                    half = len(whole) // 2 if step == "half" and not rest else len(whole)
                    with path.open("a") as file:
                        file.write(whole[:half])
                    rest = whole[half:]
                case "other" if not rest:
                    with path.open("a") as file:
                        file.write(csv_line({"uniqueid": "1795354814.7"}, NAMES) * 5)
                case "rename" | "copytruncate" if not rest:
                    for old in sorted((int(one.suffix[1:]) for one in path.parent.glob("Master.csv.*")), reverse=True):
                        path.with_name(f"Master.csv.{old}").rename(path.with_name(f"Master.csv.{old + 1}"))
                    if step == "rename":
                        path.rename(path.with_name("Master.csv.1"))
                        path.write_text("")
                    else:
                        shutil.copy2(path, path.with_name("Master.csv.1"))
                        os.truncate(path, 0)
                case "look":
                    seen |= ids((await found(source))[0])
        with path.open("a") as file:
            file.write(rest)
        said, unread = await found(source)
        assert seen | ids(said) == written
        assert not unread
        assert await found(source) == ([], [])


async def test_what_was_not_published_is_told_again(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    path.write_text(line(1))
    source = files(path)
    first = await source.look()

    assert (await source.look()).said == first.said != ()
    source.taken()
    assert (await source.look()).said == ()


async def test_an_accounts_own_copy_and_compressed_files_are_not_read(tmp_path: Path) -> None:
    """With `accountlogs` Asterisk writes every record twice, the second time under the name of its account."""
    for name in ("ISP01.csv", "Master.csv.2.gz", "Master.csvx", "xMaster.csv.1"):
        (tmp_path / name).write_text(line(1))
    (tmp_path / "Master.csv").write_text(line(2))

    assert ids((await found(files(tmp_path / "Master.csv")))[0]) == {attempt(2)}
    assert is_rotated("Master.csv-20261128", "Master.csv")


async def test_a_rotated_file_that_was_not_touched_for_long_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    path.write_text(line(1))
    old = tmp_path / "Master.csv.1"
    old.write_text(line(2))
    os.utime(old, (0, 0))

    assert ids((await found(files(path, datetime.now(UTC) - timedelta(days=7))))[0]) == {attempt(1)}


async def test_what_cannot_be_read_and_may_be_ours_is_kept_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    path.write_bytes(line(1).encode() + b'"cut",' + attempt(2).encode() + b"\n\xff\x00garbage\n" + line(3).encode())
    said, unread = await found(files(path))

    assert ids(said) == {attempt(1), attempt(3)}
    (bad,) = unread
    assert (bad.raw, bad.place) == (b'"cut",' + attempt(2).encode(), f"csv/Master.csv@{len(line(1))}")


async def test_a_file_of_many_megabytes_is_read_in_stretches(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    other = csv_line({"uniqueid": "1795354814.7", "start": "2026-11-22 13:40:14"}, NAMES) * 4_000
    path.write_text("".join(line(n) + other for n in range(8)))

    assert ids((await found(files(path)))[0]) == {attempt(n) for n in range(8)}


async def test_rubbish_without_an_end_does_not_stop_what_comes_after_it(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    path.write_bytes(b"\x00" * (3 * 1024 * 1024) + b"\n" + line(1).encode())

    assert ids((await found(files(path)))[0]) == {attempt(1)}


async def test_a_file_that_is_nowhere_is_told(tmp_path: Path) -> None:
    with pytest.raises(RetryLater, match="not there"):
        await files(tmp_path / "Master.csv").look()
    with pytest.raises(RetryLater, match="cannot be read"):
        await files(tmp_path / "none" / "Master.csv").look()


async def test_json_lines_of_a_real_asterisk_are_read(tmp_path: Path) -> None:
    path = tmp_path / "lab.json"
    path.write_text(lab("cdr_custom.jsonl") + "{" + attempt(1) + "\n[1]\n{}\n")
    said, unread = await found(Files(path, "json", lines, custom_json.read, lambda: datetime(2020, 1, 1, tzinfo=UTC)))

    assert len(said) == 64
    assert {one.fields.get("amdstatus") for one in said} >= {"HUMAN", "MACHINE", "HANGUP", ""}
    assert all(one.fields["sequence"].isdecimal() for one in said)
    assert [bad.field for bad in unread] == ["record"]

"""Master.csv as Asterisk writes it, in every number of columns, and as it should not be."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from producers.cdr.lines import text
from producers.cdr.master_csv import BASE, LONGEST_RECORD, Seventeenth, names, read, records
from schemas.errors import RejectRecord
from tests.unit.producers_cdr.lab_files import attempt, csv_line, lab

FULL = names(21, "uniqueid")
ID = attempt(1)
PLAIN = {
    "accountcode": "ISP01", "src": "1130000000", "dst": "s", "dcontext": "cobranca", "clid": '"Cobranca" <1130000000>',
    "channel": "PJSIP/trunk-00000007", "lastapp": "AMD", "start": "2026-11-22 13:40:14", "answer": "",
    "end": "2026-11-22 13:40:15", "duration": "1", "billsec": "0", "disposition": "BUSY", "amaflags": "DOCUMENTATION",
    "uniqueid": ID, "userfield": "amd=MACHINE|MAXWORDS-3-2", "linkedid": ID, "sequence": "7",
}  # fmt: skip


def test_every_row_of_a_real_file_is_read() -> None:
    raw = lab("master_unanswered_yes.csv").encode()
    found = [read(one.raw, "uniqueid") for one in records(raw, 0)]

    assert len(found) == raw.count(b"\n") > 50
    assert all(len(said.fields) == 21 and said.ids for said in found)
    assert {said.fields["disposition"] for said in found} == {"ANSWERED", "NO ANSWER", "BUSY", "CONGESTION", "FAILED"}


@pytest.mark.parametrize(
    ("columns", "seventeenth", "more"),
    [
        (16, "uniqueid", ()),
        (17, "uniqueid", ("uniqueid",)),
        (17, "userfield", ("userfield",)),
        (18, "userfield", ("uniqueid", "userfield")),
        (19, "uniqueid", ("peeraccount", "linkedid", "sequence")),
        (20, "uniqueid", ("uniqueid", "peeraccount", "linkedid", "sequence")),
        (20, "userfield", ("userfield", "peeraccount", "linkedid", "sequence")),
        (21, "userfield", ("uniqueid", "userfield", "peeraccount", "linkedid", "sequence")),
    ],
)
def test_the_number_of_columns_tells_which_they_are(columns: int, seventeenth: Seventeenth, more: tuple[str, ...]) -> None:
    found = read(csv_line(PLAIN, (*BASE, *more)).strip().encode(), seventeenth)

    assert names(columns, seventeenth) == (*BASE, *more)
    assert found.fields == {name: PLAIN.get(name, "") for name in (*BASE, *more)}


WILD = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=25)


@given(st.lists(st.fixed_dictionaries({"clid": WILD, "lastdata": WILD, "userfield": WILD, "accountcode": WILD}), min_size=1))
def test_whatever_a_field_holds_its_neighbours_are_read_too(wild: list[dict[str, str]]) -> None:
    """Line breaks within quotes, quotes, commas: Asterisk escapes quotes and nothing else."""
    written = [csv_line({**PLAIN, **one}, FULL) for one in wild]
    assume(all(len(line.encode()) < LONGEST_RECORD for line in written))
    found = [read(one.raw, "uniqueid").fields for one in records("".join(written).encode(), 0)]

    assert [{name: fields[name] for name in wild[0]} for fields in found] == wild


@given(st.integers(0, 400))
def test_a_half_line_waits_for_its_other_half(cut: int) -> None:
    whole = csv_line({**PLAIN, "clid": 'two\nlines"'}, FULL).encode()
    data = whole + whole[: min(cut, len(whole) - 1)]
    (one,) = records(data, 70)

    assert (one.offset, one.raw) == (70, whole.rstrip(b"\n"))


@pytest.mark.parametrize("bad", ['"ISP01","11', '"ISP01",""","x', 'ISP01"', "no record at all", '"a",' * 30])
def test_a_line_that_is_no_record_costs_itself_alone(bad: str) -> None:
    """Even where it opens quotes that it does not close, and the next one too."""
    good = csv_line(PLAIN, FULL)
    data = (good + bad + "\n" + good + bad + "\n" + good * 4).encode()
    found = list(records(data, 0))
    readable = [one for one in found if one.raw == good.strip().encode()]

    assert len(readable) == 6
    assert {one.raw for one in found} == {good.strip().encode(), bad.encode()}
    with pytest.raises(RejectRecord):
        read(bad.encode(), "uniqueid")


@pytest.mark.parametrize(
    ("field", "value"),
    [("start", ""), ("start", "22/11/2026 13:40"), ("end", "soon"), ("duration", "x"), ("billsec", ""), ("sequence", "-1")],
)
def test_columns_that_have_slipped_are_noticed(field: str, value: str) -> None:
    with pytest.raises(RejectRecord) as caught:
        read(csv_line({**PLAIN, field: value}, FULL).strip().encode(), "uniqueid")
    assert caught.value.field == field


def test_a_name_in_an_old_charset_is_no_obstacle() -> None:
    assert text("Cobrança".encode()) == text("Cobrança".encode("latin-1")) == "Cobrança"

"""A file is read whole and as it was written, or not at all."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.erp.exports.files import AS_WHAT, EDGE, NotReadError, listed, rows
from schemas.erp.altarede import BILLS, CLIENTS, PLANS, TABLES
from schemas.erp.declaration import Table
from schemas.errors import PipelineError, RetryLater, StopWorker
from tests.unit.producers.sheets import HEADERS, SPACE, Line, bill, delimited, export, listed_as, person, put, read, xls

HEADER = HEADERS["Planos"]
SIGNS = '"' + "'" + r";&<>\N,." + "\t\r\n"
# Whatever XML can hold; and of latin-1 what no bytes of UTF-8 are made of, so that only one reading is right.
ANY = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters=SIGNS, exclude_characters="￾￿"), max_size=20)
LATIN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, include_characters=SIGNS + "ÀÇÉãéíõúÿ"), max_size=20)
Writer = Callable[[Sequence[Line]], bytes]


def plans(texts: st.SearchStrategy[str]) -> st.SearchStrategy[list[Line]]:
    texts = texts.filter(lambda text: text.count(";") < 2 or not {*"\r\n"} & {*text})  # what holds a whole line is refused
    return st.lists(st.tuples(st.integers(0, 10**7).map("{:,}".format), texts, texts), max_size=5).map(
        lambda found: [(code.replace(",", "."), name, price) for code, name, price in found]
    )


def expected(lines: Sequence[Line]) -> list[dict[str, str]]:
    return [
        {"COD_PLANO": code.replace(".", ""), "NOME": meant(name), "VALOR_MENSAL": meant(price)}
        for code, name, price in lines
    ]


def meant(text: str) -> str:
    return "" if text.strip() == r"\N" else text.strip()


# --- what was written is what is read


@given(plans(ANY))
def test_a_spreadsheet_is_read_as_it_was_written(lines: list[Line]) -> None:
    assert read(PLANS, xls([HEADER, *lines])) == expected(lines)


@given(plans(LATIN), st.sampled_from(["latin-1", "utf-8", "utf-8-sig"]))
def test_a_csv_is_read_as_it_was_written(lines: list[Line], encoding: str) -> None:
    assert read(PLANS, delimited([HEADER, *lines], encoding)) == expected(lines)


@given(plans(ANY))
def test_a_csv_in_utf_8_holds_any_text(lines: list[Line]) -> None:
    assert read(PLANS, delimited([HEADER, *lines], "utf-8")) == expected(lines)


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8", "windows-1252"])
def test_a_spreadsheet_says_its_encoding(encoding: str) -> None:
    assert read(PLANS, xls([HEADER, ("1", "AÇÃO", "5.00")], encoding))[0]["NOME"] == "AÇÃO"


def test_forms_are_told_by_content_whatever_the_name() -> None:
    line = ("1", "FIBRA", "5.00")

    assert read(PLANS, xls([HEADER, line]), "Planos.csv") == read(PLANS, delimited([HEADER, line]), "Planos.xls")


# --- spreadsheets


def spread(body: str) -> bytes:
    return f"<Workbook xmlns='{SPACE}' xmlns:ss='{SPACE}'>{body}</Workbook>".encode()


def row(*texts: str) -> str:
    return "<Row>" + "".join(f"<Cell><Data>{text}</Data></Cell>" for text in texts) + "</Row>"


def sheets(*tables: str) -> bytes:
    return spread(
        "".join(f"<Worksheet ss:Name='Plan{n}'><Table>{table}</Table></Worksheet>" for n, table in enumerate(tables, 1))
    )


def test_worksheets_below_the_same_head_are_one_table() -> None:
    """A program splits what is long: 300 of 917 clients were read, and nobody was told."""
    head = row(*HEADER)
    found = read(PLANS, sheets("", head + row("1", "a", "5"), head, "", head + row("2", "b", "6") + row("3", "c", "7")))

    assert [one["COD_PLANO"] for one in found] == ["1", "2", "3"]


def test_a_worksheet_that_is_a_note_may_stand_beside() -> None:
    assert len(read(PLANS, sheets(row(*HEADER) + row("1", "a", "5"), row("Exportado em 2026-01-05"), row("")))) == 1


def test_a_head_is_the_same_however_it_is_written() -> None:
    again = row(*(f" {title.lower()} " for title in HEADER), "")

    assert len(read(PLANS, sheets(row(*HEADER) + row("1", "a", "5"), again + row("2", "b", "6")))) == 2


@pytest.mark.parametrize(
    "other",
    [
        row("X") + row("2"),
        row("Resumo", "917"),
        row("2", "b", "6"),
        row(*reversed(HEADER)) + row("6", "b", "2"),
        row(*HEADER, "Y"),
    ],
)
def test_a_worksheet_with_another_head_is_never_passed_over(other: str) -> None:
    with pytest.raises(StopWorker, match=r"Planos.xls has rows in the worksheet Plan2 below another head: export it again"):
        read(PLANS, sheets(row(*HEADER) + row("1", "a", "5"), other), "Planos.xls")


def test_gaps_spans_comments_and_rich_text_do_not_move_a_cell() -> None:
    cells = (
        "<Row ss:Index='7'><Cell><Data>1</Data><Comment><Data>no</Data></Comment></Cell>"
        "<Cell ss:MergeAcross='1'><Data xmlns:h='http://www.w3.org/TR/REC-html40'><h:B>FI</h:B>BRA</Data></Cell>"
        "<Cell ss:Index='5'><Data ss:Type='Number'>5.5</Data></Cell></Row>"
    )
    table = row("COD_PLANO", "NOME", "X", "Y", "VALOR_MENSAL") + row("", "") + cells

    assert read(PLANS, spread(f"<Worksheet><Table>{table}</Table></Worksheet>")) == [
        {"COD_PLANO": "1", "NOME": "FIBRA", "VALOR_MENSAL": "5.5"}
    ]


@pytest.mark.parametrize("space", ["", " xmlns='urn:other'"])
def test_a_writer_that_is_careless_with_name_spaces_is_understood(space: str) -> None:
    table = row(*HEADER) + "<Row><Cell><Data>1</Data></Cell><Cell Index='3'><Data Type='Number'>5.0</Data></Cell></Row>"
    content = f"<Workbook{space}><Worksheet><Table>{table}</Table></Worksheet></Workbook>".encode()

    assert read(PLANS, content) == [{"COD_PLANO": "1", "NOME": "", "VALOR_MENSAL": "5"}]


@pytest.mark.parametrize("cell", ["ss:Index='x'", "ss:Index='1'", "ss:Index='99999999'", "ss:MergeAcross='99999999'"])
def test_a_cell_that_cannot_be_there_is_refused(cell: str) -> None:
    table = row(*HEADER) + f"<Row><Cell><Data>1</Data></Cell><Cell {cell}/></Row>"

    with pytest.raises(RetryLater, match=r"Planos.xls cannot be read"):
        read(PLANS, spread(f"<Worksheet><Table>{table}</Table></Worksheet>"), "Planos.xls")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (xls([HEADER, ("1", "a", "5")]).replace(b"</Row>\n</Table>", b"</Table>"), "broken at line"),
        (xls([HEADER, ("1", "a\x00", "5")]), "has gaps"),
        (b"<?xml version='1.0' encoding='klingon'?>" + spread(""), "cannot be read"),
        (b"<?xml version='1.0' encoding='utf-7'?>" + spread(""), "cannot be read"),
    ],
)
def test_broken_xml_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(RetryLater, match=said):
        read(PLANS, content)


# --- CSV


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('1;"a;5.00\r\n', "line 2: not written as CSV"),
        ('1;"a"b;5.00\r\n', "line 2: not written as CSV"),
        ("1;a;5.00\r\n2;b\r\n", "line 3: 2 fields, not 3"),
        ("1;a;b;5.00\r\n", "line 2: 4 fields, not 3"),
        ("1;" + "a" * 200_000 + ";5.00\r\n", "line 2: not written as CSV"),
        ("1;a\0;5.00\r\n", "has gaps"),
    ],
)
def test_a_line_that_is_no_row_names_file_and_line(lines: str, said: str) -> None:
    content = b"COD_PLANO;NOME;VALOR_MENSAL\r\n" + lines.encode()

    with pytest.raises(RetryLater, match=f"Planos.csv.*{said}"):
        read(PLANS, content, "Planos.csv")


@pytest.mark.parametrize("rows_between", [0, 1, 2])
def test_a_stray_quote_swallows_no_row(rows_between: int) -> None:
    """The row's width stays right: a bill would have the day of payment of the next one."""
    opened, closed = b'1;1;"BAR DO ZE;2026-01-05;99,90;;', b'2;2;CASA NOVA";2026-01-05;99,90;99,90;2026-01-09'
    lines = [opened, *[b"3;3;X;2026-01-05;99,90;;"] * rows_between, closed]
    head = b"COD_ARECEBER;COD_CLIENTE;NOME;DATA_VENCIMENTO;VALOR;VALOR_PAGO;DATA_PAGAMENTO"

    with pytest.raises(RetryLater, match=f'F.csv, line {3 + rows_between}: one cell holds a whole line: take the stray "'):
        read(BILLS, b"\r\n".join([head, *lines, b""]), "F.csv")


def test_a_cell_of_several_lines_with_semicolons_is_one() -> None:
    head, line = HEADERS["Clientes"], person("1", "RUA A;\r\nCASA 2; FUNDOS")

    assert [row["NOME"] for row in read(CLIENTS, delimited([head, line]))] == ["RUA A;\r\nCASA 2; FUNDOS"]


@pytest.mark.parametrize("writer", [xls, delimited])
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_head_that_comes_again_is_no_row(writer: Writer, table: Table) -> None:
    """Else a client of the name NOME is an active one."""
    head = HEADERS[table.name]
    line = [str(place) for place, _ in enumerate(head, 1)]
    again = [*(name.lower() for name in head[:-1]), f" {head[-1]} "]

    assert read(table, writer([head, line, again, head, line])) == read(table, writer([head, line, line]))


WRONG_BYTES = [
    (b"FULANA \xc7 X", "FULANA Ç X"),
    ("CONCEIÇÃO".encode(), "CONCEIÇÃO"),
    (b"CONCEI\xc3", "CONCEI\N{REPLACEMENT CHARACTER}"),
    (b"A\x92B", "A\N{RIGHT SINGLE QUOTATION MARK}B"),
    (b"A\tB", "A\tB"),
]


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("writer", [delimited, xls])
@pytest.mark.parametrize(("written", "read_as"), WRONG_BYTES)
def test_one_wrong_byte_is_one_doubtful_cell(writer: Callable[..., bytes], bom: bytes, written: bytes, read_as: str) -> None:
    good = ("1", "AÇÃO E REAÇÃO", "5")
    content = writer([HEADER, good, ("2", "HERE", "6"), ("3", *good[1:])], "utf-8").replace(b"HERE", written)
    found = read(PLANS, bom + content)

    assert [one["NOME"] for one in found] == [good[1], read_as, good[1]]


@pytest.mark.parametrize("writer", [delimited, xls])
def test_what_windows_writes_is_read_whole_whatever_the_file_says_of_itself(writer: Callable[..., bytes]) -> None:
    names = ["MAÇÃ", "JOSÉ", "D\N{RIGHT SINGLE QUOTATION MARK}ÁVILA €", "ÿ"]
    lines = [HEADER, *((str(code), name, "5") for code, name in enumerate(names, 1))]

    assert [one["NOME"] for one in read(PLANS, writer(lines, "utf-8").decode().encode("windows-1252"))] == names


# --- the sibling's CSV


def sibling(lines: Sequence[Line], end: str = "") -> bytes:
    r"""Every cell in quotes, `\"` within them; `end`: what stands between rows."""
    escaped = [
        [text.replace("\\", "\\\\").replace('"', '\\"') if text != r"\N" else text for text in line] for line in lines
    ]
    rows = end.join(";".join(f'"{text}"' for text in line) for line in escaped)
    return (rows + end.strip(" ")).encode("windows-1252", "ignore")


WINDOWS = st.text(st.characters(codec="windows-1252", exclude_categories=["Cc"], include_characters="\r\n\t"), max_size=20)


@given(
    plans(LATIN | WINDOWS.map(lambda text: text.encode("windows-1252").decode("windows-1252"))),
    st.sampled_from(["", " ", "\r\n"]),
)
def test_rows_in_one_line_and_escaped_quotes_are_read_as_they_were_written(lines: list[Line], end: str) -> None:
    content = sibling([HEADER, *lines, ("7", 'FULANO "TESTE"', "1.00")], end)
    found = read(PLANS, content)

    assert found[-1]["NOME"] == 'FULANO "TESTE"'
    assert [one["COD_PLANO"] for one in found[:-1]] == [one["COD_PLANO"] for one in expected(lines)]
    if all(sign < "\x80" for line in lines for text in line for sign in text):
        assert found[:-1] == expected(lines)


def test_a_row_in_one_line_may_end_with_a_cell_without_quotes() -> None:
    content = b'"COD_PLANO";"NOME";"VALOR_MENSAL""1";"FIBRA";\\N"2";"RADIO";5.00"3";"";""'

    assert [tuple(one.values()) for one in read(PLANS, content)] == [
        ("1", "FIBRA", ""),
        ("2", "RADIO", "5.00"),
        ("3", "", ""),
    ]


@pytest.mark.parametrize("end", ["", "\r\n"])
def test_a_file_of_the_sibling_that_was_cut_is_refused(end: str) -> None:
    whole = sibling([HEADER, ("1", 'A "B" C', "5"), ("2", "D", "6")], end)
    rows_end = {whole.rindex(b'"2"'), whole.rindex(b'"1"'), len(whole)} | {
        whole.rindex(b'"2"') - len(end),
        whole.rindex(b'"1"') - len(end),
    }

    for cut in range(whole.index(b'"1"') + 1, len(whole)):
        if cut not in rows_end and whole[cut - 1 : cut] not in {b"\r", b"\n"}:
            with pytest.raises(RetryLater):
                read(PLANS, whole[:cut])


def test_backslashes_that_escape_nothing_stay() -> None:
    r"""A file that can be read without them is: `C:\` at the end of a cell is no escape."""
    lines = [HEADER, ("1", "C:\\", "5"), ("2", 'A "B"', "6")]

    assert [one["NOME"] for one in read(PLANS, delimited(lines))] == ["C:\\", 'A "B"']
    quoted = '"COD_PLANO";"NOME";"VALOR_MENSAL"\r\n"1";"C:\\";"5"\r\n"2";"D:\\x";"6"\r\n'
    assert [one["NOME"] for one in read(PLANS, quoted.encode())] == ["C:\\", "D:\\x"]


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_any_end_of_line_and_empty_lines_are_understood(end: bytes) -> None:
    content = export("Planos", ("1", "a", "5"), ("", "", ""), ("2", "b", "6")).replace(b"\r\n", end)

    assert [found["COD_PLANO"] for found in read(PLANS, end + content + end)] == ["1", "2"]


def test_a_file_with_a_header_alone_has_no_rows() -> None:
    assert read(PLANS, export("Planos")) == []
    assert read(PLANS, xls([HEADER])) == []


# --- files that are not whole, or no exports


@given(plans(ANY), st.integers(0, 10**9))
def test_a_spreadsheet_cut_anywhere_is_never_read(lines: list[Line], where: int) -> None:
    whole = xls([HEADER, *lines])
    cut = whole[: where % len(whole.rstrip())]

    with pytest.raises(RetryLater, match=r"ends (before </Workbook>|within a line): export it again"):
        read(PLANS, cut)


@given(plans(LATIN), st.integers(0, 10**9))
def test_a_csv_cut_within_a_line_is_never_read_whole(lines: list[Line], where: int) -> None:
    """Cut just behind a line it looks complete, and nothing in it can tell: then its rows are the first ones as they are."""
    whole = delimited([HEADER, *lines])
    cut = whole[: where % len(whole)]
    found = None
    with suppress(PipelineError):
        found = read(PLANS, cut)

    if found is not None:
        assert cut.endswith((b"\r\n", b"\r"))
        assert found == expected(lines)[: len(found)]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a binary Excel workbook"),
        (b"PK\x03\x04" + bytes(600), "an Excel workbook"),
        ("COD_PLANO;NOME\n".encode("utf-16"), "a text in UTF-16"),
        (b"%PDF-1.4\n", "a PDF"),
        (b"\r\n<!DOCTYPE html>\n<title>Login</title>\n", "a web page"),
        (b"<?xml version='1.0'?>\n<HTML lang='pt'></HTML>\n", "a web page"),
        (b"<?xml version='1.0'?>\n<planos>" + b" " * EDGE + b"</planos>\n", "some other XML"),
    ],
)
def test_what_is_no_such_export_says_how_to_export(content: bytes, what: str) -> None:
    with pytest.raises(StopWorker, match=f"Planos.xls is {what}") as caught:
        read(PLANS, content, "Planos.xls")
    assert AS_WHAT in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE Workbook [<!ENTITY a 'b'>]><Workbook>&a;</Workbook>",
        b"<?xml version='1.0'?><!DOCTYPE Workbook SYSTEM 'file:///etc/passwd'><Workbook></Workbook>",
    ],
)
def test_a_document_type_is_never_followed(content: bytes) -> None:
    with pytest.raises(StopWorker, match=r"web page|document type"):
        read(PLANS, content)


def test_another_root_is_no_spreadsheet() -> None:
    with pytest.raises(StopWorker, match="is no XML Spreadsheet 2003"):
        read(PLANS, b"<planos></Workbook>\n")


# --- files that change


def test_a_file_that_is_written_again_while_it_is_read_is_not_taken(tmp_path: Path) -> None:
    path = put(tmp_path, "Financeiro.csv", export("Financeiro", *(bill(str(code)) for code in range(5_000))), 1_000)
    coming = rows([listed_as(path)], BILLS)
    next(coming)
    os.utime(path, (1_001, 1_001))

    with pytest.raises(NotReadError, match=r"Financeiro.csv changed while it was read"):
        list(coming)


def test_a_file_that_is_replaced_while_it_is_read_is_read_to_its_end(tmp_path: Path) -> None:
    """What is open stays what it was: a complete export."""
    path = put(tmp_path, "Financeiro.csv", export("Financeiro", *(bill(str(code)) for code in range(5_000))), 1_000)
    coming = rows([listed_as(path)], BILLS)
    next(coming)
    put(tmp_path, "new", b"", 2_000).replace(path)

    assert len(list(coming)) == 4_999


def test_a_file_that_is_gone_or_another_is_not_read(tmp_path: Path) -> None:
    path = put(tmp_path, "Planos.csv", export("Planos", ("1", "a", "5")), 1_000)
    seen = listed_as(path)
    os.utime(path, (2_000, 2_000))
    with pytest.raises(NotReadError, match="changed"):
        list(rows([seen], PLANS))
    path.unlink()
    with pytest.raises(NotReadError, match=r"Planos.csv cannot be read \(No such file"):
        list(rows([seen], PLANS))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StopWorker, match=r"erp.folder .*exports cannot be read \(No such file or directory\): create it"):
        listed(tmp_path / "exports")
    (tmp_path / "Planos.csv").mkdir()
    put(tmp_path, "a", b"abc", 1_000)
    assert [(file.name, file.size, file.mtime_ns) for file in listed(tmp_path)] == [("a", 3, 10**12)]

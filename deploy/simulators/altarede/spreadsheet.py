"""A sheet as XML Spreadsheet 2003, which Altarede names `.xls`: lines of text, to be encoded as UTF-8."""

from collections.abc import Iterator, Sequence
from typing import Final

from deploy.simulators.altarede.sheets import Kind, Sheet
from deploy.simulators.cells import DAY
from deploy.simulators.ixc.filters import ZERO_DATE
from deploy.simulators.ixc.store import Provider

SPACE: Final = "urn:schemas-microsoft-com:office:spreadsheet"
OPENING: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="{SPACE}" xmlns:ss="{SPACE}">
"""
CLOSING: Final = "</Table></Worksheet>\n</Workbook>\n"
SKIPPING: Final = 3  # every third row leaves its empty cells out and numbers the next one, as Excel does
ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def lines(sheet: Sheet, provider: Provider, at_most: int = 0) -> Iterator[str]:
    """The whole file; the first row holds the columns' names. `at_most`: rows in one worksheet, 0: all of them."""
    yield f'{OPENING}<Worksheet ss:Name="{sheet.name}"><Table>\n'
    yield _row(sheet.columns, ["String"] * len(sheet.columns), skipping=False)
    kinds = [sheet.kinds.get(column, "String") for column in sheet.columns]
    for number, row in enumerate(sheet.rows(provider)):
        if at_most and number and number % at_most == 0:
            yield f'</Table></Worksheet>\n<Worksheet ss:Name="{sheet.name} ({number // at_most + 1})"><Table>\n'
            yield _row(sheet.columns, ["String"] * len(sheet.columns), skipping=False)
        yield _row([row[column] for column in sheet.columns], kinds, skipping=number % SKIPPING == 0)
    yield CLOSING


def _row(texts: Sequence[str], kinds: Sequence[Kind], *, skipping: bool) -> str:
    cells = []
    skipped = False
    for place, (text, kind) in enumerate(zip(texts, kinds, strict=True), 1):
        if text:
            index = f' ss:Index="{place}"' if skipped else ""
            cells.append(f"<Cell{index}>{_data(text, kind)}</Cell>")
            skipped = False
        elif skipping:
            skipped = True
        else:
            cells.append("<Cell/>")
    return f"<Row>{''.join(cells)}</Row>\n"


def _data(text: str, kind: Kind) -> str:
    if kind == "String":
        return f'<Data ss:Type="String">{text.translate(ENTITIES)}</Data>'
    if kind == "Number":
        return f'<Data ss:Type="Number">{text}</Data>'
    # neither a zero date nor another spelling is a date to Excel
    return (
        _data(text, "String")
        if text == ZERO_DATE or not DAY.fullmatch(text)
        else f'<Data ss:Type="DateTime">{text}T00:00:00.000</Data>'
    )

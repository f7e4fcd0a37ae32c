"""Reads exported files back with the standard library alone, and folds rows into what the truth says of them."""

import csv
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

from deploy.simulators.ixc.truth import ClientFacts

SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
Row = dict[str, str]


def spreadsheet(path: Path) -> list[Row]:
    """Raises ParseError for an incomplete file."""
    table = ET.parse(path).getroot().find(f"{SS}Worksheet/{SS}Table")  # noqa: S314  # our own file
    assert table is not None
    head, *rows = [cells(row) for row in table.findall(f"{SS}Row")]
    return [{name: row.get(place, "") for place, name in head.items()} for row in rows]


def cells(row: ET.Element) -> dict[int, str]:
    """By column, from 1; typed dates as ISO days."""
    found = {}
    place = 0
    for cell in row.findall(f"{SS}Cell"):
        place = int(cell.get(f"{SS}Index", place + 1))
        data = cell.find(f"{SS}Data")
        if data is not None:
            text = data.text or ""
            found[place] = text.removesuffix("T00:00:00.000") if data.get(f"{SS}Type") == "DateTime" else text
    return found


def delimited(path: Path) -> list[Row]:
    """The first of two columns with one name counts."""
    with path.open(encoding="latin-1", newline="") as file:
        head, *rows = csv.reader(file, delimiter=";")
    columns = {name: head.index(name) for name in head}
    return [{name: row[at].replace(r"\N", "") for name, at in columns.items()} for row in rows]


READ = {"xls": spreadsheet, "csv": delimited}


def facts(folder: Path, form: str) -> dict[str, ClientFacts]:
    """What the four files that matter say together."""
    files = {name: READ[form](folder / f"{name}.{form}") for name in ("Clientes", "Logins", "Financeiro", "Carnes")}
    found = people(files["Clientes"])
    for row in files["Financeiro"] + files["Carnes"]:
        if row["DATA_PAGAMENTO"] == "0000-00-00":
            paid = cents(row["VALOR_PAGO"] or "0")
            due, left = row["DATA_VENCIMENTO"], cents(row["VALOR"]) - paid
            found[bare(row["COD_CLIENTE"])].bills[bare(row["COD_ARECEBER"])] = (due, left, "P" if paid else "A")
    for row in files["Logins"]:
        found[bare(row["COD_CLIENTE"])].contracts[bare(row["CODIGO"])] = ("", "N", False, False)
    return found


def people(rows: Iterable[Row]) -> dict[str, ClientFacts]:
    return {bare(row["COD_CLIENTE"]): ClientFacts(row["NOME"], row["ATIVO"] == "S", "P") for row in rows}


def bare(code: str) -> str:
    return code.replace(".", "")


def cents(text: str) -> int:
    return int(Decimal(text.replace(",", ".")) * 100)


def digits(document: str) -> str:
    """Letters, too: new CNPJs have some."""
    return "".join(filter(str.isalnum, document))

"""Exports to read: as small as they can be, and written apart from the simulator's."""

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from producers.erp.exports.files import File, rows
from schemas.erp.declaration import Table

SPACE = "urn:schemas-microsoft-com:office:spreadsheet"
HEADERS: Mapping[str, Sequence[str]] = {
    "Clientes": (
        *("COD_CLIENTE", "NOME", "CPF", "CNPJ", "TELEFONE_CELULAR1", "TELEFONE_RESIDENCIAL", "ATIVO"),
        *("BAIRRO", "CIDADE", "ESTADO", "SENHA"),
    ),
    "Logins": ("COD_CLIENTE", "COD_PLANO", "CODIGO", "LOGIN", "SENHA"),
    "Planos": ("COD_PLANO", "NOME", "VALOR_MENSAL"),
    "Financeiro": ("COD_ARECEBER", "COD_CLIENTE", "DATA_VENCIMENTO", "VALOR", "VALOR_PAGO", "DATA_PAGAMENTO"),
}
Line = Sequence[str]


def bill(code: str, client: str = "1", *, paid_on: str = "0000-00-00") -> Line:
    """A row of Financeiro."""
    return (code, client, "2026-01-05", "99.90", "99.90" if paid_on > "1" else "", paid_on)


def person(code: str, name: str = "FULANO", document: str = "111.444.777-35") -> Line:
    """A row of Clientes."""
    return (code, name, document, "", "(82) 99999-0001", "", "S", "CENTRO", "X", "AL", "SEGREDO")


def xls(lines: Iterable[Line], encoding: str = "utf-8") -> bytes:
    """An XML Spreadsheet 2003; empty cells are left out, as Excel leaves them out."""
    body = "".join(f"<Row>{_cells(line)}</Row>\n" for line in lines)
    text = f"<Workbook xmlns='{SPACE}' xmlns:ss='{SPACE}'><Worksheet><Table>\n{body}</Table></Worksheet></Workbook>\n"
    return f"<?xml version='1.0' encoding='{encoding}'?>\n{text}".encode(encoding, "xmlcharrefreplace")


def _cells(line: Line) -> str:
    return "".join(
        f"<Cell ss:Index='{place}'><Data ss:Type='String'>{escape(text, {chr(13): '&#13;'})}</Data></Cell>"
        for place, text in enumerate(line, 1)
        if text
    )


def delimited(lines: Iterable[Line], encoding: str = "latin-1") -> bytes:
    """A CSV with `;`."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode(encoding)


def export(table: str, *lines: Line) -> bytes:
    """A CSV of one table with its usual columns."""
    return delimited([HEADERS[table], *lines])


def put(folder: Path, name: str, content: bytes, at: float) -> Path:
    """A file of which nothing was changed since `at` (seconds since 1970)."""
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (at, at))
    return path


def listed_as(path: Path) -> File:
    """The file as a look into its folder shows it."""
    state = path.stat()
    return File(path, state.st_size, state.st_mtime_ns)


def read(table: Table, content: bytes, name: str = "export.xls") -> list[dict[str, str]]:
    """The rows of a file with this content."""
    with tempfile.TemporaryDirectory() as folder:
        return list(rows([listed_as(put(Path(folder), name, content, 0))], table))

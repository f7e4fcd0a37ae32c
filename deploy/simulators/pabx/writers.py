"""Where what happened is written: the log, `Master.csv`, JSON lines, a call table. A file is opened for every record."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sql
import structlog

from deploy.simulators.pabx.records import Record, csv_line, json_line, row

LOG: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)
TABLE: Final = "cdr"
TEXTS: Final = {
    "clid": 80, "src": 80, "dst": 80, "dcontext": 80, "channel": 80, "dstchannel": 80, "lastapp": 80, "lastdata": 80,
    "disposition": 45, "accountcode": 20, "uniqueid": 32, "userfield": 255, "did": 50, "recordingfile": 255, "cnum": 80,
    "cnam": 80, "outbound_cnum": 80, "outbound_cnam": 80, "dst_cnam": 80, "linkedid": 32, "peeraccount": 80,
}  # fmt: skip
NUMBERS: Final = ("duration", "billsec", "amaflags", "sequence")

Write = Callable[[Record], None]


@dataclass(frozen=True, slots=True)
class Places:
    """Where records go, if anywhere. `csv`, `json`: files; `sql`: an SQLAlchemy URL; `zone`: of their times."""

    zone: tzinfo
    csv: Path | None = None
    json: Path | None = None
    sql: str = ""


def writers(places: Places) -> list[Write]:
    """One a place. A call table that does not exist is made. Raises OSError, sqlalchemy.exc.SQLAlchemyError."""
    found: list[Write] = []
    if path := places.csv:
        found.append(lambda record: append(path, csv_line(record, places.zone).encode()))
    if lines := places.json:
        found.append(lambda record: append(lines, json_line(record, places.zone)))
    if places.sql:
        found.append(_table(places.sql, places.zone))
    for file in (places.csv, places.json):
        if file:
            append(file, b"")
    return found


def append(path: Path, data: bytes) -> None:
    """In one write, to whatever is called so now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(data)


def call_table(metadata: sql.MetaData) -> sql.Table:
    """FreePBX's: no primary key, no time of insertion, no answer and no end."""
    return sql.Table(
        TABLE,
        metadata,
        sql.Column("calldate", sql.DateTime, nullable=False, index=True),
        *(sql.Column(name, sql.String(width), nullable=False, server_default="") for name, width in TEXTS.items()),
        *(sql.Column(name, sql.Integer, nullable=False, server_default="0") for name in NUMBERS),
    )


def _table(url: str, zone: tzinfo) -> Write:
    engine = sql.create_engine(url, poolclass=sql.NullPool)  # every record on a connection of its own: a restart may come
    metadata = sql.MetaData()
    table = call_table(metadata)
    metadata.create_all(engine)

    def write(record: Record) -> None:
        values: dict[str, Any] = row(record, zone)
        try:
            with engine.begin() as connection:
                connection.execute(table.insert().values(values))
        except sql.exc.SQLAlchemyError as exc:
            LOG.warning("the row is lost, as with Asterisk", uniqueid=values["uniqueid"], reason=str(exc))

    return write

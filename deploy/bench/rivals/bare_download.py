"""`python -m deploy.bench.rivals.bare_download URL LOGIN RESULT`: the pages that a first sync reads, nothing else.

The poller's own requests, one after the other on one connection of a blocking httpx client. A page is read to its end and
parsed as JSON once, for the id after which the next one starts; its rows are counted and dropped. RESULT gets what was
measured, as JSON.
"""

import sys
import time
from pathlib import Path

import httpx
import orjson

from producers.erp.lists.operators import of_query
from schemas.erp.conditions import Where
from schemas.erp.declaration import Request, Table
from schemas.erp.ixc import TABLES, mark, read, sign

ROWS_A_PAGE = 600
TIMEOUT_S = 60


def beside(table: Table) -> list[Request]:
    """What is asked before the pages of a table: what marks its rows, and whether its operators are understood."""
    proofs = [proof for query in table.queries for proof in of_query(query)]
    counted = [read(table, query, (), 1) for proof in proofs for query in proof.questions]
    return [*(mark(table, wanted) for wanted in table.marks), *counted]


def download(http: httpx.Client, secrets: dict[str, str], table: Table, query: tuple[Where, ...]) -> int:
    """All pages of one question; returns how many rows they had."""
    count, after = 0, 0
    while True:
        asked = sign(read(table, query, (after,), ROWS_A_PAGE), secrets)
        answer = http.post(asked.path, content=asked.body, headers=dict(asked.headers))
        body = orjson.loads(answer.raise_for_status().content)
        rows = body.get("registros", ())
        count += len(rows)
        if int(body["total"]) <= len(rows):
            return count
        after = int(rows[-1]["id"])


def main(url: str, login: str, result: str) -> None:
    """Every table of IXC, in the declaration's order."""
    with httpx.Client(base_url=url, timeout=TIMEOUT_S) as http:
        began, cpu = time.perf_counter(), time.process_time()
        for asked in (sign(request, {"token": login}) for table in TABLES for request in beside(table)):
            http.post(asked.path, content=asked.body, headers=dict(asked.headers)).raise_for_status()
        rows = sum(download(http, {"token": login}, table, query) for table in TABLES for query in table.queries)
        took = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu, "rows": rows}
    Path(result).write_bytes(orjson.dumps(took))


if __name__ == "__main__":
    main(*sys.argv[1:])

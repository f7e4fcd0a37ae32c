"""Instances in the database, and what `collector instance test` says of them."""

import json
from typing import Any

from pydantic import SecretStr
from pymongo.database import Database

from schemas.erp import ERPS
from schemas.instances import Instance
from schemas.views import INSTANCES
from tests.integration.command import Collector, Done
from tests.integration.simulated import OPENED, Served

WELL = {"reachable": "yes", "authorised": "yes", "first_problem": ""}
Store = Database[dict[str, Any]]
Found = dict[str, dict[str, str]]


class Asked:
    """Instances in the database, and what `collector instance test` finds of each."""

    def __init__(self, collector: Collector, store: Store, key: SecretStr) -> None:
        self._key = key
        self._collector = collector
        self._store = store
        self._named: list[Instance] = []
        self.said: dict[str, Done] = {}
        self.found: dict[str, Found] = {}

    def add(self, erp: Served, name: str, **options: Any) -> None:  # noqa: ANN401 - of any connection
        one = erp.instance(name, self._key, **options)
        self._named.append(one)
        self._store[INSTANCES].insert_one({"_id": name, **one.model_dump(mode="json")})

    def run(self) -> None:
        names = [one.name for one in self._named]
        done = self._collector.each([("instance", "test", name, "--output", f"{name}.json") for name in names])
        self.said = dict(zip(names, done, strict=True))
        for one in self._named:
            said = self.said[one.name]
            assert said.returncode in {0, 1}, said.stderr
            rows = json.loads((self._collector.folder / f"{one.name}.json").read_text())
            self.found[one.name] = {row["resource"]: row for row in rows}
            assert list(self.found[one.name]) == [table.name for table in ERPS[one.erp.kind].tables]
            assert said.stdout == ""
            assert not [secret for secret in OPENED if secret in said.stderr + json.dumps(rows)]

    def well(self, name: str) -> bool:
        """Nothing is wrong, and the exit code says so."""
        rows = self.found[name].values()
        fine = all({column: row[column] for column in WELL} == WELL and row["rows"] for row in rows)
        assert self.said[name].returncode == (0 if fine else 1)
        assert ("every resource answers" in self.said[name].stderr) == fine
        return fine

    def states(self, name: str) -> set[tuple[str, str]]:
        """Reachable and authorised, over all resources."""
        return {(row["reachable"], row["authorised"]) for row in self.found[name].values()}

    def problems(self, name: str) -> dict[str, str]:
        return {resource: row["first_problem"] for resource, row in self.found[name].items() if row["first_problem"]}

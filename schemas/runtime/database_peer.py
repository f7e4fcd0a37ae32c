"""Does the database answer? Apart from the other peers: its client takes long to load, and some stages have none."""

from typing import Any

import pymongo
from pymongo import MongoClient
from pymongo.errors import PyMongoError


class Database:
    """`uri`: as for every client; it is asked through a connection that is kept."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._client: MongoClient[dict[str, Any]] | None = None

    def __call__(self, within: float) -> bool:
        try:
            if self._client is None:
                self._client = MongoClient(self._uri, maxPoolSize=1, serverMonitoringMode="poll")
            with pymongo.timeout(within):
                self._client.admin.command("ping")
        except (PyMongoError, ValueError, OSError):  # a URI that is none, or names a file that is none
            return False
        return True

    def close(self) -> None:
        """Give the connection back."""
        if self._client is not None:
            self._client.close()

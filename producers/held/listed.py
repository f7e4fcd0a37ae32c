"""The instances as MongoDB lists them. What is wrong is logged once, and told as a metric for as long as it is so."""

import re
from collections.abc import Mapping

import structlog
from pymongo.errors import PyMongoError

from schemas.instances import Instance
from schemas.model import NAME
from schemas.runtime import mongo
from schemas.runtime.progress import PROCESS

log = structlog.get_logger()

OTHER = "other"


def labels(wrong: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """Name and part of each instance that is not valid. `wrong`: by name the dotted field, as `mongo.instances` gives it.

    Of a field only its first name: what follows may be a key that somebody typed. What is no name of ours is `other`.
    """
    return frozenset(
        (name if re.fullmatch(NAME, name) else OTHER, part if part in Instance.model_fields else OTHER)
        for name, part in ((name, field.partition(".")[0]) for name, field in wrong.items())
    )


class Listed:
    """What was read last: while MongoDB does not answer, that goes on."""

    def __init__(self, database: mongo.Database) -> None:
        self._database = database
        self._wrong: dict[str, str] = {}
        self._unread = ""
        self.valid: dict[str, Instance] = {}
        self.names: frozenset[str] = frozenset()
        """Also of those that are not valid here: all pollers must count the same."""

    async def look(self) -> bool:
        """Whether MongoDB answered. While it does not, those that we know go on."""
        try:
            self.valid, wrong = await mongo.instances(self._database)
        except PyMongoError as exc:
            reason = type(exc).__name__
            if reason != self._unread:
                log.warning("instances_unread", reason=reason, next="start MongoDB, or mend MONGO_URI")
            self._unread = reason
            return False
        self._unread = ""
        for name, field in wrong.items() - self._wrong.items():
            log.warning("instance_invalid", instance=name, field=field)
        self._wrong = wrong
        PROCESS.invalid = labels(wrong)
        self.names = frozenset(self.valid.keys() | wrong.keys())
        return True

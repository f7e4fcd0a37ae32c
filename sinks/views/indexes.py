"""The indexes of the views, made or mended: an existing database never stops the stage."""

from typing import Any

from pymongo.errors import OperationFailure

from schemas.runtime import mongo
from schemas.views import Expiry, View

OTHER_OPTIONS, OTHER_KEYS = 85, 86
"""MongoDB's codes for an index of this name or these keys that is another one."""


async def ensure_indexes(view: View, expiry: Expiry, to: mongo.Collection) -> None:
    """Every declared index; of one that differs from its declaration only the options change, others are left alone."""
    for index in view.indexes:
        await to.create_index(list(index))
    await _expire(expiry, to)


async def _expire(expiry: Expiry, to: mongo.Collection) -> None:
    options: dict[str, Any] = {"expireAfterSeconds": round(expiry.after.total_seconds())}
    if expiry.only:
        options["partialFilterExpression"] = dict(expiry.only)
    try:
        await to.create_index([(expiry.field, 1)], **options)
    except OperationFailure as exc:
        if exc.code not in {OTHER_OPTIONS, OTHER_KEYS}:
            raise
        await to.drop_index([(expiry.field, 1)])
        await to.create_index([(expiry.field, 1)], **options)

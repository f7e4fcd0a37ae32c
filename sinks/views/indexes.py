"""The indexes of the views, made or mended: an existing database never stops the stage."""

from collections.abc import Iterable
from typing import Any

from schemas.runtime import mongo
from schemas.views import Expiry, View


async def ensure_indexes(view: View, expiries: Iterable[Expiry], to: mongo.Collection) -> None:
    """Every declared index. One that removes documents otherwise than `expiries` say is replaced; others are left alone."""
    for index in view.indexes:
        await to.create_index(list(index))
    for expiry in expiries:
        await expire(expiry, to)


async def expire(expiry: Expiry, to: mongo.Collection) -> None:
    """The index that removes documents, exactly as `expiry` says."""
    wanted: dict[str, Any] = {"expireAfterSeconds": round(expiry.after.total_seconds())}
    if expiry.only:
        wanted["partialFilterExpression"] = dict(expiry.only)
    name = f"{expiry.field}_1"
    for other, found in (await to.index_information()).items():
        options = {option: found[option] for option in ("expireAfterSeconds", "partialFilterExpression") if option in found}
        if options != wanted and (other == name or (found["key"] == [(expiry.field, 1)] and "expireAfterSeconds" in found)):
            await to.drop_index(other)
    await to.create_index([(expiry.field, 1)], **wanted)

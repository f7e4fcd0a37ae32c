"""Providers in the database: added from the command line, listed without their secrets."""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr, ValidationError
from pymongo.errors import DuplicateKeyError

from deploy.clients import database
from schemas.errors import StopWorker
from schemas.instances import Instance
from schemas.runtime.mongo import instances
from schemas.runtime.secrets import seal
from schemas.runtime.settings import MongoSettings, SecretSettings
from schemas.views import INSTANCES


class AddSettings(MongoSettings, SecretSettings):
    """The database, and the key under which the ERP's token is sealed."""


def instance_of(fields: Mapping[str, Any], token: str, key: SecretStr) -> Instance:
    """`fields` as in `Instance`, without `erp.token`. Raises StopWorker that names the first wrong field."""
    try:
        return Instance.model_validate({**fields, "erp": {**fields["erp"], "token": seal(token, key)}})
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise StopWorker(f"{field} is wrong ({first['msg']}): see `collector instance add --help`") from None


async def add(settings: MongoSettings, instance: Instance, *, replace: bool) -> None:
    """Raises StopWorker where the name is taken and may not be replaced."""
    document = {"_id": instance.name, **instance.model_dump(mode="json")}
    async with database(settings) as connected:
        try:
            if replace:
                await connected[INSTANCES].replace_one({"_id": instance.name}, document, upsert=True)
            else:
                await connected[INSTANCES].insert_one(document)
        except DuplicateKeyError:
            raise StopWorker(f"the instance {instance.name} exists: choose another name, or add --replace") from None


async def rows(settings: MongoSettings) -> list[dict[str, object]]:
    """Every instance without its token; `wrong` names the bad field of one that no stage can use. Raises StopWorker."""
    async with database(settings) as connected:
        valid, wrong = await instances(connected)
    good: list[dict[str, object]] = [
        {
            "name": name,
            "title": one.title,
            "erp": one.erp.kind,
            "url": str(one.erp.url),
            "zone": one.zone,
            "state": one.state,
            "min_days_overdue": one.rules.min_days_overdue,
            "wrong": "",
        }
        for name, one in sorted(valid.items())
    ]
    return good + [
        {**dict.fromkeys(good[0] if good else ROW, ""), "name": name, "wrong": field} for name, field in wrong.items()
    ]


ROW = ("name", "title", "erp", "url", "zone", "state", "min_days_overdue", "wrong")

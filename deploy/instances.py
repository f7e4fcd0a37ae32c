"""Providers in the database: added, changed, listed without their secrets. What is being removed is left alone."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import SecretStr

from deploy.audit import noted
from deploy.clients import database
from deploy.instance_fields import checked, sealed
from schemas.erp import ERPS
from schemas.erp.altarede_options import AltaredeExport
from schemas.errors import StopWorker
from schemas.instance_changes import Fields, Row, changes, merged, shown, unproven
from schemas.instances import Instance
from schemas.runtime.instance_store import REMOVALS, insert, replace
from schemas.runtime.key_checks import check_keys
from schemas.runtime.mongo import Database, instances
from schemas.runtime.settings import Base, MongoSettings, PersonSettings, SecretSettings
from schemas.secret_fields import variable
from schemas.views import INSTANCES

REMOVING = "is being removed: run `collector instance remove {name}` again until it says that it is done"


class AddSettings(MongoSettings, SecretSettings):
    """The database, and the key under which the ERP's secrets are sealed."""


class GivenSecrets(Base):
    """What opens the ERP, the PABX and its call records; empty where it is not given."""

    erp_token: SecretStr = SecretStr("")
    erp_token_v2: SecretStr = SecretStr("")
    erp_app_key: SecretStr = SecretStr("")
    pabx_password: SecretStr = SecretStr("")
    pabx_records_password: SecretStr = SecretStr("")

    def of(self, field: str) -> str:
        """Of a dotted field."""
        found: SecretStr = getattr(self, variable(field).lower())
        return found.get_secret_value().strip()


class TestSettings(AddSettings, PersonSettings):
    """What a row needs to be read as the poller reads it."""

    __test__ = False  # not one of pytest's


async def add(settings: MongoSettings, instance: Instance, *, replace: bool = False) -> None:
    """`replace`: over whatever is there, for demonstrations; else not armed. Raises StopWorker where the name is taken."""
    if not replace:
        instance = unproven({}, {}, instance)
    document = {"_id": instance.name, **instance.model_dump(mode="json")}
    async with database(settings) as connected:
        await check_keys(connected, settings)
        if replace:
            await connected[INSTANCES].replace_one({"_id": instance.name}, document, upsert=True)
            return
        refused = await insert(connected, document)
    if refused == "taken":
        raise StopWorker(
            f"the instance {instance.name} exists: choose another name, or change it with `collector instance set`"
        )
    if refused == "removing":
        raise StopWorker(f"the instance {instance.name} {REMOVING.format(name=instance.name)}")


async def change(
    settings: MongoSettings,
    name: str,
    patch: Mapping[str, Any],
    secrets: Mapping[str, str] | None = None,
    *,
    is_noted: bool = False,
) -> tuple[Instance, list[Row]]:
    """Change what `patch` names and nothing else; `secrets` are unsealed, by dotted names.

    `is_noted`: the caller has written it down under a name of its own.

    The instance, and the fields that differ now.

    Raises StopWorker where there is no such instance, or what comes out is none.
    """
    async with database(settings) as connected:
        await check_keys(connected, settings)
        before = await document_of(connected, name)
        after = merged({field: value for field, value in before.items() if field != "_id"}, patch)
        if not isinstance(after.get("erp"), dict):
            raise StopWorker(f"the field erp of the instance {name} is wrong: remove the instance and add it again")
        if after["erp"].get("kind") != before.get("erp", {}).get("kind"):
            raise StopWorker("erp.kind cannot be changed, as another ERP's rows have other ids: add another instance")
        if secrets and isinstance(settings, SecretSettings):
            after = sealed(after, secrets, settings.collector_secret_key)
        instance = unproven(before, patch, checked(after))
        stored = {"_id": name, **instance.model_dump(mode="json")}
        rows = changes(before, stored)
        if stored != before and not is_noted:
            await noted(connected, "instance_changed", name, what=", ".join(str(row["field"]) for row in rows))
        if stored != before and not await replace(connected, before, stored):
            raise StopWorker(f"somebody else changed the instance {name} just now: look at it, and run this again")
        return instance, rows


async def document_of(connected: Database, name: str) -> Fields:
    """As it is stored, valid or not. Raises StopWorker where there is none."""
    found = await connected[INSTANCES].find_one({"_id": name})
    if found is None:
        await _refuse_removed(connected, name)
        raise StopWorker(f"there is no instance {name}: `collector instance list` shows them all")
    return found


async def documents(settings: MongoSettings, names: Iterable[str] = ()) -> list[Fields]:
    """Of these instances, of all where none is named. Raises StopWorker for one that is not there."""
    async with database(settings) as connected:
        if wanted := list(dict.fromkeys(names)):
            return [await document_of(connected, name) for name in wanted]
        return [one async for one in connected[INSTANCES].find().sort("_id")]


async def find(settings: MongoSettings, name: str) -> Instance:
    """The instance of that name. Raises StopWorker where there is none, or where it is not valid."""
    async with database(settings) as connected:
        await check_keys(connected, settings)
        valid, wrong = await instances(connected)
        if name in wrong:
            raise StopWorker(f"the field {wrong[name]} of the instance {name} is wrong: mend it, `collector instance set`")
        if name not in valid:
            await document_of(connected, name)
        return valid[name]


def where(instance: Instance) -> str:
    """The URL or the folder that the ERP is read from."""
    return instance.erp.folder if isinstance(instance.erp, AltaredeExport) else shown(instance.erp.url)


async def rows(settings: MongoSettings) -> list[dict[str, object]]:
    """Every instance without its secrets; `wrong` names the bad field of one that no stage can use. Raises StopWorker."""
    async with database(settings) as connected:
        valid, wrong = await instances(connected)
        removed = [str(one["_id"]) async for one in connected[REMOVALS].find().sort("_id")]
    good = [
        {
            "name": name,
            "title": one.title,
            "erp": ERPS[one.erp.kind].label,
            "where": where(one),
            "zone": one.zone,
            "state": one.state,
            "ddd": one.ddd,
            "min_days_overdue": one.rules.min_days_overdue,
            "paused": one.paused,
            "wrong": "",
        }
        for name, one in sorted(valid.items())
    ]
    bad = {**wrong, **dict.fromkeys(removed, "is being removed")}
    return good + [{**dict.fromkeys(ROW, ""), "name": name, "wrong": field} for name, field in bad.items()]


ROW = ("name", "title", "erp", "where", "zone", "state", "ddd", "min_days_overdue", "paused", "wrong")


async def _refuse_removed(connected: Database, name: str) -> None:
    if await connected[REMOVALS].find_one({"_id": name}):
        raise StopWorker(f"the instance {name} {REMOVING.format(name=name)}")

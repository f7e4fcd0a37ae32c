"""Providers in the database: added from the command line, listed without their secrets."""

from collections.abc import Mapping
from typing import Any

from pydantic import HttpUrl, SecretStr, ValidationError
from pymongo.errors import DuplicateKeyError

from deploy.clients import database
from schemas.erp import ERPS
from schemas.erp.altarede_options import AltaredeExport
from schemas.erp.options import Web
from schemas.errors import StopWorker
from schemas.instances import Instance, wrong_field
from schemas.runtime.mongo import instances
from schemas.runtime.secrets import seal
from schemas.runtime.settings import Base, MongoSettings, PersonSettings, SecretSettings
from schemas.views import INSTANCES

GIVEN_BY = {
    "name": "NAME (lower-case letters, digits, - and _, at most 32)",
    "title": "--title",
    "zone": "--zone",
    "state": "--state",
    "ddd": "--ddd",
    "rules.min_days_overdue": "--min-days-overdue",
    "erp.kind": "--erp",
    "erp.url": "--url",
    "erp.folder": "--folder",
    "erp.token": "ERP_TOKEN",
    "erp.page_size": "--page-size",
    "erp.gap": "--gap",
    "erp.every": "--every",
    "erp.ca_file": "--ca-file",
}
"""What on the command line gives a field; any other comes from --config."""


class AddSettings(MongoSettings, SecretSettings):
    """The database, and the key under which the ERP's secrets are sealed."""


class GivenSecrets(Base):
    """What opens the ERP, by `ERP_` and its field in `erp`; empty where it is not given."""

    erp_token: SecretStr = SecretStr("")
    erp_token_v2: SecretStr = SecretStr("")
    erp_app_key: SecretStr = SecretStr("")

    def of(self, field: str) -> str:
        found: SecretStr = getattr(self, f"erp_{field}")
        return found.get_secret_value().strip()


class TestSettings(AddSettings, PersonSettings):
    """What a row needs to be read as the poller reads it."""

    __test__ = False  # not one of pytest's


def instance_of(fields: Mapping[str, Any], secrets: Mapping[str, str], key: SecretStr) -> Instance:
    """`fields` as in `Instance`; `secrets` by their fields in `erp`, unsealed. Raises StopWorker naming a wrong field."""
    for name, secret in secrets.items():
        in_header = name == "token_v2"
        if not secret.isprintable() or any(map(str.isspace, secret)) or (in_header and not secret.isascii()):
            raise StopWorker(f"erp.{name} is wrong (holds a blank, an accent or a line's end): copy the secret again, alone")
    erp = {**fields["erp"], **{name: seal(secret, key) for name, secret in secrets.items()}}
    if erp["kind"] == "ixc" and ":" not in secrets.get("token", ":"):
        raise StopWorker("erp.token is wrong (no user id): IXC wants user id:token, such as 17:0a1b")
    try:
        instance = Instance.model_validate({**fields, "erp": erp})
    except ValidationError as exc:
        raise StopWorker(_mend(exc)) from None
    if isinstance(instance.erp, Web) and shown(instance.erp.url) != str(instance.erp.url):
        raise StopWorker("erp.url is wrong (holds a user, a password or a query): give the address alone")
    return instance


def _mend(exc: ValidationError) -> str:
    """Which field is wrong, why, and by what it is given."""
    first = exc.errors(include_url=False, include_input=False)[0]
    field = wrong_field(exc).removesuffix(".[key]")
    if first["type"] == "missing":
        what = "is missing"
    elif first["type"] == "extra_forbidden":
        what = "is wrong (there is no such field)"
    else:
        what = f"is wrong ({first['msg'].removeprefix('Value error, ')})"
    by = GIVEN_BY.get("erp.every" if field.startswith("erp.every.") else field, "--config")
    return f"{field} {what}: {'give' if first['type'] == 'missing' else 'mend'} {by}; see `collector instance add --help`"


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


async def find(settings: MongoSettings, name: str) -> Instance:
    """The instance of that name. Raises StopWorker where there is none, or where it is not valid."""
    async with database(settings) as connected:
        valid, wrong = await instances(connected)
    if name in wrong:
        raise StopWorker(f"the field {wrong[name]} of the instance {name} is wrong: add it again with --replace")
    if name not in valid:
        raise StopWorker(f"there is no instance {name}: `collector instance list` shows them all")
    return valid[name]


def where(instance: Instance) -> str:
    """The URL or the folder that the ERP is read from."""
    return instance.erp.folder if isinstance(instance.erp, AltaredeExport) else shown(instance.erp.url)


def shown(url: HttpUrl) -> str:
    """Without what may be a secret: user, password and query."""
    path = (url.path or "").removeprefix("/")
    return str(HttpUrl.build(scheme=url.scheme, host=url.host or "", port=url.port, path=path))


async def rows(settings: MongoSettings) -> list[dict[str, object]]:
    """Every instance without its secrets; `wrong` names the bad field of one that no stage can use. Raises StopWorker."""
    async with database(settings) as connected:
        valid, wrong = await instances(connected)
    good = [
        {
            "name": name,
            "title": one.title,
            "erp": ERPS[one.erp.kind].label,
            "where": where(one),
            "zone": one.zone,
            "state": one.state,
            "min_days_overdue": one.rules.min_days_overdue,
            "wrong": "",
        }
        for name, one in sorted(valid.items())
    ]
    return good + [{**dict.fromkeys(ROW, ""), "name": name, "wrong": field} for name, field in wrong.items()]


ROW = ("name", "title", "erp", "where", "zone", "state", "min_days_overdue", "wrong")

"""An instance's fields as people give them: put together, merged, compared; what is wrong is one line. Pure."""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr, ValidationError

from schemas.erp.in_the_clear import MEND, in_the_clear
from schemas.errors import StopWorker
from schemas.instance_changes import Fields, open_secrets, open_url
from schemas.instances import Instance, wrong_field
from schemas.runtime.secrets import seal
from schemas.secret_fields import at, put, secret_problem, variable

GIVEN_BY = {
    "name": "NAME (lower-case letters, digits, - and _, at most 32), such as norte",
    "title": '--title, such as "Provedor Norte"',
    "zone": "--zone, such as America/Maceio",
    "state": "--state, such as AL",
    "ddd": "--ddd, such as 82",
    "rules.min_days_overdue": "--min-days-overdue, such as 7",
    "erp.kind": "--erp, such as ixc",
    "erp.url": "--url, such as https://erp.example.com.br/webservice/v1/",
    "erp.folder": "--folder, such as /erp-files/norte",
    "erp.token": "ERP_TOKEN, such as 17:0a1b2c (IXC)",
    "erp.page_size": "--page-size, such as 600",
    "erp.gap": "--gap, such as 0.15",
    "erp.every": "--every, such as bill=120",
    "erp.ca_file": "--ca-file, such as /erp-files/ca.pem",
}
"""What on the command line gives a field, and an example; any other comes from --config."""


def sealed(fields: Mapping[str, Any], secrets: Mapping[str, str], key: SecretStr) -> Fields:
    """`fields` with `secrets`, by their dotted names, as they are stored. Raises StopWorker where one cannot be right."""
    kind = at(fields, "erp.kind")
    for name, secret in secrets.items():
        problem = secret_problem(name, secret, kind)
        if problem == "blank":
            raise StopWorker(f"{name} is wrong (holds a blank, an accent or a line's end): copy the secret again, alone")
        if problem == "no_user":
            raise StopWorker("erp.token is wrong (no user id): IXC wants user id:token, such as 17:0a1b")
    done = dict(fields)
    for name, secret in secrets.items():
        done = put(done, name, seal(secret, key))
    return done


def instance_of(fields: Mapping[str, Any], secrets: Mapping[str, str], key: SecretStr) -> Instance:
    """`fields` as in `Instance`; `secrets` by their dotted names, unsealed. Raises StopWorker naming a wrong field."""
    return checked(sealed(fields, secrets, key))


def checked(fields: Mapping[str, Any]) -> Instance:
    """The instance. Raises StopWorker naming a wrong field, what gives it, and an example."""
    try:
        instance = Instance.model_validate(fields)
    except ValidationError as exc:
        raise StopWorker(_mend(exc)) from None
    if open_url(instance):
        raise StopWorker("erp.url is wrong (holds a user, a password or a query): give the address alone")
    if in_the_clear(instance.erp):
        raise StopWorker(
            f"erp.url is wrong (http:// outside a private network shows the token to all on the way): give {MEND}"
        )
    return instance


def _mend(exc: ValidationError) -> str:
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


def closed(fields: Mapping[str, Any], source: str) -> None:
    """Raises StopWorker where a secret lies open among `fields`, which came from `source`. (None takes one away.)"""
    for field in open_secrets(fields):
        raise StopWorker(f"{field} must not lie open in a file: take it out of {source}, set {variable(field)}")

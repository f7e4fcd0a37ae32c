"""Every instance's secrets under the newest key of COLLECTOR_SECRET_KEY, so that the older ones can go."""

from dataclasses import dataclass

from deploy.clients import database
from schemas.errors import StopWorker
from schemas.runtime.key_checks import KEY_CHECKS, PERSON_KEY, check_keys, reseal_check
from schemas.runtime.mongo import sealed_secrets
from schemas.runtime.secrets import first_of, opens, seal, unseal
from schemas.runtime.settings import MongoSettings, SecretSettings
from schemas.views import INSTANCES


class RekeySettings(MongoSettings, SecretSettings):
    """The database, and all keys: the new one first, behind it every one that may still be in use."""


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """How many secrets were sealed anew, and how many had been already."""

    sealed: int
    before: int


async def rekey(settings: RekeySettings) -> Rekeyed:
    """May be repeated, and cut at any moment: what is done stays. Raises StopWorker where a secret opens with no key."""
    key = settings.collector_secret_key
    newest = first_of(key)
    done = before = 0
    lost: list[str] = []
    async with database(settings) as connected:
        await check_keys(connected, settings)
        for name, field, text in [one async for one in sealed_secrets(connected)]:
            if opens(text, newest):
                before += 1
            elif not opens(text, key):
                lost.append(f"{field} of {name}")
            else:
                # Only over the text that was read: a secret that somebody gives anew meanwhile is under the newest key
                of = {"_id": name, field: text}
                await connected[INSTANCES].update_one(of, {"$set": {field: seal(unseal(text, key), newest)}})
                done += 1
        if lost:
            raise StopWorker(
                f"no key of COLLECTOR_SECRET_KEY opens {', '.join(lost)}; {done} others are under the newest key now: "
                "add the missing key behind the others, or give the secret again (`collector instance set NAME --secrets`)"
            )
        await reseal_check(connected, settings)
    return Rekeyed(done, before)


async def secrets_lost(settings: RekeySettings) -> list[str]:
    """The old key is gone for good: empty what no key opens, and begin with this one. Who needs secrets now."""
    key = settings.collector_secret_key
    emptied: list[str] = []
    async with database(settings) as connected:
        for name, field, text in [one async for one in sealed_secrets(connected)]:
            if not opens(text, key):
                await connected[INSTANCES].update_one({"_id": name, field: text}, {"$set": {field: ""}})
                emptied.append(name)
        await reseal_check(connected, settings)
    return sorted(set(emptied))


async def persons_lost(settings: MongoSettings) -> None:
    """The old key is gone for good: whoever comes next leaves the mark of his own."""
    async with database(settings) as connected:
        await connected[KEY_CHECKS].delete_one({"_id": PERSON_KEY})

"""Promises and the blocklist, as an operator changes them. Stages read them within 5 seconds."""

from datetime import date

from deploy.audit import noted
from deploy.clients import database
from deploy.instances import find
from schemas.controls import BLOCKLIST, PROMISES, Block, Promise
from schemas.erp.documents import document as document_in
from schemas.erp.documents import document_problem
from schemas.erp.phone_number import read_number
from schemas.errors import StopWorker
from schemas.runtime.key_checks import check_keys
from schemas.runtime.secrets import person_hash
from schemas.runtime.settings import MongoSettings, PersonSettings


class BlockSettings(MongoSettings, PersonSettings):
    """The database, and the key under which documents become people."""


async def block(settings: BlockSettings, instance: str, *, phone: str, document: str, lift: bool = False) -> bool:
    """Never ring a number, or whoever has a CPF or CNPJ; or `lift` that. Whether anything changed.

    Raises StopWorker where it is none, or where there is no such instance.
    """
    ddd = (await find(settings, instance)).ddd
    found = Block(instance=instance, phone=number_of(phone, ddd) if phone else "", person=_person(settings, document))
    async with database(settings) as store:
        await check_keys(store, settings)
        await noted(store, "unblock" if lift else "block", instance, what=found.what)
        if lift:
            # Whoever wrote it: the dashboard's documents may have other ids
            gone = await store[BLOCKLIST].delete_many({"instance": instance, "person": found.person, "phone": found.phone})
            return bool(gone.deleted_count)
        written = found.document
        done = await store[BLOCKLIST].replace_one({"_id": written["_id"]}, written, upsert=True)
        return done.upserted_id is not None


async def promise(settings: MongoSettings, instance: str, code: str, until: date | None) -> bool:
    """The debtor promised to pay `until` that local day; None takes every promise back. Whether anything changed."""
    await find(settings, instance)
    async with database(settings) as store:
        await noted(store, "promise" if until else "promise_taken_back", instance, code, until.isoformat() if until else "")
        if until is None:
            return bool((await store[PROMISES].delete_many({"instance": instance, "code": code})).deleted_count)
        written = Promise(instance=instance, code=code, until=until).document
        done = await store[PROMISES].replace_one({"_id": written["_id"]}, written, upsert=True)
        return bool(done.upserted_id is not None or done.modified_count)


def number_of(phone: str, ddd: str, option: str = "--phone") -> str:
    """As E.164. Raises StopWorker where what the `option` gave is none."""
    digits = "".join(sign for sign in phone if sign.isdigit())
    number, problem = read_number("+" * phone.strip().startswith("+") + digits, ddd)
    if not number:
        raise StopWorker(f"{option} is no number that can be rung ({problem or 'no digits'}): give such as 82 99999-0000")
    return number


def _person(settings: PersonSettings, document: str) -> str:
    if not document:
        return ""
    bare = document_in(document)
    if not bare:
        raise StopWorker(f"--document is no CPF or CNPJ ({document_problem(document)}): look at it again")
    return person_hash(bare, settings.collector_person_key)

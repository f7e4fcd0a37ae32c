"""Verification of a system that may be at work: everything is read once, what differs a few times more before it counts."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

from deploy.clients import admin, database, reader
from deploy.committed import committed
from deploy.verify.look import GROUPS, Look, Step
from deploy.verify.scope import Scope, Verified
from schemas.errors import StopWorker
from schemas.runtime.settings import KafkaSettings, MongoSettings

ROUNDS = 3
AGAIN_AFTER_S = 2.0


class VerifySettings(KafkaSettings, MongoSettings):
    """Broker and database."""


async def verify(
    settings: VerifySettings, instance: str = "", step: Step = lambda *_: None, *, ahead: timedelta = timedelta(0)
) -> Verified:
    """All instances, or one. Raises StopWorker, also where nothing at all is known of `instance`.

    `ahead`: how far before ours the clock was by which calls were judged.
    """
    result: Verified | None = None
    async with AsyncExitStack() as closing:
        client = await closing.enter_async_context(admin(settings.kafka_bootstrap_servers))
        source = await closing.enter_async_context(reader(settings.kafka_bootstrap_servers))
        views = await closing.enter_async_context(database(settings))
        scope = Scope(instance)
        for number in range(ROUNDS):
            if number:
                await asyncio.sleep(AGAIN_AFTER_S)
            look = Look(source, views, await committed(client, GROUPS), scope, step, ahead=ahead)
            suspects = await look.all()
            if result is None:
                result = look.result
            result.differences, result.moving = look.result.differences, look.result.moving
            if not suspects:
                break
            scope = Scope(instance, suspects)
    if result is None or (instance and not result.compared.total() and not result.differences):
        raise StopWorker(f"nothing is known of an instance {instance}: see `collector instance list`")
    return result

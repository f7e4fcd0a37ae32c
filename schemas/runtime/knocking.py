"""Does the broker, does the database take us? Asked before a stage begins: nobody else tells a wrong password from silence.

aiokafka says "unable to bootstrap", and pymongo that no server was found in time, whatever the reason. A peer that is away
is none of this: whoever needs it waits, as ever.
"""

import asyncio
import ssl
from contextlib import suppress
from typing import Any

from aiokafka.conn import create_conn
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from schemas.errors import StopWorker
from schemas.runtime.kafka_login import connection
from schemas.runtime.peers import address
from schemas.runtime.settings import Base, KafkaLogin, MongoSettings

WITHIN_MS = 5_000
GOODBYE_S = 2.0


async def knock(settings: Base) -> None:
    """Raises StopWorker, one line that names the variable, where a peer of these settings is there and refuses us."""
    servers = str(getattr(settings, "kafka_bootstrap_servers", ""))
    if isinstance(settings, KafkaLogin) and servers and (reason := await refusal(servers)):
        raise StopWorker(reason)
    if isinstance(settings, MongoSettings):
        from schemas.runtime.database_login import has_to_log_in, knock_at  # noqa: PLC0415 - half a second that a stage without it need not wait

        if has_to_log_in(settings.mongo_uri):
            await knock_at(settings)


async def refusal(servers: str) -> str | None:
    """Why none of these brokers takes us: one line, never with the password. None where one does, or none is there."""
    told = connection(servers)
    if told["security_protocol"] == "PLAINTEXT":
        return None
    del told["bootstrap_servers"]
    said = [await _asked(server, told) for server in servers.split(",")]
    return None if "" in said else next((one for one in said if one), None)


async def _asked(server: str, told: dict[str, Any]) -> str | None:
    """What it refuses; "" where it takes us, None where it is not known."""
    host, port = address(server)
    try:
        there = await create_conn(host, port, request_timeout_ms=WITHIN_MS, **told)
    except ssl.SSLCertVerificationError as exc:
        return f"KAFKA_CA_FILE: the certificate of {server} is not to be trusted ({exc.verify_message}): name what signed it"
    except UnsupportedSaslMechanismError:
        return f"KAFKA_MECHANISM={told['sasl_mechanism']}: {server} does not offer it: take one that it does"
    except (SaslAuthenticationFailed, IllegalSaslStateError):
        return f"KAFKA_USER, KAFKA_PASSWORD: {server} does not take this login: mend one of them, or the user at the broker"
    except (KafkaError, OSError, TimeoutError):
        return None
    with suppress(TimeoutError):
        async with asyncio.timeout(GOODBYE_S):
            await there.close()
    return ""

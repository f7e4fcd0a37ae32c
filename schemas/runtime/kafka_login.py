"""How every client of ours reaches the broker: with or without TLS and a login, as the environment says.

Read whenever a client is made, so that a password file that was written anew counts from the next connection on.
"""

import ssl
from typing import Any

from schemas.runtime.settings import KafkaLogin, read


def connection(servers: str) -> dict[str, Any]:
    """The arguments of any client of aiokafka that say where the broker is and how it is spoken to.

    `servers`: host:port, several separated by commas. Raises StopWorker where the environment says what cannot be.
    """
    login = read(KafkaLogin)
    found: dict[str, Any] = {"bootstrap_servers": servers, "security_protocol": login.kafka_security}
    if (context := _tls(login)) is not None:
        found["ssl_context"] = context
    if login.kafka_security == "SASL_SSL":
        found |= {
            "sasl_mechanism": login.kafka_mechanism,
            "sasl_plain_username": login.kafka_user,
            "sasl_plain_password": login.kafka_password.get_secret_value(),
        }
    return found


def tls() -> ssl.SSLContext | None:
    """What checks a broker's certificate and name; None where none is asked for. Raises StopWorker as `connection` does."""
    return _tls(read(KafkaLogin))


def _tls(login: KafkaLogin) -> ssl.SSLContext | None:
    if login.kafka_security == "PLAINTEXT":
        return None
    return ssl.create_default_context(cadata=login.kafka_ca or None)

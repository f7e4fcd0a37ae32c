"""The real broker and the real database with TLS and a login each, signed by an authority of the test's own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from deploy.local.kafka import Broker
from deploy.local.mongo import SET, Database
from deploy.local.ports import free, is_open
from tests.certificates import Authority

USER = "collector"
PASSWORD = "kafka-hunter2"  # noqa: S105 - of a broker that lives for one test
DATABASE_PASSWORD = "mongo-hunter2"  # noqa: S105 - the same
SASL = "org.apache.kafka.common.security"


class SecuredBroker(Broker):
    """`SASL_SSL` alone, by SCRAM-SHA-512 and PLAIN."""

    format_with = ("--add-scram", f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]")

    def __init__(self, folder: Path, authority: Authority) -> None:
        port, controller = free(2)
        super().__init__(folder / "kafka", port, controller, folder / "kafka.log", print)
        self._authority = authority
        self._server = authority.signed("127.0.0.1", f"{self.name}.pem")

    def configuration(self) -> str:
        plain = f'{SASL}.plain.PlainLoginModule required username="broker" password="own" user_broker="own"'
        own = {
            "listener.security.protocol.map": "PLAINTEXT:SASL_SSL,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",  # only its name is, and only the map says so
            "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
            "sasl.mechanism.inter.broker.protocol": "PLAIN",
            "listener.name.plaintext.plain.sasl.jaas.config": f'{plain} user_{USER}="{PASSWORD}";',
            "listener.name.plaintext.scram-sha-512.sasl.jaas.config": f"{SASL}.scram.ScramLoginModule required;",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self._server,
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self._authority.file,
        }
        return super().configuration() + "".join(f"{name}={value}\n" for name, value in own.items())


class SecuredDatabase(Database):
    """`requireTLS`, and a login for everybody."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        super().__init__(folder / "mongo", free(1)[0], folder / "mongo.log", print)
        self._authority = authority
        self._server = authority.signed("127.0.0.1", f"{self.name}.pem")
        self._key = folder / "members.key"
        self._key.write_text("only for tests")
        self._key.chmod(0o600)
        self._is_founded = self._is_made = False
        self.uri = self.uri_of(DATABASE_PASSWORD, authority.file)

    def uri_of(self, password: str, trusted: Path) -> str:
        login = f"{USER}:{password}@127.0.0.1:{self.port}"
        return f"mongodb://{login}/?replicaSet={SET}&authSource=admin&tls=true&tlsCAFile={trusted}"

    async def prepare(self) -> Sequence[str | Path]:
        tls = ("--tlsMode", "requireTLS", "--tlsCertificateKeyFile", self._server, "--tlsCAFile", self._authority.file)
        members = ("--tlsAllowConnectionsWithoutCertificates", "--keyFile", self._key)
        return [*await super().prepare(), *tls, *members]

    async def answers(self) -> bool:
        """Until there is a user, whoever comes from this machine may found the set and make one."""
        if self._is_made or not await is_open(self.port):
            return self._is_made
        how: dict[str, Any] = {"tls": True, "tlsCAFile": str(self._authority.file), "serverMonitoringMode": "poll"}
        async with AsyncMongoClient[dict[str, Any]]("127.0.0.1", self.port, directConnection=True, **how) as client:
            member = {"_id": 0, "host": f"127.0.0.1:{self.port}"}
            try:
                if not self._is_founded:
                    await client.admin.command("replSetInitiate", {"_id": SET, "members": [member]})
                    self._is_founded = True
                await client.admin.command("createUser", USER, pwd=DATABASE_PASSWORD, roles=["root"])
            except PyMongoError:  # no primary yet
                return False
        self._is_made = True
        return True

"""Who answers: an open port is not enough, because a stopped server's kernel still takes connections."""

import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from schemas.runtime.database_peer import Database
from schemas.runtime.peers import Broker, peers_of
from schemas.runtime.settings import Base, KafkaSettings, MongoSettings


@contextmanager
def server(answer: bytes | None) -> Iterator[int]:
    """A port that takes one connection, reads the question and sends `answer`; None: it never even accepts."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(100)
                connection.sendall(answer or b"")

        if answer is not None:
            threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]


def test_a_broker_that_answers_its_protocol_is_there() -> None:
    with server(struct.pack(">iih", 6, 1, 0)) as port:
        assert Broker(f"127.0.0.1:{port}")(5)


@pytest.mark.parametrize("answer", [None, b"", b"\0\0", struct.pack(">iih", 6, 2, 0), b"HTTP/1.1 400 Bad Request"])
def test_an_open_port_is_no_broker(answer: bytes | None) -> None:
    with server(answer) as port:
        assert not Broker(f"127.0.0.1:{port}")(0.3)


def test_one_broker_of_several_is_enough() -> None:
    with server(struct.pack(">iih", 6, 1, 0)) as port, server(None) as silent:
        assert Broker(f"127.0.0.1:{silent},127.0.0.1:{port}")(4)


@pytest.mark.parametrize("uri", ["mongodb://127.0.0.1:{port}/?replicaSet=rs0", "mongodb://[/", "http://x"])
def test_an_open_port_is_no_database_and_a_wrong_uri_neither(uri: str) -> None:
    with server(None) as port:
        database = Database(uri.format(port=port))
        assert not database(0.3)
        database.close()


def test_a_stage_asks_those_of_its_settings() -> None:
    class Both(KafkaSettings, MongoSettings):
        """Such as the dialer's."""

    both = Both(kafka_bootstrap_servers="127.0.0.1:1,[::1]:2", mongo_uri="mongodb://127.0.0.1:3")
    assert list(peers_of(both)) == ["Kafka", "MongoDB"]
    assert list(peers_of(MongoSettings(mongo_uri="mongodb://127.0.0.1:3"))) == ["MongoDB"]
    assert peers_of(Base()) == {}


def test_a_stage_without_a_database_does_not_load_its_client() -> None:
    """It would be back half a second later after every crash."""
    told = "import sys, processors.hydrate.worker, processors.classify.worker; sys.exit('pymongo' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", told], check=False).returncode == 0

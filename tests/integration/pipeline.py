"""What integration tests share: real stages as processes, rows published as the poller publishes them, and patience."""

import asyncio
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from typing import Any, TypeVar

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.codec import encode
from schemas.keys import debtor_key, partition_of, row_key
from schemas.rows import ErpRow, Kind
from schemas.runtime import kafka
from schemas.runtime.kafka import Message, publish
from schemas.topics import ROW_TOPICS, Topic

T = TypeVar("T")

PATIENCE_S = 180.0
"""Never reached but by what hangs: a stage that restarts takes 5 s on two quiet cores, 25 s beside three busy loops."""
SECRETS = {"COLLECTOR_SECRET_KEY": "A" * 43 + "=", "COLLECTOR_PERSON_KEY": "only for tests, at least 16"}

CLIENT = {
    "razao": "FULANA DE TESTE",
    "fantasia": "",
    "ativo": "S",
    "person": "p" * 32,
    "document": "***444777**",
    "telefone_celular": "(82) 99999-0001",
    "whatsapp": "",
    "fone": "",
    "telefone_comercial": "",
    "bairro": "Centro",
    "cidade": "1",
    "uf": "27",
    "id_tipo_cliente": "2",
    "filial_id": "1",
    "participa_cobranca": "S",
}
BILL = {
    "id_contrato": "7",
    "id_contrato_avulso": "0",
    "id_contrato_principal": "0",
    "data_vencimento": "2026-01-05",
    "valor_aberto": "99.90",
    "status": "A",
    "aguardando_confirmacao_pagamento": "N",
    "id_renegociacao": "0",
    "id_renegociacao_novo": "0",
    "liberado": "S",
}


def row(instance: str, kind: Kind, client: str, code: str, **columns: str) -> ErpRow:
    """An IXC row as the poller would publish it now."""
    base = CLIENT if kind == "client" else BILL
    return ErpRow(
        instance=instance,
        erp="ixc",
        kind=kind,
        id=code,
        client=client,
        row={"id": code, **({} if kind == "client" else {"id_cliente": client}), **base, **columns},
        seen_at=datetime.now(UTC),
        sweep="test",
        ddd="82",
    )


def done_elsewhere(work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives, on a loop of another thread: a browser keeps that of its own running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def put_rows(sender: AIOKafkaProducer, rows: Iterable[ErpRow]) -> None:
    """In order within each debtor."""
    parts: dict[tuple[Topic, int], list[Message]] = defaultdict(list)
    for event in rows:
        topic = ROW_TOPICS[event.kind]
        partition = partition_of(debtor_key(event.instance, event.client), topic.partitions)
        key = row_key(event.instance, event.client, event.kind, event.id)
        parts[topic, partition].append(Message(key, encode(event), []))
    await asyncio.gather(*(publish(sender, topic.name, number, part) for (topic, number), part in parts.items()))


class Worker:
    """One stage as a process of its own."""

    def __init__(self, stage: str, env: Mapping[str, str], log: Path, name: str) -> None:
        self._argv = [sys.executable, "-m", "deploy.cli.main", "run", stage, "--name", name]
        self._env = {**os.environ, **SECRETS, **env}
        self.log = log / f"{stage}-{name}.log"
        self.start()

    def start(self) -> None:
        """Again, under the same name."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(self._argv, env=self._env, stdout=output, stderr=output)

    def kill(self, number: Signals = SIGKILL) -> int:
        """Send the signal and wait for the end; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


@contextmanager
def running(stage: str, env: Mapping[str, str], log: Path, name: str = "0") -> Iterator[Worker]:
    """A stage that lives for the block; it must still be there at the end, unless the test took it away."""
    worker = Worker(stage, env, log, name)
    try:
        yield worker
    except AssertionError as exc:
        exc.add_note(f"the end of {worker.log.name}:\n{worker.log.read_text()[-4000:]}")
        raise
    else:
        assert worker.process.poll() is None, f"{stage} ended: {worker.log.read_text()[-2000:]}"
    finally:
        if worker.process.poll() is None:
            worker.kill(SIGTERM)


async def eventually(look: Callable[[], Awaitable[Any]], what: str, within_s: float = PATIENCE_S) -> Any:  # noqa: ANN401 - whatever `look` finds
    """The first true answer of `look`."""
    ends = time.monotonic() + within_s
    while not (found := await look()):
        assert time.monotonic() < ends, f"{what} did not happen within {within_s:.0f} s"
        await asyncio.sleep(0.1)
    return found


async def contents(servers: str, topic: Topic, instance: str) -> list[tuple[bytes, bytes | None]]:
    """All records of one instance in a topic, in the order of each partition."""
    reader = kafka.reader(servers)
    await reader.start()
    found: list[tuple[bytes, bytes | None]] = []
    try:
        tps = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        reader.assign(tps)
        ends = await reader.end_offsets(tps)
        await reader.seek_to_beginning(*tps)
        while any([await reader.position(tp) < ends[tp] for tp in tps]):
            for records in (await reader.getmany(timeout_ms=200)).values():
                found += [(r.key, r.value) for r in records if (r.key or b"").startswith(f"{instance}:".encode())]
    finally:
        await reader.stop()
    return found


async def reset(servers: str, group: str, sources: Iterable[Topic]) -> bool:
    """The group's offsets back to the beginning, as an operator would; False while the group still has members."""
    reader = kafka.reader(servers, group)
    await reader.start()
    try:
        tps = [TopicPartition(topic.name, n) for topic in sources for n in range(topic.partitions)]
        reader.assign(tps)
        await reader.commit(dict.fromkeys(tps, 0))
    except KafkaError:
        return False
    finally:
        await reader.stop()
    return True

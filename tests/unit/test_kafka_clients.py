"""No client of Kafka is made but by `connection`, which alone knows of TLS and logins: another one would be locked out."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("schemas", "producers", "processors", "sinks", "dashboard", "deploy")
ONE_PLACE = "schemas/runtime/kafka_login.py"
CLIENTS = {"AIOKafkaConsumer", "AIOKafkaProducer", "AIOKafkaAdminClient", "AIOKafkaClient"}
TOLD = {"bootstrap_servers", "security_protocol", "sasl_mechanism", "sasl_plain_password"}
BENCH = {"deploy/bench/broker.py", "deploy/bench/rivals/bare_hydrate.py", "deploy/bench/rivals/quix_hydrate.py"}
"""Other libraries' clients, on the broker that a benchmark starts for itself, never one that the environment names."""

Trees = Mapping[str, ast.Module]


@cache
def sources() -> Trees:
    files = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
    return {str(file.relative_to(ROOT)): ast.parse(file.read_text()) for file in files}


def name_of(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def made_in(tree: ast.Module) -> set[str]:
    """Classes of this file that are clients."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return {node.name for node in classes if CLIENTS & {name_of(base) for base in node.bases}}


def otherwise(trees: Trees) -> Iterator[str]:
    """Where a client is made that `connection` says nothing to."""
    ours = {(file.removesuffix(".py").replace("/", "."), name) for file, tree in trees.items() for name in made_in(tree)}
    for file, tree in trees.items():
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        imported = {(node.module, one.name) for node in imports for one in node.names}
        clients = CLIENTS | made_in(tree) | {name for _, name in ours & imported}
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=func, keywords=keywords) if name_of(func) in clients:
                    spread = [one.value for one in keywords if one.arg is None and isinstance(one.value, ast.Call)]
                    if "connection" not in {name_of(one.func) for one in spread}:
                        yield f"{file}:{node.lineno}"
                case ast.keyword(arg=str(arg)) if arg in TOLD and file != ONE_PLACE:
                    yield f"{file} {arg}"
                case ast.Constant(value="bootstrap.servers") | ast.keyword(arg="broker_address") if file not in BENCH:
                    yield file


def test_every_client_is_made_by_the_one_place() -> None:
    assert list(otherwise(sources())) == []


def test_fausts_own_producer_is_told_too() -> None:
    calls = [node for tree in sources().values() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    apps = [{one.arg for one in node.keywords} for node in calls if ast.unparse(node.func) == "faust.App"]

    assert len(apps) == 1
    assert "broker_credentials" in apps[0]


@pytest.mark.parametrize(
    "written",
    [
        "AIOKafkaConsumer(bootstrap_servers=servers)",
        "AIOKafkaProducer(**DURABLE)",
        "aiokafka.AIOKafkaAdminClient(client_id='x')",
        "Own(group_id='x')",
        "Consumer({'bootstrap.servers': servers})",
        "dict(sasl_plain_password='x')",
    ],
)
def test_one_that_is_made_otherwise_is_found(written: str) -> None:
    text = f"class Own(AIOKafkaConsumer): ...\nclient = {written}"

    assert list(otherwise({"sinks/new.py": ast.parse(text)}))

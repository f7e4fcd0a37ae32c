"""`.env.example` is the manual of every variable: it may neither miss one nor know one that nothing reads."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from deploy.compose.watching import ALONE
from deploy.doctor.look import DoctorSettings
from deploy.secrets import MAKERS
from deploy.stages import STAGES

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("schemas", "producers", "processors", "sinks", "dashboard", "deploy")
SOURCES = [file.read_text() for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+)(?::-(?P<default>[^${}]*)\}|:\?(?P<hint>[^}]*)\})?")
EXAMPLE = re.compile(r"^(?P<off>#?)(?P<name>[A-Z][A-Z0-9_]+)=(?P<value>.*)$")
READ = re.compile(r'envvar="([A-Z0-9_]+)"|environ(?:\.get\(|\[)"([A-Z0-9_]+)"')

compose_text = (ROOT / "docker-compose.yml").read_text()
example_lines = (ROOT / ".env.example").read_text().splitlines()
compose_file = yaml.safe_load(compose_text)


def examples(*, off: bool | None = None) -> dict[str, str]:
    found = [match for line in example_lines if (match := EXAMPLE.match(line))]
    return {match["name"]: match["value"] for match in found if off is None or bool(match["off"]) == off}


def settings_classes() -> Iterator[ast.ClassDef]:
    """Read, not imported: the dashboard's libraries alone take seconds."""
    classes = [node for source in SOURCES for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]
    known = {"BaseSettings"}
    while found := [node for node in classes if known & {base.id for base in node.bases if isinstance(base, ast.Name)}]:
        yield from found
        known |= {node.name for node in found}
        classes = [node for node in classes if node not in found]


def settings() -> dict[str, object]:
    """By variable: the default where it is a plain value, else None."""
    fields = [node for found in settings_classes() for node in found.body if isinstance(node, ast.AnnAssign)]
    return {field.target.id.upper(): default(field.value) for field in fields if isinstance(field.target, ast.Name)}


def default(value: ast.expr | None) -> object:
    if isinstance(value, ast.Call):
        value = next((keyword.value for keyword in value.keywords if keyword.arg == "default"), None)
    return value.value if isinstance(value, ast.Constant) else None


def read_directly() -> set[str]:
    return {name for source in SOURCES for match in READ.findall(source) for name in match if name}


def test_every_variable_is_in_the_example_and_nothing_else() -> None:
    of_compose = {match["name"] for match in VARIABLE.finditer(compose_text)}

    assert set(examples()) == of_compose | set(settings()) | read_directly()


def test_every_variable_is_explained_once() -> None:
    names = [match["name"] for line in example_lines if (match := EXAMPLE.match(line))]
    above = [example_lines[number - 1] for number, line in enumerate(example_lines) if EXAMPLE.match(line)]

    assert len(names) == len(set(names))
    assert [line for line in above if not line.startswith("# ") or line.startswith("# ---")] == []


def test_the_example_shows_the_defaults_of_compose() -> None:
    defaults = {match["name"]: match["default"] for match in VARIABLE.finditer(compose_text) if match["default"]}

    assert {name: examples()[name] for name in defaults} == defaults
    assert len(defaults) > 20


def test_the_example_shows_the_defaults_of_the_settings() -> None:
    shown = examples(off=False)
    defaults = {name: str(value) for name, value in settings().items() if value is not None and shown.get(name)}

    assert {name: shown[name] for name in defaults} == defaults
    assert "LOG_LEVEL" in defaults


def test_no_secret_has_a_default() -> None:
    required = {match["name"]: match["hint"] for match in VARIABLE.finditer(compose_text) if match["hint"]}
    secret = {name for name in examples() if re.search("PASSWORD|KEY|TOKEN", name)}

    # An installation from before there were backups must start without that key: `collector backup` asks for it
    assert {*required, "COLLECTOR_BACKUP_KEY"} == set(MAKERS), "what `collector env` writes"
    assert set(required.values()) == {"see .env.example"}
    assert {examples()[name] for name in secret} == {""}


def test_every_stage_is_a_service_and_the_test_knows_every_service() -> None:
    stages = {name for name, service in compose_file["services"].items() if service.get("command", [""])[0] == "run"}

    assert stages == set(STAGES)
    assert all(compose_file["services"][stage]["command"] == ["run", stage] for stage in STAGES)
    others = {"backup", "prometheus", "alertmanager", "grafana"}
    assert {*ALONE, *others} == set(compose_file["services"])
    assert all(compose_file["services"][name]["profiles"] for name in others), "not started unless they are asked for"


def test_the_service_of_backups_has_all_that_the_doctor_asks_for() -> None:
    """It alone has the key and the folder; an ERP's authority lies where the poller has it."""
    services = compose_file["services"]
    asked = {name.upper() for name, field in DoctorSettings.model_fields.items() if field.is_required()}
    shared = {volume for volume in services["erp-poller"]["volumes"] if ":/erp-files" in volume}

    assert {*asked, "COLLECTOR_BACKUP_KEY"} <= services["backup"]["environment"].keys()
    assert {*shared, "${BACKUP_FOLDER:-./backups}:/backup"} == set(services["backup"]["volumes"])
    for page in ("README", "deploy/runbook"):
        for text in ((ROOT / f"{page}{end}.md").read_text() for end in ("", ".pt-BR")):
            assert "docker compose run --rm --no-deps backup doctor --backups /backup" in " ".join(text.split())


@pytest.mark.parametrize("service", compose_file["services"])
def test_every_container_is_hardened(service: str) -> None:
    found = compose_file["services"][service]

    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert found["read_only"] is True
    assert found["init"] is True
    assert found["mem_limit"]
    assert found["logging"]["options"]
    assert ("healthcheck" in found) != (found["restart"] == "no")


def test_what_is_published_listens_on_this_machine_only() -> None:
    ports = {name: service["ports"] for name, service in compose_file["services"].items() if "ports" in service}

    assert ports == {
        "dashboard": ["${DASHBOARD_BIND:-127.0.0.1}:${DASHBOARD_PORT:-8501}:8501"],
        "mongo": ["127.0.0.1:${MONGO_PORT:-27018}:27017"],
        "prometheus": ["127.0.0.1:${PROMETHEUS_PORT:-9090}:9090"],
        "alertmanager": ["127.0.0.1:${ALERTMANAGER_PORT:-9093}:9093"],
        "grafana": ["127.0.0.1:${GRAFANA_PORT:-3000}:3000"],
        "ixc-simulator": ["127.0.0.1:${IXC_SIMULATOR_PORT:-8800}:8800"],
    }


def test_a_stage_that_ends_is_started_again_and_nothing_waits_for_one_that_is_only_unhealthy() -> None:
    """Nobody restarts an unhealthy container: a stage ends itself, and `restart` does the rest."""
    for stage in STAGES:
        found = compose_file["services"][stage]
        waits = {one["condition"] for one in found["depends_on"].values()}

        assert found["restart"] == "unless-stopped"
        assert found["environment"]["STALL_SECONDS"] == "${STALL_SECONDS:-120}"
        assert found["environment"]["KAFKA_BOOTSTRAP_SERVERS"], "its heartbeat goes there"
        assert waits <= {"service_completed_successfully", "service_healthy"}
        assert not found["depends_on"].keys() & set(STAGES)


def test_the_image_knows_its_version() -> None:
    assert "!pyproject.toml" in (ROOT / ".dockerignore").read_text().splitlines()


def test_a_time_zone_reaches_every_container_that_stays() -> None:
    for name in (*STAGES, "kafka", "mongo", "prometheus", "alertmanager", "grafana"):
        assert compose_file["services"][name]["environment"]["TZ"] == "${TZ:-UTC}", name

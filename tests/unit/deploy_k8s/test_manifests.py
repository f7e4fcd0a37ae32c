"""`deploy/k8s` as an operator applies it: valid, hardened, and each stage is told exactly what its settings need."""

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from deploy.doctor.look import DoctorSettings
from deploy.secrets import MAKERS
from deploy.stages import STAGES
from deploy.topics import TopicSettings
from schemas.runtime.settings import Base, read
from tests.certificates import Authority

FOLDER = Path(__file__).parents[3] / "deploy" / "k8s"
VERSIONS = ("1.31", kubernetes_validate.latest_version())
TOLD = "/run/collector"
FILES = {"kafka/password": "hunter2", "mongo/uri": "mongodb://collector:hunter2@mongo-svc/?tls=true"}

Manifest = dict[str, Any]
kustomization: Manifest = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())


def rendered() -> Iterator[Manifest]:
    """As `kubectl kustomize` gives it: what the kustomization names, in its namespace, with its image."""
    (image,) = kustomization["images"]
    for name in kustomization["resources"]:
        for found in yaml.safe_load_all((FOLDER / name).read_text()):
            found["metadata"]["namespace"] = kustomization["namespace"]
            for container in found.get("spec", {}).get("template", {}).get("spec", {}).get("containers", ()):
                assert container["image"] == image["name"]
                container["image"] = f"{image['newName']}:{image['newTag']}"
            yield found


MANIFESTS = list(rendered())
PODS = {one["metadata"]["name"]: one["spec"]["template"]["spec"] for one in MANIFESTS if "template" in one.get("spec", {})}
(CONFIG,) = (one["data"] for one in MANIFESTS if one["kind"] == "ConfigMap")


def settings_of(stage: str, monkeypatch: pytest.MonkeyPatch) -> type[Base]:
    """What its `main` reads."""
    module, main = STAGES[stage].split(":")
    found: list[type[Base]] = []
    monkeypatch.setattr(f"{module}.run", lambda _, settings, *__: found.append(settings))
    getattr(import_module(module), main)()
    return found[0]


def surroundings(name: str, folder: Path) -> dict[str, str]:
    """The environment of a pod's container, with its files in `folder` instead of where they are mounted."""
    (container,) = PODS[name]["containers"]
    env = {one["name"]: one.get("value", "a-pod") for one in container["env"]}
    (volume,) = (one["projected"] for one in PODS[name]["volumes"] if one["name"] == "told")
    for source in volume["sources"]:
        for item in source.get("secret", source.get("configMap"))["items"]:
            file = folder / item["path"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content(item["path"], folder))
    assert container["envFrom"] == [{"configMapRef": {"name": "collector"}}]
    return {**CONFIG, **{key: value.replace(TOLD, str(folder)) for key, value in env.items()}}


def content(path: str, folder: Path) -> str:
    if path.startswith("keys/"):
        return MAKERS[path.removeprefix("keys/")][1]()
    return FILES[path] if path in FILES else Authority(folder, "authority").file.read_text()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda one: f"{one['kind']} {one['metadata']['name']}")
def test_kubernetes_takes_it(manifest: Manifest, version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_every_file_is_named_and_every_stage_is_a_deployment() -> None:
    files = {file.name for file in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}

    assert files == set(kustomization["resources"])
    assert {one["metadata"]["name"] for one in MANIFESTS if one["kind"] == "Deployment"} == set(STAGES)
    assert all(PODS[stage]["containers"][0]["args"] == ["run", stage] for stage in STAGES)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_reads_its_settings_from_what_its_pod_is_told(
    stage: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And from nothing else; without any one of its own files it stops, and it holds no key that it does not need."""
    told = surroundings(stage, tmp_path)
    kind = settings_of(stage, monkeypatch)
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in told.items():
        monkeypatch.setenv(name, value)

    found = read(kind)

    assert (found.worker_name, found.metrics_port) == ("a-pod", 9100)
    assert found.model_dump()["kafka_password"].get_secret_value() == "hunter2"
    needed = {name for name in kind.model_fields if name.upper() in {*MAKERS, "MONGO_URI", "KAFKA_PASSWORD", "KAFKA_CA"}}
    assert {f"{name.upper()}_FILE" for name in needed} == {name for name in told if name.endswith("_FILE")}
    mounted = {str(file) for file in tmp_path.rglob("*") if file.parent != tmp_path and file.is_file()}
    assert {value for name, value in told.items() if name.endswith("_FILE")} | {str(tmp_path / "mongo/ca.crt")} >= mounted


def test_the_topics_are_made_by_a_job_with_copies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in surroundings("topics", tmp_path).items():
        monkeypatch.setenv(name, value)
    found = read(TopicSettings)

    assert (found.kafka_replication, found.kafka_min_insync) == (3, 2)
    assert PODS["topics"]["containers"][0]["args"] == ["topics"]


def test_the_doctor_has_what_it_asks_for_in_the_pod_that_the_page_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "exec deploy/erp-poller -- collector doctor" in (FOLDER / "README.md").read_text()
    for name, value in surroundings("erp-poller", tmp_path).items():
        monkeypatch.setenv(name, value)

    assert read(DoctorSettings).collector_backup_key is None


def test_nothing_is_told_that_nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {name.upper() for stage in STAGES for name in settings_of(stage, monkeypatch).model_fields}

    assert set(CONFIG) <= known | {name.upper() for name in TopicSettings.model_fields}
    assert not [name for name in CONFIG if name in MAKERS or "PASSWORD" in name]


@pytest.mark.parametrize("name", PODS)
def test_every_pod_is_hardened(name: str) -> None:
    pod = PODS[name]
    (container,) = pod["containers"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False, "the Service `dashboard` would set DASHBOARD_PORT=tcp://…"
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"]["memory"]


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_asked_whether_it_lives_and_is_ready(stage: str) -> None:
    (container,) = PODS[stage]["containers"]
    ports = {one["name"]: str(one["containerPort"]) for one in container["ports"]}

    assert container["livenessProbe"]["httpGet"] == {"path": "/live", "port": "metrics"}
    assert container["readinessProbe"]["httpGet"]["path"] == ("/healthz" if stage == "dashboard" else "/ready")
    assert ports["metrics"] == CONFIG["METRICS_PORT"]
    assert stage != "dashboard" or ports["page"] == CONFIG["DASHBOARD_PORT"]


def test_what_speaks_to_no_provider_reaches_nothing_else() -> None:
    (rule,) = (one for one in MANIFESTS if one["kind"] == "NetworkPolicy" and one["spec"]["policyTypes"] == ["Egress"])
    (names,) = (one["values"] for one in rule["spec"]["podSelector"]["matchExpressions"])

    # the dashboard may have a provider of identities
    assert set(names) == {*STAGES, "topics"} - {"erp-poller", "cdr-poller", "originate", "dashboard"}

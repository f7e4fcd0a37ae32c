"""Alerts, board and scrape agree with the metrics that there are, with the stages, and with the runbook."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.stages import STAGES
from schemas.runtime.metric_names import ABOUT, METRICS

ROOT = Path(__file__).resolve().parents[3]
SEEING = ROOT / "deploy" / "seeing"
METRIC = re.compile(r"\b(?:collector|process)_[a-z_]+\b|\bup\b")
OF_OTHERS = {"up", "process_resident_memory_bytes"}
"""Prometheus's own, and the client library's."""
LABEL = re.compile(r"\$labels\.(\w+)")
BY = re.compile(r"by \(([a-z, ]+)\)")
OF_TARGETS = {"stage", "instance", "job"}

rules: list[dict[str, Any]] = yaml.safe_load((SEEING / "alerts.yml").read_text())["groups"][0]["rules"]
cases: list[dict[str, Any]] = yaml.safe_load((SEEING / "alerts_test.yml").read_text())["tests"]
board: dict[str, Any] = json.loads((SEEING / "board.json").read_text())
prometheus: dict[str, Any] = yaml.safe_load((SEEING / "prometheus.yml").read_text())
compose: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def expressions() -> Iterator[tuple[str, str]]:
    yield from ((rule["alert"], rule["expr"]) for rule in rules)
    yield from ((panel["title"], target["expr"]) for panel in board["panels"] for target in panel["targets"])


def headings(level: str) -> list[str]:
    text = (ROOT / "deploy/runbook.md").read_text()
    part = text.partition("\n## Alerts\n")[2].partition("\n## ")[0]
    return re.findall(rf"^{level} (.+)$", part, re.MULTILINE)


def test_every_alert_says_what_it_is_and_leads_to_a_paragraph() -> None:
    """And no paragraph below "Alerts" is led to by none."""
    assert {rule["annotations"]["runbook"] for rule in rules} == set(headings("###"))
    assert all(set(rule["annotations"]) == {"summary", "runbook"} for rule in rules)
    assert {rule["labels"]["severity"] for rule in rules} == {"page", "ticket"}
    assert len({rule["alert"] for rule in rules}) == len(rules)


def test_every_alert_is_tried_where_it_fires_and_where_it_does_not() -> None:
    tried = [one for case in cases for one in case["alert_rule_test"]]
    names = {rule["alert"] for rule in rules}
    assert {one["alertname"] for one in tried if one["exp_alerts"]} == names
    assert {one["alertname"] for one in tried if not one["exp_alerts"]} == names


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_what_an_expression_names_is_declared(where: str, expression: str) -> None:
    """Prometheus takes a metric or a label that is never told for one that is not there just now, and says nothing."""
    named = set(METRIC.findall(expression))
    known = named - OF_OTHERS
    assert named, where
    assert known <= set(METRICS)
    labels = {label for name in known for label in ABOUT[name].labels} | OF_TARGETS  # type: ignore[index]
    used = {label for found in BY.findall(expression) for label in found.split(", ")}
    assert used <= labels


@pytest.mark.parametrize("rule", rules, ids=lambda rule: rule["alert"])
def test_a_summary_names_only_labels_that_its_expression_leaves(rule: dict[str, Any]) -> None:
    left = {label for found in BY.findall(rule["expr"]) for label in found.split(", ")} or {*OF_TARGETS, "loop"}
    assert set(LABEL.findall(rule["annotations"]["summary"])) <= left


def test_every_panel_has_a_unit_and_a_place_of_its_own() -> None:
    panels = board["panels"]
    assert all(panel["fieldConfig"]["defaults"]["unit"] and panel["title"] for panel in panels)
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for grid in (panel["gridPos"] for panel in panels)
        for x in range(grid["x"], grid["x"] + grid["w"])
        for y in range(grid["y"], grid["y"] + grid["h"])
    ]
    assert len(cells) == len(set(cells)) == 24 * (1 + max(y for _, y in cells))
    assert {panel["datasource"]["uid"] for panel in panels} == {"prometheus"}


def test_every_stage_is_scraped_where_compose_lets_it_answer() -> None:
    (job,) = prometheus["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    assert set(found["names"]) == set(STAGES)
    assert job["honor_labels"], "else a provider's name becomes exported_instance"
    for stage in STAGES:
        environment = compose["services"][stage]["environment"]
        assert environment["METRICS_PORT"] == found["port"]
        assert environment["METRICS_ADDRESS"] != "127.0.0.1"


def test_whose_process_is_gone_is_asked_of_every_stage() -> None:
    (gone,) = (rule for rule in rules if rule["alert"] == "ProcessGone")
    assert re.findall(r'absent\(collector_process\{stage="([a-z-]+)"\}\)', gone["expr"]) == list(STAGES)


@pytest.mark.parametrize("service", ["prometheus", "alertmanager", "grafana"])
def test_what_sees_is_pinned_and_finds_its_files(service: str) -> None:
    found = compose["services"][service]
    assert re.fullmatch(r"[a-z]+/[a-z]+:v?\d+\.\d+\.\d+", found["image"])
    mounted = [volume.split(":")[0] for volume in found["volumes"] if volume.startswith(".")]
    assert mounted
    assert all((ROOT / path).exists() for path in mounted)
    assert all(volume.endswith(":ro") for volume in found["volumes"] if volume.startswith("."))


def test_the_board_is_where_grafana_looks() -> None:
    (provider,) = yaml.safe_load((SEEING / "grafana" / "dashboards" / "collector.yml").read_text())["providers"]
    target = compose["services"]["grafana"]["volumes"][1].split(":")[1]
    assert target == f"{provider['options']['path']}/board.json"
    assert compose["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"] == target

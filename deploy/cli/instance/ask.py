"""`collector instance test`"""

import asyncio
import logging

import stamina
import structlog
import typer

from deploy import instances
from deploy.cli.instance.options import Known
from deploy.cli.tables import Output, deliver, messages
from deploy.home import prepare_environment
from deploy.instances import TestSettings
from deploy.probing import advice, findings
from schemas.erp import ERPS
from schemas.runtime.settings import read

EXAMPLE = "Example: collector instance test norte"


def ask(name: Known, output: Output = None) -> None:
    """Ask each resource of a provider's ERP once: reachable, authorised, rows, first problem; the exit code is 1 if any."""
    prepare_environment()
    _be_quiet()
    settings = read(TestSettings)
    instance = asyncio.run(instances.find(settings, name))
    messages.print(f"{name}: {ERPS[instance.erp.kind].label}, {instances.where(instance)}")
    found = asyncio.run(findings(instance, settings))
    deliver(f"Instance {name}", found, output, empty="its ERP declares no resource")
    for line in advice(instance, found):
        messages.print(line)
    if any(one["first_problem"] for one in found):
        raise typer.Exit(1)


def _be_quiet() -> None:
    """Everything is asked once, and what is found is told in the table: no library's line stands between."""
    stamina.set_active(False)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))

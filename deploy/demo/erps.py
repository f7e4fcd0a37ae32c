"""The ERPs that can be simulated: each its process and the connection that reads it."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import HttpUrl, SecretStr

from deploy.demo.options import Options
from deploy.simulators.altarede.server import APP_KEY, APP_KEY_IN, TOKEN, TOKEN_IN
from deploy.simulators.habits import of_erp
from deploy.simulators.ixc.server import TOKEN as IXC_TOKEN
from deploy.simulators.ixc.server import USER as IXC_USER
from deploy.simulators.ixc.server import ZONE
from deploy.simulators.rbx.server import KEY, KEY_V2
from schemas.erp.altarede_options import EXAMPLE, AltaredeExport, AltaredeWebhooks, Resource
from schemas.erp.connections import Connection
from schemas.erp.ixc import Ixc
from schemas.erp.rbx import Rbx
from schemas.rows import Kind
from schemas.runtime.secrets import seal

__all__ = ["ERPS", "EVERY", "EXPORT", "IXC", "RBX", "WEBHOOKS", "ZONE", "Simulated"]

EVERY: Mapping[Kind, float] = {"client": 10, "contract": 5, "bill": 5, "reference": 10}
GAP_S = 0.01
FEWEST_SECONDS, CLIENTS_A_SECOND = 3, 500


@dataclass(frozen=True, slots=True)
class Simulated:
    """One ERP. `connect(port, key, folder)`: `key` seals its secrets, `folder` is where it exports to."""

    erp: str
    instance: str
    title: str
    module: str
    connect: Callable[[int, SecretStr, str], Connection]
    arguments: tuple[str, ...] = ()

    def command(self, options: Options, port: int, folder: str) -> list[str]:
        """The simulator as a process of its own."""
        sizes = ["--clients", str(options.clients), "--open-bills", str(options.open_bills), "--seed", str(options.seed)]
        server = [sys.executable, "-m", f"deploy.simulators.{self.module}.server", "--port", str(port)]
        seconds = max(FEWEST_SECONDS, options.clients // CLIENTS_A_SECOND)  # nobody exports a large provider every second
        further = [part.replace("{folder}", folder).replace("{seconds}", str(seconds)) for part in self.arguments]
        habits = of_erp(self.erp, options.habits)
        further += ["--habits", ",".join(habits)] if habits else []
        return [*server, *sizes, "--changes", str(options.changes), "--zone", ZONE, *further]


def _url(port: int, path: str) -> HttpUrl:
    return HttpUrl(f"http://127.0.0.1:{port}/{path}/")


def _ixc(port: int, key: SecretStr, _: str) -> Connection:
    token = seal(f"{IXC_USER}:{IXC_TOKEN}", key)
    return Ixc(url=_url(port, "webservice/v1"), token=token, gap=GAP_S, every=dict(EVERY))


def _rbx(port: int, key: SecretStr, _: str) -> Connection:
    url = _url(port, "routerbox")
    return Rbx(url=url, token=seal(KEY, key), token_v2=seal(KEY_V2, key), gap=GAP_S, every=dict(EVERY))


def _export(_: int, __: SecretStr, folder: str) -> Connection:
    return AltaredeExport(folder=folder, look=1, quiet=1, every=dict(EVERY))


def _webhooks(port: int, key: SecretStr, _: str) -> Connection:
    pages = {"pagina": "{page}", "por_pagina": "{page_size}"}
    resources = {
        **EXAMPLE,
        "client": Resource(method="GET", path="listar-clientes", each="page", query=pages),
        "contract": EXAMPLE["contract"].model_copy(update={"fields": {}}),  # the simulator shows a contract's code too
    }
    return AltaredeWebhooks(
        url=_url(port, "webhook"),
        token=seal(TOKEN, key),
        app_key=seal(APP_KEY, key),
        token_in=TOKEN_IN,
        app_key_in=APP_KEY_IN,
        resources=resources,
        gap=0,
        every=dict(EVERY),
    )


EXPORTS = ("--folder", "{folder}", "--every", "{seconds}")
IXC = Simulated("ixc", "demo", "Provedor de demonstração", "ixc", _ixc, ("--home", "SE"))
"""At home where no law closes any hour: so a demonstration calls at night too, but its clients in Alagoas."""
RBX = Simulated("rbx", "demo-rbx", "Provedor RBX", "rbx", _rbx)
EXPORT = Simulated("altarede-export", "demo-export", "Provedor Altarede (exportações)", "altarede", _export, EXPORTS)
WEBHOOKS = Simulated("altarede-webhooks", "demo-webhooks", "Provedor Altarede (webhooks)", "altarede", _webhooks)
ERPS = {simulated.erp: simulated for simulated in (IXC, RBX, EXPORT, WEBHOOKS)}

"""The clients of all PABXs, one for each way in which one is reached; made when needed, kept while nothing changes."""

import structlog
from pydantic import SecretStr

from schemas.errors import StopWorker
from schemas.instances import Instance
from schemas.pabx import Ari, Control
from sinks.originate.manager import AmiPbx
from sinks.originate.pbx import AriPbx, Pbx

log = structlog.get_logger()


class Phones:
    """`key`: opens the PABXs' passwords."""

    def __init__(self, key: SecretStr) -> None:
        self._key = key
        self._made: dict[str, tuple[Control, Pbx | None]] = {}
        self._old: list[Pbx] = []

    def of(self, instance: Instance | None, address: str) -> Pbx | None:
        """An instance's way to the PABX at `address`; None where it has another one, or no key opens its password."""
        if instance is None or instance.pabx is None or instance.pabx.address != address:
            return None
        control = instance.pabx.control
        known = self._made.get(instance.name)
        if known is None or known[0] != control:
            if known and known[1]:
                self._old.append(known[1])
            known = self._made[instance.name] = control, self._open(instance.name, control)
        return known[1]

    def _open(self, name: str, control: Control) -> Pbx | None:
        try:
            return AriPbx(control, self._key) if isinstance(control, Ari) else AmiPbx(control, self._key)
        except StopWorker:
            log.error("pabx_password_not_opened", instance=name, mend="give it again: `collector instance set`")  # noqa: TRY400 - no trace is needed
            return None

    async def close(self) -> None:
        """Give all connections back."""
        for pbx in (*self._old, *(pbx for _, pbx in self._made.values() if pbx)):
            await pbx.close()

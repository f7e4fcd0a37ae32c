"""What every ERP's connection has in common, as it is kept in an instance. Each ERP adds its own in its own file."""

from typing import Annotated, ClassVar

from pydantic import Field, HttpUrl

from schemas.model import Model
from schemas.rows import Kind

Seconds = Annotated[float, Field(gt=0, le=86_400)]


class Reading(Model):
    """How often the ERP is read. `every`: seconds between two whole sweeps of a kind.

    `secret_fields`: the fields that hold Fernet ciphertext, never the secrets themselves.
    """

    secret_fields: ClassVar[tuple[str, ...]] = ()

    every: dict[Kind, Seconds] = {"client": 3_600, "contract": 300, "bill": 180, "reference": 86_400}


class Web(Reading):
    """How to reach and how gently to ask an ERP over HTTP. `token` is Fernet ciphertext.

    `gap`: least seconds between two requests, of which only one is under way. `page_size`: rows in one answer.
    `timeout`: seconds for each piece of an answer; a whole one may take three times as long. `insecure`: `http://` is
    accepted although the way goes over a public network.
    """

    secret_fields: ClassVar[tuple[str, ...]] = ("token",)

    url: HttpUrl
    token: str
    page_size: int = Field(default=600, ge=1, le=5_000)
    gap: float = Field(default=0.15, ge=0, le=60)
    timeout: Seconds = 60
    ca_file: str = ""
    insecure: bool = False

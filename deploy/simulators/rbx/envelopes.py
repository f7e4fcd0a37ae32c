"""RBX's answers and questions, both versions: bytes in, bytes out."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson

NO_RESULT: Final = 1
REQUIRED: Final = 3
BAD_KEY: Final = 97
SQL_ERROR: Final = 165
NOT_UNDERSTOOD: Final = 99
"""The vendor documents no number for a service that does not exist; this one is ours."""


class UnreadableError(Exception):
    """The body asks for nothing that RBX knows; the message says why."""


class Question(NamedTuple):
    """`service`: the root key of the body; `asked`: what stands below it."""

    service: str
    asked: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The integration key of version 1."""
        sent = self.asked.get("Autenticacao")
        return str(sent.get("ChaveIntegracao", "")) if isinstance(sent, dict) else ""

    @property
    def reads(self) -> bool:
        """Whether the service's name says that it only reads."""
        return self.service.startswith(("Consulta", "get_"))


def question(body: bytes) -> Question:
    """What is asked. Raises UnreadableError."""
    try:
        root = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise UnreadableError("the body is not JSON") from exc
    if not isinstance(root, dict) or len(root) != 1:
        raise UnreadableError("the body is no object with one service")
    [(service, asked)] = root.items()
    if not isinstance(asked, dict):
        raise UnreadableError("below the service stands no object")
    return Question(service, asked)


def found(rows: list[bytes]) -> bytes:
    """Version 1; no row at all is reported as if it were an error."""
    if not rows:
        return refused(NO_RESULT, "A consulta nao retornou resultados")
    head = b'{"status":1,"erro_code":"","erro_desc":"","erro_inf":"","erro_detail":"","result":['
    return head + b",".join(rows) + b"]}"


def refused(code: int, description: str, detail: str = "") -> bytes:
    """Version 1."""
    said = {"erro_inf": "", "erro_desc": description, "erro_detail": detail}
    return orjson.dumps({"status": 0, "erro_code": code, **said, "result": ""})


def found_v2(rows: list[Mapping[str, Any]]) -> bytes:
    """Version 2; how it reports that there is none is not documented: here as version 1 does."""
    if not rows:
        return refused_v2(NO_RESULT, "A consulta nao retornou resultados")
    return orjson.dumps({"status": 1, "error_code": 0, "error_description": "", "result": rows})


def refused_v2(code: int, description: str, detail: str = "") -> bytes:
    """Version 2, which has one text for both."""
    return orjson.dumps({"status": 0, "error_code": code, "error_description": detail or description, "result": ""})

"""Altarede's two connections: a folder of exports, or an ISP's own webhooks, whose every name is configuration."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from schemas.erp.options import Reading, Seconds, Web
from schemas.model import Model
from schemas.rows import Kind

Placement = Annotated[str, Field(pattern=r"^(header|query|body):[A-Za-z0-9_.-]+$")]
Use = Literal["client", "contract", "bill", "paid", "reference"]
Each = Literal["once", "page", "document"]
Blank = Literal["empty", "null", "{}", "[{}]"]
"""Answers that hold nothing, not even an empty list: a workflow without a result says so, and so does one that broke."""
DAY_S = 86_400.0
PLACE = re.compile(r"\{(\w+)\}")
"""Where a word is filled in."""
WORDS: Mapping[Each, frozenset[str]] = {
    "once": frozenset(),
    "page": frozenset({"page", "page_size"}),
    "document": frozenset({"document", "document_written"}),
}


class AltaredeExport(Reading):
    """`folder`: where the operator's exports arrive; looked at every `look` seconds.

    A file is complete when it has not changed for `quiet` seconds and ends as its form ends. `every` says how old the
    newest export may be before the dashboard calls it late.
    """

    kind: Literal["altarede-export"] = "altarede-export"
    folder: str = Field(min_length=1)
    look: Seconds = 5
    quiet: Seconds = 3
    every: dict[Kind, Seconds] = {"client": DAY_S, "contract": DAY_S, "bill": DAY_S, "reference": DAY_S}


class Resource(Model):
    """One webhook. `each`: asked once, once a page (from 1, until one is empty), or once for each document of a client.

    In `path`, `query` and `body` are filled in `{page}` and `{page_size}`, or `{document}` (letters and digits alone) and
    `{document_written}` (as the client's row has it). `unwrap`: the names to go down through to reach the rows, where the
    answer is not yet their array. `fields`: our column (that of the export) to the name in the answer, ""
    where it has none; others keep theirs. `none`: which blank answers mean "no rows" there; an empty list always does.
    """

    path: str = Field(min_length=1)
    method: Literal["GET", "POST"] = "POST"
    each: Each = "document"
    query: dict[str, str] = {}
    body: dict[str, str] = {}
    unwrap: tuple[str, ...] = ()
    fields: dict[str, str] = {}
    none: tuple[Blank, ...] = ()

    @model_validator(mode="after")
    def _asks_for_each(self) -> Self:
        """Else the same would be asked again and again, or a word that nobody fills in would be sent."""
        texts = (self.path, *self.query.values(), *self.body.values())
        used = {word for text in texts for word in PLACE.findall(text)}
        if unknown := used - WORDS[self.each]:
            raise ValueError(f"{{{min(unknown)}}} is not filled in where each is {self.each}")
        if self.each != "once" and not used - {"page_size"}:
            raise ValueError(f"each is {self.each}, but nothing asks for {{{self.each}}}")
        return self


OF_A_PERSON = {"documento": "{document}"}
EXAMPLE: dict[Use, Resource] = {
    "bill": Resource(path="consulta_boleto", body=OF_A_PERSON, fields={"VALOR": "VALOR_TOTAL"}),
    "paid": Resource(path="consulta-boletos-pagos", body=OF_A_PERSON, fields={"VALOR": "VALOR_TOTAL"}),
    "contract": Resource(path="check_pppoe_status", body=OF_A_PERSON, fields={"CODIGO": "LOGIN"}),
    "reference": Resource(method="GET", path="listar-planos-altarede", each="once", unwrap=("planos",)),
}
"""The shapes that one ISP was seen to use (`ALTAREDE.md`, "Webhooks"): what an instance has that says nothing else."""


NONE_TEXT = (
    *("nenhum", "não há", "não existe", "não possui", "não encontrado", "não foi encontrad", "não foram encontrad"),
    *("sem boleto", "sem título", "sem débito", "sem fatura", "sem contrato", "sem registro", "sem resultado"),
)


class AltaredeWebhooks(Web):
    """`token` and `app_key`, sealed, are put where `token_in` and `app_key_in` say: a header, the query or the body.

    Clients, whose documents the webhooks want, come from `resources["client"]` or from the export `Clientes` in `folder`.
    `none_text`: how a text begins, accents and capitals aside, that means "no rows"; any other is a failure. Behind one that
    does not say what there is none of ("nenhum", "não há") the text must name it ("boleto", "cliente"), and behind any of
    them no failure ("servidor", "acesso"; `ALTAREDE.md`, "Webhooks"); one that is the whole text is believed.
    `every`: a sweep of what is asked for each document takes at least `gap` seconds for each.
    """

    secret_fields: ClassVar[tuple[str, ...]] = ("token", "app_key")

    kind: Literal["altarede-webhooks"] = "altarede-webhooks"
    app_key: str = ""
    token_in: Placement = "header:token"  # noqa: S105 - the name of a header
    app_key_in: Placement = "header:appkey"
    folder: str = ""
    resources: dict[Use, Resource] = EXAMPLE
    none_text: tuple[str, ...] = NONE_TEXT
    every: dict[Kind, Seconds] = {"client": 3_600, "contract": 14_400, "bill": 14_400, "reference": DAY_S}

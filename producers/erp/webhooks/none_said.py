"""Whether a text of a workflow means "no rows": it must say of what there is none, and name no failure. Pure."""

import re
from collections.abc import Iterable

from producers.erp.exports.names import folded

BARE = frozenset(
    {
        *(
            "nao",
            "sem",
            "nenhum",
            "nenhuma",
            "nao ha",
            "nao existe",
            "nao existem",
            "nao possui",
            "nao tem",
            "nao encontrado",
        ),
        *("nao foi encontrad", "nao foram encontrad"),
    }
)
"""Beginnings that do not tell of what there is none: of an answer, of a connection, or of bills."""
WHOSE = (
    r"\w*(?:\(\w{1,2}\))?\s+(?:(?:nenhum|nenhuma|mais|qualquer|quaisquer|outr[oa]s?|nov[oa]s?|es[st][ea]s?|[oa]s?|uma?)\s+)*"
)
"""What may stand between such a beginning and what there is none of: "nenhum(a)", "não há mais nenhum"."""
UNTOLD = r"(?!\w*\s+(?:(?:foi|foram)\s+)?(?:informad|enviad|fornecid|recebid|selecionad|especificad|preenchid|digitad))"
"""A workflow that was not told for whom has not looked."""
NAMED = re.compile(
    rf"{WHOSE}(?:boleto|fatura|titulo|debito|divida|atraso|pendencia|inadimplencia|registro|resultado|cliente|assinante"
    r"|titular|cadastro|contrato|plano|parcela|prestac|cobranca|mensalidade|carne|lancamento|movimentac|vencimento|saldo"
    rf"|(?:segunda|2a?) via|pagamento|assinatura|contas?\b|dados?\b){UNTOLD}"
)
"""What a webhook tells of, behind such a beginning."""
UNSURE = re.compile(
    rf"{WHOSE}(?:usuario|login|documento|cpf\b|cnpj\b|pessoa|valor|ite(?:m|ns)\b|informac|linhas?\b|ocorrencia){UNTOLD}"
)
"""What errors tell of, too ("Nenhum usuário autenticado"): believed where it was not found, or is not owed."""
FOUND = re.compile(r"\b(?:encontrad|localizad|cadastrad|em aberto|em atraso|pendente|vencid|devid)")
CLAUSE = re.compile(r"[:;,(]|\.(?:\s|$)")
FAILED = re.compile(
    r"cone[xc]|connect|\bservidor|\bserver|respost|\bresponse|\berro|falh|\bfail|\btabela|\btable|\bacess(?!e\b)|\baccess|licen"
    r"|workflow|webhook|(?:^|[:;,.(-]\s*|\b[oa] )(?:banco|base) de dados|database|\bsql\b|\bapi\b"
    r"|time-?\s?out|tempo (?:limite|esgotado|excedido)"
    r"|autoriz|permiss|negad|denied|\btoken|credenc|\bsenha|invalid|indispon|unavailable|(?:nao foi |im)possivel"
    r"|tente (?:de novo|novamente|mais)|exception|excec|refused|recusad|fora do ar|offline|manutenc"
)
"""Words of a failure, also of one that begins like an answer: "Nenhum registro de licença".

"Na base de dados" is where was looked, "o banco de dados" is what failed; "acesse" is where the client may look.
"""
AROUND = " \t\r\n.!"
"""Of a phrase that is the whole text."""


def says_none(said: str, none_text: Iterable[str]) -> bool:
    """Whether it is, accents and capitals aside, one of `none_text`, or begins as one and names no failure behind that.

    What a phrase itself names is its writer's to know: one that is the whole text is always believed.
    """
    text = folded(said.strip())
    phrases = [phrase for phrase in map(folded, none_text) if phrase]
    if text.strip(AROUND) in {phrase.strip(AROUND) for phrase in phrases} - {""}:
        return True
    return any(
        (phrase.strip() not in BARE or _is_named(phrase, text)) and not names_failure(text[len(phrase) :])
        for phrase in phrases
        if text.startswith(phrase)
    )


def names_failure(said: str) -> bool:
    """Whether a word of it does."""
    return FAILED.search(folded(said)) is not None


def _is_named(phrase: str, text: str) -> bool:
    behind = text[len(phrase) :]
    if NAMED.match(behind):
        return True
    return UNSURE.match(behind) is not None and FOUND.search(CLAUSE.split(text, maxsplit=1)[0]) is not None

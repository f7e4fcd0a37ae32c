"""What nobody has mapped yet, for whoever configures an instance: pipelines that count it, and suggestions.

The pipelines run over the view `debtors`; each row has `_id` and `clients`, the number of them that it concerns.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from schemas.figures.scope import Pipeline
from schemas.reverse_map import ReverseMap, Subject
from schemas.spelling import fold, written_out

LIKENESS = 85
"""Least likeness of a suggestion, 0 to 100: below it "Boa Vista" would be taken for "Bela Vista"."""
CLIENT_TYPES: Mapping[str, str] = {"tipo_cliente": "tipo_cliente", "ConsultaGruposCliente": "Nome"}
"""Reference table to the column that names a client type; `client_type` holds its id. Without a table it is the name."""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A value without a canonical name. `variants`: as the ERP writes it, most clients first.

    `suggestion` is the canonical name, or the value of more clients, that looks most like it; `likeness` from 85 to 100.
    """

    shown: str
    variants: tuple[str, ...]
    clients: int
    suggestion: str = ""
    likeness: int = 0


def report(counts: Mapping[str, int], reverse: ReverseMap) -> list[Unmapped]:
    """What `reverse` does not name of the raw values in `counts` (with their clients), most clients first; no blanks."""
    spellings: dict[str, list[str]] = defaultdict(list)
    for raw in sorted(counts, key=lambda raw: (-counts[raw], raw)):
        if not reverse.known(raw):
            spellings[fold(raw)].append(raw)
    found = [Unmapped(reverse.shown(raws[0]), tuple(raws), sum(counts[raw] for raw in raws)) for raws in spellings.values()]
    found.sort(key=lambda one: (-one.clients, one.shown))
    known = _Names()
    for canonical, others in reverse.variants.items():
        for name in (canonical, *others):
            known.add(name, canonical)
    return [known.compared(one) for one in found]


class _Names:
    """Names to compare with, by the numbers in them: "Etapa I" never means "Etapa II"."""

    def __init__(self) -> None:
        self._by_numbers: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)

    def add(self, name: str, stands_for: str) -> None:
        words, numbers = written_out(name)
        if words:
            self._by_numbers[numbers].setdefault(words, stands_for)

    def compared(self, one: Unmapped) -> Unmapped:
        """With the best suggestion of those before it, of which it then is one."""
        words, numbers = written_out(one.shown)
        best = process.extractOne(words, self._by_numbers[numbers].keys(), scorer=fuzz.ratio, score_cutoff=LIKENESS)
        self.add(one.shown, one.shown)
        if best is None:
            return one
        suggestion = self._by_numbers[numbers][best[0]]
        return Unmapped(one.shown, one.variants, one.clients, suggestion, round(best[1]))


def values_pipeline(subject: Subject, instance: str) -> Pipeline:
    """Raw values of one instance: bairros, or the names of client types."""
    return _bairros(instance) if subject == "bairro" else _client_types(instance)


def _bairros(instance: str) -> Pipeline:
    return [
        {"$match": {"instance": instance}},
        {"$match": {"client.bairro": {"$type": "string"}}},
        {"$group": {"_id": "$client.bairro", "clients": {"$sum": 1}}},
    ]


def _client_types(instance: str) -> Pipeline:
    keys = [{"$concat": [f"{instance}:{table}:", "$_id"]} for table in CLIENT_TYPES]
    names = [{"$first": f"$found.row.{column}"} for column in CLIENT_TYPES.values()]
    return [
        {"$match": {"instance": instance}},
        {"$match": {"client.client_type": {"$type": "string"}}},
        {"$group": {"_id": "$client.client_type", "clients": {"$sum": 1}}},
        {"$set": {"keys": keys}},
        {"$lookup": {"from": "references", "localField": "keys", "foreignField": "_id", "as": "found"}},
        {"$group": {"_id": {"$ifNull": [*names, "$_id"]}, "clients": {"$sum": "$clients"}}},
    ]


def codes_pipeline(instance: str) -> Pipeline:
    """Codes that became `unknown`, and flags that are neither yes nor no.

    `_id` has `word` (such as contract.access) and `raw`, the ERP's own code; no blanks.

    `rows`: the clients, contracts or bills in that state.
    """

    def flags(kind: str, row: str) -> dict[str, object]:
        pairs = {"$objectToArray": {"$ifNull": [f"{row}.unmapped", {}]}}
        flag = {"word": {"$concat": [f"{kind}.", "$$flag.k"]}, "raw": "$$flag.v"}
        return {"$map": {"input": pairs, "as": "flag", "in": flag}}

    def of_all(kind: str) -> dict[str, object]:
        each = {"$map": {"input": f"${kind}s", "as": "row", "in": flags(kind, "$$row")}}
        return {"$reduce": {"input": each, "initialValue": [], "in": {"$concatArrays": ["$$value", "$$this"]}}}

    def unknown(rows: str, word: str) -> dict[str, object]:
        field = word.split(".")[1]
        these = {"$filter": {"input": f"${rows}", "as": "row", "cond": {"$eq": [f"$$row.{field}", "unknown"]}}}
        raw = {"$ifNull": [f"$$row.{field}_raw", ""]}
        return {"$map": {"input": these, "as": "row", "in": {"word": word, "raw": raw}}}

    contract = [unknown("contracts", f"contract.{field}") for field in ("access", "status", "speed")]
    odd = [flags("client", "$client"), of_all("contract"), of_all("bill")]
    return [
        {"$match": {"instance": instance}},
        {"$project": {"found": {"$concatArrays": [*contract, unknown("bills", "bill.status"), *odd]}}},
        {"$unwind": "$found"},
        {"$match": {"found.raw": {"$regex": r"\S"}}},
        {"$group": {"_id": {"client": "$_id", "found": "$found"}, "rows": {"$sum": 1}}},
        {"$group": {"_id": "$_id.found", "clients": {"$sum": 1}, "rows": {"$sum": "$rows"}}},
    ]


def phone_problems_pipeline(instance: str) -> Pipeline:
    """Why telephones cannot be called: `_id` is a `PhoneProblem`."""
    return [
        {"$match": {"instance": instance}},
        {"$unwind": "$client.phone_problems"},
        {"$group": {"_id": "$client.phone_problems", "clients": {"$sum": 1}}},
    ]


def document_problems_pipeline(instance: str) -> Pipeline:
    """Why CPF or CNPJ are none: `_id` is a `DocumentProblem`."""
    return [
        {"$match": {"instance": instance}},
        {"$match": {"client.document_problem": {"$nin": ["", None]}}},
        {"$group": {"_id": "$client.document_problem", "clients": {"$sum": 1}}},
    ]

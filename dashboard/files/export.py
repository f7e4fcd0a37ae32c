"""What the first pages show, as CSV (pure). How one is written: `dashboard.files.sheets`."""

from collections.abc import Iterable, Iterator, Sequence

from dashboard.facts.findings import Findings
from dashboard.facts.snapshot import Debtor
from dashboard.files.sheets import Head, Sheet, amount, as_csv
from dashboard.words.labels import CODES, DOCUMENTS, N_, PARTS, PHONES, SUBJECTS
from dashboard.words.language import Language
from schemas.figures.debts import Debt
from schemas.reverse_map import Subject

BETWEEN = " | "

Cells = Sequence[str | int]

QUEUE = (
    N_("Position"),
    N_("Provider"),
    N_("Code"),
    N_("Client"),
    N_("Phone"),
    N_("Status in the ERP"),
    N_("DC"),
    N_("Overdue since"),
    N_("Days late"),
    N_("Amount due"),
    N_("Score"),
)
SHARES = (N_("Debtors"), N_("Overdue bills"), N_("Overdue amount (R$)"))
FINDINGS = (
    N_("Provider"),
    N_("ERP"),
    N_("What"),
    N_("Shown as"),
    N_("As the ERP writes it"),
    N_("Clients"),
    N_("Looks like"),
    N_("Likeness (%)"),
)


def _file(header: Iterable[str], lines: Iterable[Cells], say: Language) -> str:
    return as_csv(Sheet([Head(title) for title in header], lines), say).decode()


def table(queue: Iterable[Debtor], say: Language) -> str:
    """A line for each debtor in the queue's order, positions from 1; one column for each part of the score."""

    def line(position: int, debtor: Debtor) -> Cells:
        points = dict(debtor.parts)
        trusted = say("yes") if debtor.trust_unlock else ""
        who = (position, debtor.title, debtor.code, debtor.name, debtor.phone, debtor.situation, trusted)
        what = (say.day(debtor.due_on), debtor.days_late, amount(debtor.cents), debtor.score)
        return (*who, *what, *(points.get(part, 0) for part in PARTS))

    parts = (say("Points: %(part)s", part=say(label)) for label in PARTS.values())
    header = (*(say(column) for column in QUEUE), *parts)
    return _file(header, (line(position, debtor) for position, debtor in enumerate(queue, start=1)), say)


def debts(subject: Subject, found: Iterable[Debt], say: Language) -> str:
    """A line for each name in the order of `found`."""
    lines = ((one.name, one.share.debtors, one.share.bills, amount(one.share.cents)) for one in found)
    return _file((say(column) for column in (SUBJECTS[subject], *SHARES)), lines, say)


def findings(found: Iterable[Findings], say: Language) -> str:
    """A line for each thing that was found, instance after instance."""
    lines = ((one.title, one.erp, *line) for one in found for line in _of(one, say))
    return _file((say(column) for column in FINDINGS), lines, say)


def _of(one: Findings, say: Language) -> Iterator[Cells]:
    for subject, values in one.values.items():
        for value in values:
            raws = BETWEEN.join(value.variants)
            yield say(SUBJECTS[subject]), value.shown, raws, value.clients, value.suggestion, value.likeness or ""
    for code in one.codes:
        yield say("Unknown code"), say(CODES[code.word]), code.raw, code.clients, "", ""
    for phone in one.phones:
        yield say("Phone"), say(PHONES[phone.name]), "", phone.clients, "", ""
    for document in one.documents:
        yield say("CPF and CNPJ"), say(DOCUMENTS[document.name]), "", document.clients, "", ""
    if one.lost.clients:
        bills = f"{say('Bills')}: {one.lost.bills} ({amount(one.lost.cents)})"
        contracts = f"{say('Contracts')}: {one.lost.contracts}"
        yield say("Gone from the ERP unexplained"), f"{bills}{BETWEEN}{contracts}", "", one.lost.clients, "", ""

"""`collector erase`"""

import asyncio
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from deploy.cli.instance.remove import progress
from deploy.cli.tables import messages, show
from deploy.erasing.finding import EraseSettings, Found, Person, find, person
from deploy.erasing.run import erase as take_out
from deploy.erasing.run import lift as let_in
from deploy.erasing.staying import stays
from deploy.erasing.verify import verify as look
from deploy.home import prepare_environment
from schemas.errors import StopWorker
from schemas.runtime.settings import read
from schemas.topics import ROW_TOPICS

EXAMPLE = "Example: collector erase; then, any day: collector erase --verify"
STILL_THERE = 1

Verify = Annotated[
    bool, typer.Option("--verify", help="Erase nothing: tell where the person is still found, and until when.")
]
Lift = Annotated[bool, typer.Option("--lift", help="They are a client again: the next sweeps may bring their rows.")]


def erase(*, verify: Verify = False, lift: Lift = False) -> None:
    """Forget a person in every instance, and keep them out: rows, states, views, queue, calls, dead letters, promises.

    The CPF or CNPJ is asked for, or is the first line of stdin; it is written nowhere. What was found is listed, and its
    count must be typed (or is the second line). hydrate, classify, dialer and views must run, as they empty what is theirs,
    and originate where a call is going on: that ends first. Cut it when you like, and run it again. The ERP is not touched:
    its rows are read, and not published any more. Until when bytes stay is told at the end.
    """
    if verify and lift:
        raise StopWorker("give one of --verify and --lift; see `collector erase --help`")
    prepare_environment()
    settings = read(EraseSettings)
    whom = person(_line("CPF or CNPJ of whom", hidden=True), settings)
    if verify:
        _verify(settings, whom)
    elif lift:
        count = asyncio.run(let_in(settings, whom.hash))
        messages.print("their rows come in again, with the next sweeps" if count else "nobody like that was erased")
    else:
        _erase(settings, asyncio.run(find(settings, whom)))


def _erase(settings: EraseSettings, found: Found) -> None:
    show("What goes", _goes(found), empty="nothing is left of them")
    for line in _said(found):
        messages.print(line)
    typed = _line(f"All of this goes. Its count, {found.count}, to erase it", hidden=False)
    if typed != str(found.count):
        raise StopWorker(f"nothing was erased: the count is {found.count}")
    with progress() as tell:
        asyncio.run(take_out(settings, found, tell))
    messages.print("they are erased, and no sweep brings them back. What stays, and until when:")
    show(
        "What stays",
        stays(datetime.now(UTC), max(one.erased_within for one in settings.as_set(ROW_TOPICS.values()))),
        empty="nothing",
    )


def _goes(found: Found) -> list[dict[str, object]]:
    rows = [
        *((f"topic {name}", count) for name, count in sorted(found.living.items())),
        *sorted(found.shown.items()),
        ("dead letters", len(found.letters)),
        ("promises", found.promises),
    ]
    return [{"where": where, "count": count} for where, count in rows if count]


def _said(found: Found) -> list[str]:
    """What a table of counts does not tell. Client codes, as the operator's ERP shows them; nobody's document."""
    clients = [f"{name}: client {', '.join(codes)}" for name, codes in found.clients.items()]
    told = {
        "no client with this document is known; by its count they are kept out all the same, should an ERP bring them": (
            not found.clients
        ),
        "they are on the list of who was erased already": found.is_suppressed,
        f"{found.attempts} attempts to call stay, and what limits count": found.attempts,
        f"{found.blocks} entries of the do-not-call list stay": found.blocks,
        f"{found.formerly} clients were this person, and are somebody else now: older rows stay until compaction": (
            found.formerly
        ),
        f"dropped whole: replay {', '.join(plan.id for plan in found.replays)}": found.replays,
    }
    return [*clients, *(line for line, is_so in told.items() if is_so)]


def _verify(settings: EraseSettings, whom: Person) -> None:
    rows = asyncio.run(look(settings, whom)).rows()
    show("Where they are found", rows, empty="nowhere")
    if any(row["alive"] for row in rows):
        sys.exit(STILL_THERE)


def _line(what: str, *, hidden: bool) -> str:
    """The next line of stdin where that is no terminal. Raises StopWorker where there is none."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=hidden, err=True)).strip()
    line = sys.stdin.readline().strip()
    if not line:
        raise StopWorker(f"nothing more on stdin ({what}): give it as one line, or run this at a terminal")
    return line

"""`collector replay`"""

import asyncio
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import structlog
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from deploy.cli.tables import Output, Row, deliver, messages, show
from deploy.home import prepare_environment
from schemas.errors import RetryLater, StopWorker
from schemas.runtime.settings import read

if TYPE_CHECKING:
    from deploy.replay.plan import Replay
    from deploy.replay.run import ReplaySettings, Tell

EXAMPLE = "Example: collector replay debtors; collector replay --compare ID; collector replay --promote ID"
UNEQUAL = 1
SHOWN = 50
NICE = 19
DAY = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]

What = Annotated[str, typer.Argument(metavar="[debtors|queue|VIEW]", help="What is made anew, beside what is shown.")]
Since = Annotated[datetime | None, typer.Option("--from", formats=DAY, help="Only what changed then or later (UTC).")]
Until = Annotated[datetime | None, typer.Option("--to", formats=DAY, help="As it was then (UTC).")]
Name = Annotated[str, typer.Option("--instance", metavar="NAME", help="Only this provider's; all of them if none is named.")]
Id = Annotated[str, typer.Option("--id", metavar="ID", help="A name of your own; one that was begun goes on.")]


def replay(
    what: What = "",
    since: Since = None,
    until: Until = None,
    instance: Name = "",
    replay_id: Id = "",
    *,
    listed: Annotated[bool, typer.Option("--list", help="Every replay, and how far it is.")] = False,
    compare: Annotated[
        str, typer.Option(metavar="ID", help="What differs from what is shown; --output writes all of it.")
    ] = "",
    promote: Annotated[str, typer.Option(metavar="ID", help="Let it take the place of what is shown.")] = "",
    drop: Annotated[str, typer.Option(metavar="ID", help="Forget it, with all that it made.")] = "",
    output: Output = None,
) -> None:
    """Fold history anew into a collection NAME@ID, while everything goes on; look at it, then let it take the place.

    It rings nobody, and writes to no topic and for no group but its own. Cut it when you like: the same --id goes on. After
    --promote of debtors or queue, hydrate or dialer is fenced and starts again by itself.
    """
    if sum(map(bool, (what, listed, compare, promote, drop))) != 1:
        raise typer.BadParameter("say what is to be made anew, or one of --list, --compare, --promote, --drop")
    prepare_environment()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    from deploy.replay.plan import Replay  # noqa: PLC0415 - slow to load, and of no use to any other command
    from deploy.replay.run import ReplaySettings  # noqa: PLC0415 - as above

    settings = read(ReplaySettings)
    if listed:
        _list(settings, output)
    elif compare:
        _compare(settings, compare, output)
    elif promote:
        _promote(settings, promote)
    elif drop:
        _drop(settings, drop)
    else:
        name = replay_id or f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
        _begin(settings, Replay(name, what, instance, _utc(since), _utc(until)))


def _utc(at: datetime | None) -> datetime | None:
    return at and at.replace(tzinfo=UTC)


def _begin(settings: "ReplaySettings", plan: "Replay") -> None:
    from deploy.replay.run import replay as run  # noqa: PLC0415 - as above

    os.nice(NICE)  # whoever waits for a replay does not wait for the clerk's page
    go_on = f"`{_command(plan)}` goes on"
    messages.print(f"into {plan.collection}")
    try:
        with _progress() as tell:
            done = asyncio.run(run(settings, plan, tell))
    except RetryLater as exc:
        raise StopWorker(f"{exc}: {go_on}") from exc
    except KeyboardInterrupt:
        raise StopWorker(f"cut: {go_on}") from None
    unread = f", {done.letters} records could not be read" if done.letters else ""
    messages.print(f"{done.collection} is there{unread}: `collector replay --compare {done.id}`, then --promote or --drop")


def _command(plan: "Replay") -> str:
    said = {"--id": plan.id, "--instance": plan.instance, "--from": plan.since, "--to": plan.until}
    options = (
        f"{name} {f'{one:%Y-%m-%dT%H:%M}' if isinstance(one, datetime) else one}" for name, one in said.items() if one
    )
    return " ".join(("collector replay", plan.what, *options))


def _list(settings: "ReplaySettings", output: Output) -> None:
    from deploy.replay.dropping import listed  # noqa: PLC0415 - as above

    deliver("Replays", [_row(one) for one in asyncio.run(listed(settings))], output, empty="none")


def _row(one: "Replay") -> Row:
    return {
        "id": one.id,
        "of": one.what,
        "instance": one.instance or "all",
        "from": one.since,
        "to": one.until,
        "begun": one.begun,
        "state": one.state,
        "records": sum(one.filled.values()),
        "unreadable": one.letters,
    }


def _compare(settings: "ReplaySettings", name: str, output: Output) -> None:
    from deploy.replay.comparing import compare  # noqa: PLC0415 - as above

    with _progress() as tell:
        found = asyncio.run(compare(settings, name, tell))
    rows = [
        {"instance": one.instance, "code": one.code, "field": one.field, "live": one.expected, "replay": one.found}
        for one in found.differences
    ]
    if output is not None:
        deliver("Differences", rows, output, empty="none")
    elif rows:
        show("Differences", rows[:SHOWN], empty="none")
    messages.print(f"{found.documents} documents, {len(rows)} differences")
    if rows:
        sys.exit(UNEQUAL)


def _promote(settings: "ReplaySettings", name: str) -> None:
    from deploy.replay.promoting import promote  # noqa: PLC0415 - as above

    with _progress() as tell:
        done = asyncio.run(promote(settings, name, tell))
    messages.print(
        f"{name} is promoted: {done} states or documents; `collector replay --drop {name}` forgets the rest of it"
    )


def _drop(settings: "ReplaySettings", name: str) -> None:
    from deploy.replay.dropping import drop  # noqa: PLC0415 - as above

    asyncio.run(drop(settings, name))
    messages.print(f"{name} is dropped")


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


@contextmanager
def _progress() -> Iterator["Tell"]:
    """How far, how fast, how long still."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=messages, transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def tell(what: str, done: int, of: int) -> None:
            bar.update(task, description=what, completed=done, total=of)

        yield tell

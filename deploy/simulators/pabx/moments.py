"""The life of one call, moment by moment, as ARI tells it; pure. Copied from what a real Asterisk 22 said."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from deploy.simulators.pabx.callees import CAUSES, Callee, Outcome
from deploy.simulators.pabx.dialplans import DIALPLANS, Heard, Step, Variable

Fields = Mapping[str, Any]
REACHED: Final = 0.005
"""Seconds until the network answers."""
NORMAL, NO_ANSWER = 16, 19
TIMED_OUT: Final = 480
OUTGOING: Final = ("AppDial2", "(Outgoing Line)")
HOME: Final = "from-trunk"
"""The context of a channel that was not answered."""


class Moment(NamedTuple):
    """`after`: seconds since the one before. `event`: ARI's type, with `said`; `channel`, `record`: what changes in them.

    `outcome`: the call ends here.
    """

    after: float
    event: str
    said: Fields = {}
    channel: Fields = {}
    record: Mapping[str, str] = {}
    outcome: Outcome | None = None


class Goal(NamedTuple):
    """Where an answered call goes: `context` and `extension`, or `app`."""

    context: str = ""
    extension: str = ""
    app: str = ""
    app_args: str = ""


class Placed(NamedTuple):
    """What a POST asked for. `ring`: seconds; `caller`: name and number; `variables`: names and values."""

    dialstring: str
    goal: Goal
    ring: float
    caller: Mapping[str, str]
    variables: Mapping[str, str] = {}


def life(callee: Callee, placed: Placed, knows: Callable[[str], bool]) -> Iterator[Moment]:
    """From its creation to its end. `knows`: whether somebody listens as that app."""

    def dial(status: str, record: Mapping[str, str] | None = None) -> Moment:
        said = {"dialstatus": status, "forward": "", "dialstring": placed.dialstring}
        return Moment(0, "Dial", said, record=record or {})

    goal = placed.goal
    yield from _created(placed)
    yield dial("")
    if refused := callee.refuses:
        yield Moment(REACHED, "ChannelHangupRequest", {"cause": refused.cause, "tech_cause": refused.sip})
        yield dial(refused.status, {"disposition": refused.status.replace("NOANSWER", "NO ANSWER")})
        yield destroyed(refused.cause, callee.outcome, {"tech_cause": refused.sip})
        return
    if rings := callee.answers != 0:
        yield Moment(REACHED, "ChannelStateChange", channel={"state": "Ringing"})
        yield dial("RINGING")
    if callee.answers is None or callee.answers >= placed.ring:
        yield destroyed(NO_ANSWER, "no_answer", {"tech_cause": TIMED_OUT}, after=placed.ring)
        return
    waited = callee.answers if rings else REACHED
    yield Moment(waited, "ChannelStateChange", channel={"state": "Up"}, record={"disposition": "ANSWERED"})
    yield dial("ANSWER")
    if goal.app:
        yield from _app(callee, goal, listened=knows(goal.app))
    elif goal.context in DIALPLANS and goal.extension == "s":
        yield from _spoken(callee, goal)
    else:
        yield Moment(0, "ChannelHangupRequest", {"cause": NORMAL, "soft": True})
        yield _at((goal.context, 1), OUTGOING, {"dcontext": goal.context})
        yield destroyed(0, "failed")


def cut(state: str, dialstring: str) -> Iterator[Moment]:
    """The rest of a call in this state that is hung up by command."""
    yield Moment(0, "ChannelHangupRequest", {"cause": 32, "soft": True})
    if state != "Up":
        yield Moment(0, "Dial", {"dialstatus": "NOANSWER", "forward": "", "dialstring": dialstring})
    yield destroyed(NORMAL, "cut")


def destroyed(cause: int, outcome: Outcome, more: Fields | None = None, after: float = 0) -> Moment:
    """The end."""
    return Moment(after, "ChannelDestroyed", {"cause": cause, "cause_txt": CAUSES[cause], **(more or {})}, outcome=outcome)


def _created(placed: Placed) -> Iterator[Moment]:
    caller = placed.caller
    yield Moment(0, "ChannelCreated")
    for name, value in placed.variables.items():
        if "(" not in name:
            yield Moment(0, "ChannelVarset", {"variable": name, "value": value})
    yield _at((HOME, 1), OUTGOING, {"dcontext": HOME})
    if any(caller.values()):
        shown = {"caller_presentation": 0, "caller_presentation_txt": "Presentation Allowed, Not Screened"}
        yield Moment(0, "ChannelCallerId", shown, {"caller": caller})
        yield Moment(0, "ChannelConnectedLine", channel={"connected": caller})


def _app(callee: Callee, goal: Goal, *, listened: bool) -> Iterator[Moment]:
    args = ",".join(part for part in (goal.app, goal.app_args) if part)
    place = _place((HOME, 1), ("Stasis", args))
    record = {"lastapp": "Stasis", "lastdata": args}
    yield Moment(0, "ChannelVarset", {"variable": "STASISSTATUS", "value": ""}, place, record)
    if listened:
        yield Moment(0, "StasisStart", {"args": goal.app_args.split(",") if goal.app_args else []})
        yield Moment(callee.stays, "ChannelHangupRequest", {"cause": NORMAL})
        yield Moment(0, "StasisEnd")
    yield Moment(0, "ChannelVarset", {"variable": "STASISSTATUS", "value": "SUCCESS" if listened else "FAILED"})
    yield destroyed(NORMAL if listened else 0, callee.outcome if listened else "failed")


def _spoken(callee: Callee, goal: Goal) -> Iterator[Moment]:
    for step in DIALPLANS[goal.context](_heard(callee)):
        match step:
            case Variable(after, name, value):
                yield Moment(after, "ChannelVarset", {"variable": name, "value": value})
            case Step(after, place, app, data, record):
                context, _ = place
                moved = {} if context.endswith("-hangup") else {"dcontext": context, "lastapp": app, "lastdata": data}
                yield _at(place, (app, data), {**moved, **record}, after)
            case soft:
                yield Moment(soft.after, "ChannelHangupRequest", {"cause": NORMAL, **({"soft": True} if soft.near else {})})
    yield destroyed(NORMAL, callee.outcome)


def _heard(callee: Callee) -> Heard:
    """Whoever hangs up before AMD has decided leaves no cause."""
    verdict = callee.verdict
    if verdict is None or callee.stays < verdict.after:
        return Heard("HANGUP", "", callee.stays)
    return Heard(*verdict)


def _place(place: tuple[str, int], app: tuple[str, str]) -> Fields:
    (context, priority), (name, data) = place, app
    return {"dialplan": {"context": context, "exten": "s", "priority": priority, "app_name": name, "app_data": data}}


def _at(place: tuple[str, int], app: tuple[str, str], record: Mapping[str, str], after: float = 0) -> Moment:
    name, data = app
    said = {"dialplan_app": name, "dialplan_app_data": data}
    if app == OUTGOING:
        record = {**record, "lastapp": name, "lastdata": data}
    return Moment(after, "ChannelDialplan", said, _place(place, app), record)

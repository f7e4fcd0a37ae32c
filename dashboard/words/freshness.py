"""What is not fresh, as people read it: a line for the chip, and all of it for whoever asks (pure)."""

from dashboard.facts.freshness import Cause, Freshness
from dashboard.words.labels import FAILURES, JOBS, KINDS, N_, TROUBLES
from dashboard.words.language import Language

LISTED = 6
"""Causes in the detail; beyond them only how many more."""
BETWEEN = "; "
WHOLE = {"deaf": N_("no stage is heard: what writes the screens, or Kafka, has stopped")}


def chip_text(freshness: Freshness, say: Language) -> tuple[str, str]:
    """The worst cause in a few words, with how many more there are; and all causes, a sentence."""
    if not freshness.causes:
        plain = say("Up to date") if freshness.level == "fresh" else say("Reading the first numbers…")
        return plain, plain
    lines = [line(cause, freshness, say) for cause in freshness.causes]
    more = len(lines) - 1
    short = say("%(cause)s (+%(more)s)", cause=lines[0], more=say.number(more)) if more else lines[0]
    detail = [told(cause, freshness, say) for cause in freshness.causes[:LISTED]]
    if len(lines) > LISTED:
        detail.append(say("and %(n)s more", n=say.number(len(lines) - LISTED)))
    return short, BETWEEN.join(detail)


def told(cause: Cause, freshness: Freshness, say: Language) -> str:
    """As `line`, and what the stage is there for."""
    found = line(cause, freshness, say)
    if cause.what == "deaf":
        return f"{found} ({say(WHOLE['deaf'])})"
    return f"{found} ({say(JOBS[cause.stage])})" if cause.stage in JOBS else found


def line(cause: Cause, freshness: Freshness, say: Language) -> str:
    """One cause in a few words."""
    ago = say.ago(freshness.at - cause.since) if cause.since else ""
    kind = say(KINDS[cause.kind]).lower() if cause.kind else ""
    match cause.what:
        case "database":
            found = say(FAILURES[cause.failure]) if cause.failure else say("the numbers could not be read")
        case "snapshot":
            found = say("numbers last updated %(ago)s", ago=ago)
        case "deaf":
            found = say("views stopped %(ago)s", ago=ago) if ago else say("no stage is running")
        case "stage":
            since, ever = TROUBLES[cause.trouble]
            found = say(since, stage=cause.stage, ago=ago) if ago else say(ever, stage=cause.stage)
        case "refill":
            found = say("the numbers are being read again")
        case "sweep":
            found = say("reading of %(kind)s of %(instance)s %(ago)s", kind=kind, instance=cause.instance, ago=ago)
        case "held":
            found = say("reading of %(kind)s of %(instance)s held back", kind=kind, instance=cause.instance)
        case "first":
            found = say("%(instance)s: partial, %(done)s of %(all)s readings", **_counts(cause))
    return found


def _counts(cause: Cause) -> dict[str, object]:
    return {"instance": cause.instance, "done": cause.done, "all": cause.all}

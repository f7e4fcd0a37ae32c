"""The facts and the draft become the text of the blocks of the page "Instances" (pure). No secret is among them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboard.drafts.draft import Draft
from dashboard.drafts.judged import Problem, Ready
from dashboard.drafts.shape import Section, place
from dashboard.facts.asked import Filters
from dashboard.facts.instances import Instances, Listed
from dashboard.facts.snapshot import InstanceFigures, Reading
from dashboard.parts.html import Html
from dashboard.words import address, fields
from dashboard.words.language import Language
from dashboard.words.notices import Notice
from schemas.audit import Audited
from schemas.runtime.restores import Wait
from schemas.secret_fields import any_secret_field
from schemas.spelling import fold

PATH = "instancias"
TRIED = "collector instance test {name}"
CALLED = "collector pabx test {name} --call NUMBER"
DESPITE = "collector pabx arm {name} --despite-restore REASON"
REMOVED = "collector instance remove {name}"
SEALED = "collector instance set {name} --secrets"
EXPORT = "instancias.json"


def matching(found: Instances, searched: str) -> tuple[Listed, ...]:
    """Those whose title, name or ERP holds what is searched, accents and capitals aside."""
    wanted = fold(searched)
    return tuple(one for one in found.listed if wanted in fold(f"{one.title} {one.name} {one.erp}"))


def listing(html: Html, found: Instances, reading: Reading, *, searched: str, drafts: Collection[str], chosen: str) -> str:
    """The list. `drafts`: the names of instances that this reader has begun to change."""
    figures: Mapping[str, InstanceFigures] = (
        {one.name: one for one in reading.snapshot.instances} if reading.snapshot else {}
    )
    known = {one.name for one in found.listed}
    values = {
        "rows": [(one, figures.get(one.name), link(one.name)) for one in matching(found, searched)],
        "reading": reading,
        "total": len(found.listed),
        "searched": searched.strip(),
        "drafts": drafts,
        "only_drafts": [(name, link(name)) for name in sorted(drafts) if name and name not in known],
        "chosen": chosen,
        "removed": REMOVED,
    }
    return html("instances", values)


def link(name: str) -> str:
    """The address that opens an instance's form."""
    return address.write(PATH, Filters(instance=name))


def heading(html: Html, chosen: str) -> str:
    """The page's head, with the file of all instances, or of the chosen one."""
    return html("instances_head", {"chosen": chosen, "all": EXPORT, "one": f"{EXPORT}{address.write('', Filters(chosen))}"})


def editor_head(
    html: Html, draft: Draft, listed: Listed | None, *, proven: bool, sealing: bool, wait: Wait | None = None
) -> str:
    """What is being changed, and what only the command line can do."""
    name = draft.name
    return html(
        "instance_head",
        {
            "draft": draft,
            "listed": listed,
            "proven": proven,
            "wait": wait,
            "until": _instant(html.say, wait.until, listed.zone) if wait and wait.until and listed else "",
            "despite": DESPITE.format(name=name),
            "sealing": sealing,
            "tried": TRIED.format(name=name),
            "called": CALLED.format(name=name),
            "removed": REMOVED.format(name=name),
            "sealed": SEALED.format(name=name),
        },
    )


def _instant(say: Language, at: datetime, zone: str) -> str:
    return f"{say.day(at.astimezone(ZoneInfo(zone)))} {say.clock(at, zone)}"


def wrong(html: Html, draft: Draft, found: Collection[Problem], section: Section | None) -> str:
    """What is wrong and is not shown at a field: of other sections, or all of it (`section` None, beside JSON)."""
    say = html.say
    broken = fields.broken(draft.broken, say) if draft.broken else ""
    elsewhere = [one for one in found if section is None or place(one.path) != section]
    told = [
        (say(fields.SECTIONS[place(one.path)]), fields.label(one.path, say), fields.problem(one, say)) for one in elsewhere
    ]
    return html("instance_wrong", {"broken": broken, "told": told, "form": draft.mode == "form"}) if broken or told else ""


def comparison(html: Html, ready: Ready, last: Audited | None) -> str:
    """Field by field, old and new; of a secret only that it changes."""
    rows = [
        (fields.label(name, html.say), row, name in ready.clashes, name in any_secret_field())
        for row in ready.rows
        for name in [str(row["field"])]
    ]
    return html("instance_changes", {"rows": rows, "moved": ready.moved, "last": last, "new": not ready.before})


def told(html: Html, *found: Notice) -> str:
    """Notices."""
    return html("notices", {"notices": list(found)})

"""The words for the form of an instance: its fields, and what is wrong with one."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from dashboard.drafts.brought import NotRead
from dashboard.drafts.draft import Broken
from dashboard.drafts.judged import Problem
from dashboard.drafts.shape import Section
from dashboard.words.labels import N_
from dashboard.words.language import Language


class Words(NamedTuple):
    """A field's label, and how it is written."""

    label: str
    hint: str = ""


FIELDS: Final[Mapping[str, Words]] = {
    "name": Words(N_("Name"), N_("Lower-case letters, digits, - and _; it never changes.")),
    "title": Words(N_("Title"), N_("As people read it.")),
    "zone": Words(N_("Time zone"), N_("Such as America/Maceio; every hour is in it.")),
    "state": Words(N_("State (UF)"), N_("It decides the holidays.")),
    "ddd": Words(N_("Area code (DDD)"), N_("It completes short telephone numbers.")),
    "paused": Words(N_("Paused"), N_("Neither read nor called.")),
    "erp.kind": Words(N_("ERP")),
    "erp.url": Words(N_("Address"), N_("Without user, password and query.")),
    "erp.token": Words(N_("Token")),
    "erp.token_v2": Words(N_("Token of v2")),
    "erp.app_key": Words(N_("App key")),
    "erp.page_size": Words(N_("Rows in one request")),
    "erp.gap": Words(N_("Least seconds between requests")),
    "erp.timeout": Words(N_("Seconds to wait for an answer")),
    "erp.ca_file": Words(N_("File of certificates")),
    "erp.insecure": Words(
        N_("Accept an address without encryption"), N_("Only where nobody can listen on the way, such as a tunnel.")
    ),
    "erp.folder": Words(N_("Folder")),
    "erp.look": Words(N_("Seconds between two looks at the folder")),
    "erp.quiet": Words(N_("Seconds without change until a file is whole")),
    "erp.token_in": Words(N_("Where the token goes"), N_("Such as header:token.")),
    "erp.app_key_in": Words(N_("Where the app key goes")),
    "erp.resources": Words(N_("Webhooks (JSON)")),
    "erp.none_text": Words(N_("Answers that mean no rows"), N_("One a line.")),
    "brake.share": Words(N_("Brake: share of rows that may vanish at once"), N_("0.2 is a fifth; 1 never brakes.")),
    "brake.rows": Words(N_("Brake: rows that may vanish at once")),
    "rules.min_days_overdue": Words(N_("Call from so many days late")),
    "rules.max_days_overdue": Words(N_("Call until so many days late")),
    "rules.per_hour": Words(N_("Calls in an hour"), N_("To one person or number.")),
    "rules.per_day": Words(N_("Calls in a day")),
    "rules.per_7_days": Words(N_("Calls in 7 days")),
    "rules.gap_minutes": Words(N_("Minutes between two calls")),
    "rules.rest_days_after_human": Words(N_("Days of rest after a conversation"), N_("0: no rest.")),
    "rules.call_inactive": Words(N_("Call inactive clients")),
    "rules.call_companies": Words(N_("Call companies")),
    "rules.branches": Words(N_("Only these branches"), N_("One a line; empty: all.")),
    "rules.branches_left_out": Words(N_("Never these branches"), N_("One a line.")),
    "rules.max_data_age_minutes": Words(N_("Minutes after which debts are too old to call")),
    "rules.call_on_holidays": Words(N_("Call on holidays")),
    "rules.optional_holidays": Words(N_("Optional holidays that are kept")),
    "rules.municipal_holidays": Words(N_("Municipal holidays"), N_("Such as 2026-12-08, one a line.")),
    "pabx": Words(N_("With a PABX"), N_("Without one nobody is called.")),
    "pabx.control.kind": Words(N_("Interface")),
    "pabx.control.url": Words(N_("Address of ARI"), N_("Such as http://127.0.0.1:8088/ari.")),
    "pabx.control.host": Words(N_("Host of the manager")),
    "pabx.control.port": Words(N_("Port of the manager")),
    "pabx.control.user": Words(N_("User")),
    "pabx.control.password": Words(N_("Password")),
    "pabx.endpoint": Words(N_("Who is dialled"), N_("Such as PJSIP/{national}@trunk.")),
    "pabx.context": Words(N_("Context that receives the call"), N_("A context or an application, one of them.")),
    "pabx.extension": Words(N_("Extension in the context")),
    "pabx.app": Words(N_("ARI application that receives the call")),
    "pabx.caller_id": Words(N_("Caller id"), N_("Without accents.")),
    "pabx.ring_seconds": Words(N_("Seconds of ringing")),
    "pabx.channels": Words(N_("Calls at once")),
    "pabx.calls_per_second": Words(N_("Calls a second")),
    "pabx.records.kind": Words(N_("Call records")),
    "pabx.records.path": Words(N_("File")),
    "pabx.records.seventeenth": Words(N_("What the 17th column holds")),
    "pabx.records.url": Words(N_("Address of the database"), N_("Such as mysql+pymysql://127.0.0.1:3306/asteriskcdrdb.")),
    "pabx.records.host": Words(N_("Host of the records' manager")),
    "pabx.records.port": Words(N_("Port of the records' manager")),
    "pabx.records.user": Words(N_("User of the records")),
    "pabx.records.password": Words(N_("Password of the records")),
    "pabx.records.table": Words(N_("Table")),
    "pabx.records.columns": Words(N_("Columns that are called otherwise (JSON)")),
    "pabx.records.batch_seconds": Words(N_("Seconds that records come late")),
    "pabx.records.zone": Words(N_("Time zone of the records")),
    "pabx.records.longest_call": Words(N_("Seconds of the longest call")),
    "reverse.bairro": Words(N_("Names of bairros"), N_("One a line: Centro: CTR | Ctr.")),
    "reverse.client_type": Words(N_("Names of client types"), N_("One a line: Rural: RUR | rural 2")),
    "erp.every.client": Words(N_("Every so many seconds: clients")),
    "erp.every.contract": Words(N_("Every so many seconds: contracts")),
    "erp.every.bill": Words(N_("Every so many seconds: bills")),
    "erp.every.reference": Words(N_("Every so many seconds: support tables")),
    "erp.recent.client": Words(N_("Seconds between looks at what changed: clients")),
    "erp.recent.contract": Words(N_("Seconds between looks at what changed: contracts")),
    "erp.recent.bill": Words(N_("Seconds between looks at what changed: bills")),
    "erp.recent.reference": Words(N_("Seconds between looks at what changed: support tables")),
}
SECTIONS: Final[Mapping[Section, str]] = {
    "instance": N_("Provider data"),
    "erp": N_("ERP connection"),
    "rules": N_("Dialer rules"),
    "hours": N_("Hours and holidays"),
    "pabx": N_("PABX"),
    "names": N_("Canonical names"),
}
AFTER: Final[Mapping[str, str]] = {
    "human": N_("a person answered"),
    "machine": N_("a machine answered"),
    "machine_presumed": N_("probably a machine"),
    "not_sure": N_("not sure who answered"),
    "dropped": N_("the call dropped"),
    "busy": N_("busy"),
    "no_answer": N_("nobody answered"),
    "congestion": N_("congestion"),
    "invalid_number": N_("the number does not exist"),
    "failed": N_("the call failed"),
    "lost": N_("nobody knows how it ended"),
}
DAYS: Final[Mapping[str, str]] = {
    "0": N_("Monday"),
    "1": N_("Tuesday"),
    "2": N_("Wednesday"),
    "3": N_("Thursday"),
    "4": N_("Friday"),
    "5": N_("Saturday"),
    "6": N_("Sunday"),
}
CHOICES: Final[Mapping[str, str]] = {
    "carnival": N_("Carnival"),
    "corpus_christi": N_("Corpus Christi day"),
    "christmas_eve": N_("Christmas Eve"),
    "new_years_eve": N_("New Year's Eve"),
}
PROBLEMS: Final[Mapping[str, str]] = {
    "missing": N_("It is missing."),
    "extra_forbidden": N_("There is no such field."),
    "whole": N_("Write a whole number."),
    "number": N_("Write a number."),
    "boolean": N_("Choose yes or no."),
    "at_least": N_("At least %(bound)s."),
    "at_most": N_("At most %(bound)s."),
    "more_than": N_("More than %(bound)s."),
    "choice": N_("Choose one of the list."),
    "hour": N_("Write an hour such as 09:00."),
    "day": N_("Write days such as 2026-12-08."),
    "address": N_("Write a whole address, such as https://erp.example.com.br/."),
    "shape": N_("It is not written as it should be."),
    "object": N_("Here belongs a JSON object, in braces."),
    "list": N_("Here belongs a list."),
    "text": N_("Here belongs a text."),
    "long": N_("At most %(bound)s characters."),
    "short": N_("At least %(bound)s characters."),
    "zone": N_("There is no such time zone; write such as America/Maceio."),
    "target": N_("Give a context or an application, and not both."),
    "endpoint": N_("Write such as PJSIP/{national}@trunk."),
    "names": N_("A spelling is blank, or stands under two names."),
    "fixed": N_("It cannot be changed; add another provider instead."),
    "gone": N_("This provider is not there any more."),
    "open_url": N_("It holds a user, a password or a query; give the address alone."),
    "in_the_clear": N_("http:// outside a private network shows the key to all on the way; give https://."),
    "blank": N_("It holds a blank, an accent or a line's end; copy it again, alone."),
    "no_user": N_("IXC wants user id:token, such as 17:0a1b."),
    "wrong": N_("This value cannot be used."),
}
BROKEN: Final[Mapping[str, str]] = {
    "syntax": N_("The JSON cannot be read: line %(line)s, column %(column)s."),
    "no_object": N_("The JSON must be one object, in braces."),
    "twice": N_("The name %(name)s stands twice in one object."),
    "no_number": N_("A number in the JSON cannot be read."),
    "too_deep": N_("The JSON is nested too deep."),
}
NOT_READ: Final[Mapping[str, str]] = {
    "no_json": N_("The file is no JSON."),
    "no_instance": N_("The file holds no provider with name and erp."),
    "twice": N_("%(name)s is in the file twice."),
    "secret": N_("A secret lies open in the file (%(name)s): take it out."),
}
CODES: Final[Mapping[str, str]] = {
    "int_parsing": "whole",
    "int_type": "whole",
    "int_from_float": "whole",
    "float_parsing": "number",
    "float_type": "number",
    "finite_number": "number",
    "bool_parsing": "boolean",
    "bool_type": "boolean",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
    "less_than": "at_most",
    "greater_than": "more_than",
    "literal_error": "choice",
    "union_tag_invalid": "choice",
    "time_parsing": "hour",
    "time_type": "hour",
    "date_parsing": "day",
    "date_from_datetime_parsing": "day",
    "date_type": "day",
    "url_parsing": "address",
    "url_type": "address",
    "url_scheme": "address",
    "string_pattern_mismatch": "shape",
    "string_too_long": "long",
    "string_too_short": "short",
    "string_type": "text",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
    "tuple_type": "list",
    "list_type": "list",
}
"""Pydantic's words for what is wrong, to ours."""
OWN: Final[Mapping[str, str]] = {
    "zone": "zone",
    "pabx.records.zone": "zone",
    "pabx": "target",
    "pabx.endpoint": "endpoint",
    "reverse": "names",
}
"""What a check of our own means by refusing a field."""


def label(path: str, say: Language) -> str:
    """A field's name; the dotted name itself of what the form does not show."""
    parts = path.split(".")
    if path in FIELDS:
        return say(FIELDS[path].label)
    if path.startswith("rules.windows.") and len(parts) > len(("rules", "windows", "day")) and parts[2] in DAYS:
        day = say(DAYS[parts[2]])
        return say("%(day)s: opens", day=day) if parts[3] == "opens" else say("%(day)s: closes", day=day)
    if path.startswith("rules.retry_minutes.") and parts[2] in AFTER:
        return say("Minutes until the next try when %(outcome)s", outcome=say(AFTER[parts[2]]))
    return path


def hint(path: str, say: Language) -> str:
    """How it is written; "" where that is plain."""
    return say(FIELDS[path].hint) if path in FIELDS and FIELDS[path].hint else ""


def problem(found: Problem, say: Language) -> str:
    """What is wrong with a field, and what to do."""
    code = CODES.get(found.code, found.code)
    if code == "value_error":
        code = OWN.get(found.path) or OWN.get(found.path.split(".")[0] if found.path.startswith("reverse") else "", "wrong")
    return say(PROBLEMS.get(code, PROBLEMS["wrong"]), bound=found.bound)


def told(found: Problem, say: Language) -> str:
    """The field, and what is wrong with it."""
    return f"{label(found.path, say)}: {problem(found, say)}"


def broken(found: Broken, say: Language) -> str:
    """Why a text is no JSON of an instance."""
    return say(BROKEN[found.why], line=found.line, column=found.column, name=found.name)


def not_read(found: NotRead, say: Language) -> str:
    """Why a file is not taken."""
    return say(NOT_READ[found.why], name=found.name)

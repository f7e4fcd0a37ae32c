"""The manager's events as evidence. Pure: `Cdr` is a record; `Hangup`, `VarSet`, `Newstate` and `DialEnd` are events."""

from collections.abc import Mapping

from producers.cdr.pieces import Said, event, record

VARIABLES = frozenset({"AMDSTATUS", "AMDCAUSE"})
STATES = frozenset({"Ringing", "Up"})
CLASSES = "call,dialplan,cdr"
"""Of events, as the login asks for them."""
OF_RECORD = {
    "AccountCode": "accountcode",
    "Source": "src",
    "Destination": "dst",
    "DestinationContext": "dcontext",
    "CallerID": "clid",
    "Channel": "channel",
    "DestinationChannel": "dstchannel",
    "LastApplication": "lastapp",
    "LastData": "lastdata",
    "StartTime": "start",
    "AnswerTime": "answer",
    "EndTime": "end",
    "Duration": "duration",
    "BillableSeconds": "billsec",
    "Disposition": "disposition",
    "AMAFlags": "amaflags",
    "UniqueID": "uniqueid",
    "UserField": "userfield",
}
"""Further ones only where `cdr_manager.conf` maps them: then by their own names, in whatever case."""
MAPPED = ("linkedid", "sequence", "peeraccount", "amdstatus", "amdcause", "hangupcause")
OF_EVENT = {
    "Hangup": {"Channel": "channel", "Cause": "cause", "Cause-txt": "cause_txt"},
    "VarSet": {"Channel": "channel", "Variable": "variable", "Value": "value"},
    "Newstate": {"Channel": "channel", "ChannelStateDesc": "state"},
    "DialEnd": {"DestChannel": "channel", "DialStatus": "dialstatus"},
}
ABOUT = ("Uniqueid", "Linkedid", "DestUniqueid", "DestLinkedid")


def said(message: Mapping[str, str]) -> Said | None:
    """None of what is of no interest, or names no attempt."""
    kind = message.get("Event", "")
    if kind == "Cdr":
        by_name = {name.lower(): value for name, value in message.items()}
        fields = {field: message[name] for name, field in OF_RECORD.items() if name in message}
        found = record("ami", {**fields, **{name: by_name[name] for name in MAPPED if name in by_name}})
    elif kind in OF_EVENT and _wanted(kind, message):
        fields = {field: message[name] for name, field in OF_EVENT[kind].items() if name in message}
        at = {"timestamp": message["Timestamp"]} if "Timestamp" in message else {}
        found = event("ami", {"type": kind, **at, **fields}, *(message.get(name, "") for name in ABOUT))
    else:
        return None
    return found if found.ids else None


def _wanted(kind: str, message: Mapping[str, str]) -> bool:
    match kind:
        case "VarSet":
            return message.get("Variable") in VARIABLES
        case "Newstate":
            return message.get("ChannelStateDesc") in STATES
        case _:
            return True

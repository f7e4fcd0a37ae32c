"""What a PABX is told to ring, from an instance's configuration. Pure."""

from typing import Any

from schemas.pabx import Pabx

COUNTRY = "+55"
DDD_DIGITS = 2


def number_forms(number: str) -> dict[str, str]:
    """A number of E.164 in the forms that an endpoint's template may name (`schemas.pabx.NUMBER_FORMS`).

    Outside Brazil there is no national or local form: both are all the digits.
    """
    digits = number.removeprefix("+")
    national = number.removeprefix(COUNTRY) if number.startswith(COUNTRY) else digits
    local = national[DDD_DIGITS:] if number.startswith(COUNTRY) else digits
    return {"e164": digits, "plus": f"+{digits}", "national": national, "local": local}


def endpoint_of(pabx: Pabx, number: str) -> str:
    """Such as `PJSIP/82999990000@trunk`."""
    return pabx.endpoint.format(**number_forms(number))


def ari_fields(pabx: Pabx, attempt: str, number: str) -> dict[str, Any]:
    """The body of `POST /channels`. `timeout` counts seconds."""
    into = {"app": pabx.app} if pabx.app else {"context": pabx.context, "extension": pabx.extension, "priority": 1}
    caller = {"callerId": pabx.caller_id} if pabx.caller_id else {}
    return {
        "endpoint": endpoint_of(pabx, number),
        **into,
        **caller,
        "timeout": pabx.ring_seconds,
        "channelId": attempt,
    }


def ami_fields(pabx: Pabx, attempt: str, number: str) -> list[tuple[str, str]]:
    """The headers of the action Originate. `Timeout` counts milliseconds."""
    into = [("Context", pabx.context), ("Exten", pabx.extension), ("Priority", "1")]
    if pabx.app:
        into = [("Application", "Stasis"), ("Data", pabx.app)]
    return [
        ("Channel", endpoint_of(pabx, number)),
        *into,
        *([("CallerID", pabx.caller_id)] if pabx.caller_id else []),
        ("Timeout", str(pabx.ring_seconds * 1000)),
        ("ChannelId", attempt),
        ("Async", "true"),
    ]

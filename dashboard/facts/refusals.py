"""What an exception of MongoDB's client tells the clerk."""

from pymongo.errors import (
    AutoReconnect,
    ConfigurationError,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    ServerSelectionTimeoutError,
    WTimeoutError,
)

from dashboard.facts.failures import Failure

REFUSALS = (13, 18, 8000)
"""MongoDB's codes: Unauthorized, AuthenticationFailed, AtlasError of a wrong login."""


def failure_of(exc: BaseException) -> Failure:
    """What `exc`, raised by a read, tells the clerk; the log has the exception itself."""
    match exc:
        case ServerSelectionTimeoutError():
            return "away"
        case NetworkTimeout() | ExecutionTimeout() | WTimeoutError() | TimeoutError():
            return "slow"
        case AutoReconnect():
            return "away"
        case ConfigurationError():
            return "refused"
        case OperationFailure():
            return "refused" if exc.code in REFUSALS else "failed"
        case _:
            return "failed"

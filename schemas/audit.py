"""Who changed what: the MongoDB collection `audit`. Entries are added, never changed."""

from typing import Literal

from schemas.model import Instant, Model

AUDIT = "audit"
Action = Literal[
    "arm",
    "disarm",
    "block",
    "unblock",
    "promise",
    "promise_taken_back",
    "pabx_changed",
    "pabx_test_call",
    "user_added",
    "user_changed",
    "user_removed",
    "reveal",
    "instance_added",
    "instance_changed",
    "removal_asked",
    "letter_discarded",
    "letter_retried",
    "restored",
    "person_erased",
    "suppression_lifted",
]


class Audited(Model):
    """`by`: who says it, such as `operator:ana` for a person on the server's command line, `user:ana` in the dashboard.

    `what`: no numbers, no names. `instance` and `code` are text as it was given: an entry stays when what it names is gone.
    Of users `instance` is empty and `code` the user's name; of dead letters `code` is the `_id`, of what was
    restored the backup's, of a person who was erased the hash.
    """

    at: Instant
    by: str
    action: Action
    instance: str
    code: str = ""
    what: str = ""

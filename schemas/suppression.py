"""Who was erased and must not come back: the MongoDB collection `suppressed`. Hashes only (`schemas.runtime.secrets`).

A person has one entry, and one of each client that he was: bills and contracts name the client alone. Pure.
"""

from typing import Any, Literal

from schemas.model import InstanceName, Instant, Model

SUPPRESSED = "suppressed"
ERASED = "erased"
"""The field of an attempt whose debtor was erased: limits still count it, and what a PABX says of it is nobody's."""


def client_text(instance: str, code: str) -> str:
    """What is hashed of a client. `code`: as keys have it. No document has a ":", so none has the same hash."""
    return f"{instance}:{code}"


class Suppressed(Model):
    """`hash`: of the person, or of `client_text`; `person`: whose entry it is; `instance`: of a client's entry."""

    hash: str
    what: Literal["person", "client"]
    person: str
    instance: InstanceName | None = None
    since: Instant

    @property
    def document(self) -> dict[str, Any]:
        """As the collection holds it: one of a hash."""
        return {"_id": self.hash, **self.model_dump(exclude={"hash"})}

"""What a PABX said to one question, before anybody decides what that means."""

from typing import NamedTuple


class Said(NamedTuple):
    """An answer; `status` is 0 where none came, and then `failure` names it and `sent` tells whether anything went out."""

    status: int
    content_type: str = ""
    body: bytes = b""
    failure: str = ""
    sent: bool = True

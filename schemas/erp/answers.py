"""What every ERP's HTTP answer must be before anything of it is believed."""

from collections.abc import Mapping
from typing import Any

from schemas.erp.json_text import read_json
from schemas.erp.own_words import is_failure, quoted, words
from schemas.errors import RetryLater, StopWorker

REFUSED = (400, 401, 403, 404)


def json_object(erp: str, resource: str, status: int, content: bytes, *, check: str) -> dict[str, Any]:
    """The object in a 2xx answer. `check`: what an operator must look at where the ERP refuses.

    Raises StopWorker for a refusal, RetryLater for another status, HTML, a cut body or no object (`IXC.md`, "Errors");
    the message keeps the ERP's own words.
    """
    if status in REFUSED:
        raise StopWorker(f"{erp} answers HTTP {status} on {resource}{quoted(content)}: check {check}")
    if not 200 <= status < 300:  # noqa: PLR2004 - HTTP success
        raise RetryLater(f"{erp} answers HTTP {status} on {resource}{quoted(content)}")
    try:
        body = read_json(content)
    except ValueError:
        raise RetryLater(f"{erp} answers {_no_json(content)} on {resource}{_shown(content)}") from None
    if not isinstance(body, dict):
        raise RetryLater(f"{erp} answers no JSON object on {resource}")
    return body


def check_words(erp: str, resource: str, body: Mapping[str, Any]) -> None:
    """Raises StopWorker, with the ERP's own words, where an object of HTTP 200 says that it is an error."""
    if is_failure(body):
        raise StopWorker(f"{erp} refuses {resource}: {words(body) or 'it does not say why'}")


def _no_json(content: bytes) -> str:
    return "HTML or a cut body" if content.strip() else "an empty body"


def _shown(content: bytes) -> str:
    """The words of a page; a body that was cut is rows, which are nobody's to read here."""
    return quoted(content) if content.lstrip()[:1] not in {b"{", b"["} else ""

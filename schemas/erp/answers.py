"""What every ERP's HTTP answer must be before anything of it is believed."""

from typing import Any

import orjson

from schemas.errors import RetryLater, StopWorker

REFUSED = (400, 401, 403, 404)


def json_object(erp: str, resource: str, status: int, content: bytes, *, check: str) -> dict[str, Any]:
    """The object in a 2xx answer. `check`: what an operator must look at where the ERP refuses.

    Raises StopWorker for a refusal, RetryLater for another status, HTML, a cut body or no object (`IXC.md`, "Errors").
    """
    if status in REFUSED:
        raise StopWorker(f"{erp} answers HTTP {status} on {resource}: check {check}")
    if not 200 <= status < 300:  # noqa: PLR2004 - HTTP success
        raise RetryLater(f"{erp} answers HTTP {status} on {resource}")
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise RetryLater(f"{erp} answers HTML or a cut body on {resource}") from None
    if not isinstance(body, dict):
        raise RetryLater(f"{erp} answers no JSON object on {resource}")
    return body

"""A request shows each secret where the configuration says, and a document reaches the webhook as it is."""

from collections.abc import Mapping
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from producers.erp.webhooks.requests import signed
from schemas.erp.altarede_options import EXAMPLE, AltaredeWebhooks, Resource
from schemas.erp.declaration import Signed
from schemas.errors import StopWorker

SECRETS = {"token": "a b&c=ç/?".replace("ç", "d"), "app_key": "k" * 16}
PLACES = ["header:X-Token", "query:token", "body:token"]
PERSON = {"document": "11144477735", "document_written": "111.444.777-35"}


def options(**fields: Any) -> AltaredeWebhooks:  # noqa: ANN401 - any field
    return AltaredeWebhooks.model_validate({"url": "https://isp.example/webhook", "token": "-", **fields})


def received(request: Signed) -> tuple[httpx.Request, dict[str, str], dict[str, str]]:
    """What the ISP's server gets: the request, its query and its body."""
    client = httpx.Client(base_url="https://isp.example/webhook")
    made = client.build_request(request.method, request.path, content=request.body, headers=request.headers)
    return made, dict(made.url.params), orjson.loads(made.content or b"{}")


@pytest.mark.parametrize("token_in", PLACES)
@pytest.mark.parametrize("app_key_in", ["header:App-Key", "query:appkey", "body:appkey"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_each_secret_is_in_its_place_and_in_no_other(token_in: str, app_key_in: str, method: str) -> None:
    here = options(token_in=token_in, app_key_in=app_key_in)
    resource = Resource.model_validate({"path": "bills", "method": method, "query": {"documento": "{document}"}})
    request, query, body = received(signed(here, resource, PERSON, SECRETS))

    for option, place in (("token", token_in), ("app_key", app_key_in)):
        where, _, name = place.partition(":")
        shown: Mapping[str, Mapping[str, str]] = {"header": request.headers, "query": query, "body": body}
        assert {each: name in shown[each] for each in shown} == {each: each == where for each in shown}
        assert shown[where][name] == SECRETS[option]
    assert query["documento"] == PERSON["document"]
    assert (request.method, request.url.path, request.url.host) == (method, "/webhook/bills", "isp.example")
    assert request.headers["accept"] == "application/json"


def test_an_app_key_that_is_not_set_is_not_shown() -> None:
    request, query, body = received(signed(options(), EXAMPLE["bill"], PERSON, {"token": "t"}))

    assert (request.headers["token"], "appkey" in request.headers, query) == ("t", False, {})
    assert body == {"documento": "11144477735"}
    assert request.headers["content-type"] == "application/json"


def test_a_get_without_a_body_sends_none() -> None:
    request, _, _ = received(signed(options(), EXAMPLE["reference"], {}, {}))

    assert (request.method, request.content, "content-type" in request.headers) == ("GET", b"", False)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_a_document_arrives_as_it_is_written_wherever_it_is_put(written: str) -> None:
    """No sign of it can add a field, leave the path or be filled in again."""
    resource = Resource(
        path="client/{document_written}/bills",
        query={"a": "<{document_written}>", "b": "b"},
        body={"a": "{document_written}", "b": "{document}"},
    )
    words = {"document": "{document_written}", "document_written": written}
    request, query, body = received(signed(options(), resource, words, {}))

    assert (query, body) == ({"a": f"<{written}>", "b": "b"}, {"a": written, "b": "{document_written}"})
    if written not in {".", ".."}:  # no document; httpx reads them as folders
        assert request.url.raw_path.count(b"/") == 4
        assert httpx.URL(request.url).path == f"/webhook/client/{written}/bills"


@pytest.mark.parametrize("secret", ["chave\n", "chavé", "a\r\nx: y"])
def test_a_secret_that_no_header_can_hold_is_refused_without_being_told(secret: str) -> None:
    with pytest.raises(StopWorker, match=r"erp\.app_key holds signs that a header cannot") as caught:
        signed(options(app_key_in="header:k"), EXAMPLE["bill"], PERSON, {"app_key": secret})
    assert secret not in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"body": {"documento": "11144477735"}}, "nothing asks for {document}"),
        ({"body": {"documento": "{cpf}"}}, "{cpf} is not filled in where each is document"),
        ({"each": "page", "query": {"pagina": "{page_size}"}}, "nothing asks for {page}"),
        ({"each": "page", "query": {"pagina": "{page}", "documento": "{document}"}}, "{document} is not filled in"),
        ({"each": "once", "query": {"pagina": "{page}"}}, "{page} is not filled in where each is once"),
        ({"path": "clients/{name}", "each": "once"}, "{name} is not filled in"),
    ],
)
def test_a_resource_that_would_ask_the_same_for_ever_is_no_configuration(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Resource.model_validate({"path": "bills", **fields})
    assert said in str(caught.value)

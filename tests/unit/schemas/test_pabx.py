"""Which endpoint an instance may be given."""

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.pabx import Ari, Endpoint

ENDPOINT: TypeAdapter[str] = TypeAdapter(Endpoint)


@pytest.mark.parametrize(
    "template",
    [
        "PJSIP/{national:.10}@trunk",  # rings somebody whose number is a digit shorter
        "PJSIP/{national:999999999}@trunk",
        "PJSIP/{national:{local}}@trunk",
        "PJSIP/{national!r}@trunk",
        "PJSIP/{national}{local:.4}@trunk",
        "PJSIP/{number}@trunk",
        "PJSIP/82999990001@trunk",
        "PJSIP/{national@trunk",
    ],
)
def test_a_template_that_would_dial_another_number_is_none(template: str) -> None:
    with pytest.raises(ValidationError):
        ENDPOINT.validate_python(template)


@pytest.mark.parametrize("template", ["PJSIP/{national}@trunk", "SIP/trunk/0{national}", "DAHDI/g0/{local}", "SIP/t/{plus}"])
def test_a_template_names_one_form_of_the_number(template: str) -> None:
    assert ENDPOINT.validate_python(template) == template


def test_two_that_share_a_host_are_two() -> None:
    """One trial, one line and one pace must not stand for the other."""
    urls = ("http://PABX.local:8088/ari", "http://pabx.local:8088/ari/", "http://pabx.local:8088/b/ari")

    assert [Ari.model_validate({"url": url, "user": "u"}).address for url in urls] == [
        "pabx.local:8088",
        "pabx.local:8088",
        "pabx.local:8088/b",
    ]

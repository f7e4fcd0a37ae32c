"""Rules of a draft that may be tried out, and what a comparison says."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from dashboard.drafts.draft import Draft, edited, of_new, of_stored, typed
from dashboard.drafts.judged import problems
from dashboard.drafts.shape import fields
from dashboard.drafts.what_if import other_rules
from dashboard.parts.html import Html
from dashboard.parts.what_if_screen import result, under_way
from dashboard.words.language import Language
from schemas.what_if import Compared, FigureLine, HoldLine, HourLine, OftenLine, Progress
from tests.integration.dashboard_provider import instance

MINUS = "\N{MINUS SIGN}"
AT = datetime(2026, 11, 9, 2, tzinfo=UTC)
ZONE = ZoneInfo("America/Sao_Paulo")
STORED = {"_id": "norte", **instance("norte", "Norte").model_dump(mode="json")}


def asked(draft: Draft | None) -> object:
    return other_rules(draft, problems(draft) if draft else ())


def with_rule(draft: Draft, path: str, text: str) -> Draft:
    return edited(draft, next(each for each in fields(draft.fields) if each.path == path), text)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\xa0", " ").split())


def test_other_rules_of_a_stored_provider_are_tried_out() -> None:
    changed = with_rule(of_stored(STORED), "rules.per_day", "2")
    found = asked(changed)
    assert isinstance(found, dict)
    assert found["per_day"] == 2


@pytest.mark.parametrize("path", ["title", "brake.rows"])
def test_what_is_no_rule_needs_no_comparison(path: str) -> None:
    assert asked(with_rule(of_stored(STORED), path, "77")) is None


def test_rules_that_are_wrong_half_typed_new_or_without_a_pabx_are_not_tried_out() -> None:
    stored = of_stored(STORED)
    assert asked(None) is None
    assert asked(stored) is None
    assert asked(with_rule(stored, "rules.per_day", "0")) is None
    assert asked(typed(with_rule(stored, "rules.per_day", "2"), "{", lambda text: text)) is None
    assert asked(with_rule(of_new("sul"), "rules.per_day", "2")) is None
    silent = of_stored({**STORED, "pabx": None})
    assert asked(with_rule(silent, "rules.per_day", "2")) is None
    assert asked(replace(with_rule(stored, "rules.per_day", "2"), fields={**stored.fields, "rules": []})) is None


def test_a_comparison_tells_both_rules_and_the_difference(portuguese: Language) -> None:
    found = Compared(
        instances=("norte",),
        since=AT,
        until=AT.replace(day=20),
        basis="typical",
        placed=1,
        figures=(
            FigureLine(what="calls", now=1_200, then=900),
            FigureLine(what="calls_each", now=1.5, then=1.25),
            FigureLine(what="refused", now=3, then=3),
        ),
        hours=(HourLine(hour=9, now=10, then=12),),
        often=(OftenLine(calls=1, now=5, then=6),),
        holds=(HoldLine(reason="too_early", now=9, then=4, fell=5, came=0),),
    )
    said = words(result(Html(portuguese), found, ZONE))
    assert "De 08/11/2026 a 19/11/2026." in said  # on the provider's own clock
    assert f"Chamadas 1.200 900 {MINUS}300" in said
    assert f"Ligações para cada um 1,5 1,25 {MINUS}0,25" in said
    assert "Pedidos recusados por um limite 3 3 —" in said
    assert "09 h 10 12 +2" in said
    assert f"9 4 {MINUS}5 5 0" in said
    assert "mistura usual" in said


def test_progress_says_how_far_it_is_and_in_which_day(portuguese: Language) -> None:
    html = Html(portuguese)
    assert "Lendo" in words(under_way(html, None, ZONE))
    assert words(under_way(html, Progress(done=0.254, at=AT), ZONE)) == "25% · 08/11/2026"

"""What the configuration page shows of an instance, and how it is written."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from dashboard.facts.asked import EVERYBODY
from dashboard.facts.counting import Outcome
from dashboard.facts.findings import WORDS, Code, Counted, Findings, Problem, findings, pipelines
from dashboard.parts.findings_screen import SHOWN, painted
from dashboard.parts.html import Html
from dashboard.words.labels import CODES
from dashboard.words.language import Language
from schemas.figures.lost import Lost
from schemas.figures.unmapped import Unmapped
from schemas.instances import Instance

MakeInstance = Callable[..., Instance]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\xa0", " ").split())


def test_spellings_of_a_name_are_one_and_a_likeness_is_suggested(finding: Findings) -> None:
    """Case and spaces do not tell names apart; an abbreviation does, but looks like what it stands for."""
    assert finding.values["bairro"] == (
        Unmapped("Jardim das Rosas", ("JARDIM DAS ROSAS", "jardim  das rosas"), 7),
        Unmapped("Jd. das Rosas", ("Jd. das Rosas",), 2, "Jardim das Rosas", 100),
    )
    assert finding.values["client_type"] == ()


def test_a_code_that_the_erp_declares_is_not_unknown(finding: Findings) -> None:
    """It is a lost row's: the row is unknown, its code is not."""
    assert finding.codes == (Code("contract.access", "CE", 3),)


def test_problems_and_losses_are_counted(finding: Findings) -> None:
    assert (finding.phones, finding.documents) == ((Problem("no_area_code", 4),), (Problem("check_digits", 1),))
    assert finding.lost == Lost(clients=2, bills=3, contracts=1, cents=23_970)


def test_every_counted_word_can_be_looked_up_and_named() -> None:
    """The words that the pipeline of `schemas.figures.unmapped` writes."""
    counted = set(re.findall(r"'(?:contract|bill)\.\w+'", str(pipelines("norte")["codes"])))

    assert {word.strip("'") for word in counted} == set(WORDS) == set(CODES)


def test_an_instance_with_nothing_to_find(instance: MakeInstance, now: datetime, portuguese: Language) -> None:
    """Says so for every list, and marks an ERP that nobody has confirmed."""
    altarede = instance("sul", erp={"kind": "altarede-export", "folder": "exports"})
    none = findings(altarede, dict.fromkeys(pipelines("sul"), ()))
    blocks = painted(Html(portuguese), Outcome(Counted(now, (none,))), EVERYBODY)
    text = words(blocks["findings"])

    assert text.count("Todos têm nome no mapa.") == 2
    assert text.count("Nenhum.") == 4
    assert "Altarede, exportações (não verificado com o fornecedor)" in text
    assert "state late" in blocks["findings"]


def test_every_finding_is_on_the_page(finding: Findings, now: datetime, portuguese: Language) -> None:
    """With the ERP's raw text, the clients it concerns and the suggestion."""
    blocks = painted(Html(portuguese), Outcome(Counted(now, (finding,))), EVERYBODY)
    text = words(blocks["findings"])

    for expected in (
        "Norte IXC Soft",
        "Bairros sem nome no mapa 2",
        "Jardim das Rosas JARDIM DAS ROSAS jardim das rosas 7",
        "Jd. das Rosas Jd. das Rosas 2 Jardim das Rosas 100%",
        "Situação da conexão CE 3 clientes",
        "Sem DDD 4 clientes",
        "Dígitos verificadores errados 1 cliente",
        "Faturas R$ 239,70 3 Contratos 1 De 2 clientes.",
    ):
        assert expected in text
    assert "Contado 09:00:00" in words(blocks["configuration"])
    assert 'href="configuracao.csv?instancia=norte"' in blocks["configuration"]
    assert not blocks["notices"]


def test_a_long_list_ends_with_where_the_rest_is(finding: Findings, now: datetime, portuguese: Language) -> None:
    many = tuple(Unmapped(f"Vila {n}", (f"VILA {n}",), 1) for n in range(SHOWN + 3))
    long = replace(finding, values={**finding.values, "bairro": many})
    text = words(painted(Html(portuguese), Outcome(Counted(now, (long,))), EVERYBODY)["findings"])

    assert f"Vila {SHOWN - 1} " in text
    assert f"Vila {SHOWN} " not in text
    assert "Mais 3 nomes estão no arquivo." in text


def test_a_selection_shows_one_and_what_is_gone_shows_nobody(finding: Findings, now: datetime, language: Language) -> None:
    html, counted = Html(language), Counted(now, (finding, replace(finding, name="sul", title="Sul")))

    def shown(selected: str) -> list[str]:
        return re.findall(r"data-findings=(\w+)", painted(html, Outcome(counted), selected)["findings"])

    assert (shown("sul"), shown("gone"), shown(EVERYBODY)) == (["sul"], [], ["norte", "sul"])
    assert "“gone”" in words(painted(html, Outcome(counted), "gone")["notices"])
    assert "configuracao.csv?instancia=sul" in painted(html, Outcome(counted), "sul")["configuration"]
    assert "configuracao.csv" not in painted(html, Outcome(counted), "gone")["configuration"]


def test_before_and_after_a_count_the_page_says_what_goes_on(finding: Findings, now: datetime, language: Language) -> None:
    """It counts; it could not count; there is nobody to count; a configuration is not valid."""
    html = Html(language)
    outcomes = {
        "info": [None, Outcome(Counted(now, ()))],
        "stopped": [Outcome(None, "away"), Outcome(Counted(now, (finding,)), "away")],
        "late": [Outcome(Counted(now, (finding,), (("sul", "zone"),)))],
    }

    for tone, found in outcomes.items():
        for outcome in found:
            blocks = painted(html, outcome, EVERYBODY)
            assert re.findall(r'class="notice (\w+)"', blocks["notices"]) == [tone]
            assert bool(blocks["findings"]) == bool(outcome and outcome.counted and outcome.counted.instances)


def test_what_the_erp_writes_is_text_not_markup(instance: MakeInstance, now: datetime, language: Language) -> None:
    evil = "<script>alert(1)</script>"
    rows = [{"_id": evil, "clients": 1}]
    code = [{"_id": {"word": "bill.status", "raw": evil}, "clients": 1}]
    nothing = dict.fromkeys(pipelines("norte"), ())
    found = findings(instance(title=evil), {**nothing, "bairro": rows, "client_type": rows, "codes": code})
    blocks = painted(Html(language), Outcome(Counted(now, (found,))), EVERYBODY)

    assert not any("<script" in html for html in blocks.values())
    assert blocks["findings"].count("&lt;script&gt;") >= 4

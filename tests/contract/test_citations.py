"""Nobody is sent to a page that a user of the project does not have."""

from pathlib import Path

import pytest

import schemas
from tests.contract.citations import LOOKS_OUTSIDE, citation_faults, texts

ROOT = Path(schemas.__file__).parent.parent
PAGES = {
    "ARCHITECTURE.md": "# Architecture\n\n## Words\n\n**One writer, one\norder.** It is.\n",
    "schemas/erp/IXC.md": "# IXC\n\n## Values\n",
    "deploy/decisions/0009-every-erp-is-a-source.md": "# 9. Every ERP\n",
}


def page(name: str) -> str:
    """Put together here, so that this file itself cites nothing of the kind."""
    return f"{name}.md"


def test_every_citation_leads_somewhere_in_the_project() -> None:
    assert list(citation_faults(texts(ROOT))) == []


def test_everything_that_people_wrote_is_read() -> None:
    found = texts(ROOT)

    assert {"ARCHITECTURE.md", "README.md", "schemas/topics.py", ".ci/run", "Makefile", "docker-compose.yml"} <= found.keys()
    assert {"dashboard/parts/templates/shell.html", "tests/contract/test_citations.py", "pyproject.toml"} <= found.keys()


def test_only_what_looks_outside_may() -> None:
    assert {fault.partition(":")[0] for fault in citation_faults(texts(ROOT), looks_outside=())} == LOOKS_OUTSIDE


@pytest.mark.parametrize(
    "text",
    [
        '"""Facts (`ARCHITECTURE.md`)."""',
        '"""Facts (`ARCHITECTURE.md`, "Words")."""',
        f'# Facts (`{page("ARCHITECTURE")}`, "One writer,\n# one order").',
        f'"""Facts (`{page("IXC")}`, "Values")."""',
        '"""Facts (`schemas/erp/IXC.md`, "Values")."""',
        "decided in record 0009, see decision 9",
        'topic = "erp.reference.v1"; 3 records 7 times; cross-reference/s',
    ],
)
def test_what_leads_somewhere_is_no_fault(text: str) -> None:
    assert list(citation_faults({**PAGES, "schemas/erp/ixc.py": text})) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (f"(`{page('design')}`, decision 9)", f"{page('design')} is not part of the project"),
        ("(`" + "reference" + "/erp`, 1.6)", "reference" + "/ is not part of the project"),
        ("see ../" + "shared/data", "../" + "shared is not part of the project"),
        (f"(`{page('erp')}`, 1.6)", f"there is no {page('erp')}"),
        (f"(`{page('schemas/IXC')}`)", f"there is no {page('schemas/IXC')}"),
        (f'(`{page("ARCHITECTURE")}`, "Wordz")', f"{page('ARCHITECTURE')} has no 'Wordz'"),
        (f'(`{page("ARCHITECTURE")}`, "One writer")', f"{page('ARCHITECTURE')} has no 'One writer'"),
        (f"`deploy/decisions/{page('0010-one-writer')}`", f"there is no deploy/decisions/{page('0010-one-writer')}"),
        ("decided in record 0" + "012", "there is no record 0" + "012"),
        ("records 0009" + " and 0011", "there is no record 0" + "011"),
        ("superseded by 0" + "013 in", "there is no record 0" + "013"),
        ("decision " + "12", "there is no record " + "12"),
    ],
)
def test_what_leads_nowhere_is_noticed(text: str, complaint: str) -> None:
    assert f"schemas/erp/ixc.py: {complaint}" in list(citation_faults({**PAGES, "schemas/erp/ixc.py": text}))

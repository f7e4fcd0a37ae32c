"""A name that a program too many went through is mended where it has one reading, and no other name is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.erp import ERPS
from schemas.erp.mending import mended
from schemas.erp.values import text

NAMES = (
    *("JOÃO", "MARIA DA CONCEIÇÃO", "JOSÉ ÂNGELO", "ÁGUA BRANCA", "ÍRIS", "ÓTICA SÃO LUÍS", "ÚRSULA", "ÊNIO", "AÇAÍ"),
    *("CAÇÃO & FILHOS", "PÃO DE AÇÚCAR", "Mª JOSÉ", "Nº 5", "MAÇÃ", "IRMÃ DULCE", "À VISTA", "Sant'Ana", "½ LOTE"),
    *("CASA Â 5", "AT&T; COPY", "R&D", "1º ANDAR", "D\N{RIGHT SINGLE QUOTATION MARK}ÁVILA", "CENTRO", "ß", "ÃÂ", ""),
)
WORDS = st.lists(st.text("ABCÃÇÉÊÍÓÔÕÚÀÂÁabcãçéêíóôõúàâáü", min_size=1, max_size=8), min_size=1, max_size=4).map(" ".join)


def twice(name: str, encoding: str) -> str:
    """UTF-8 read byte by byte; the five bytes that Windows-1252 lacks as themselves."""
    return "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in name.encode())


@pytest.mark.parametrize("name", NAMES)
def test_a_name_as_it_is_stays(name: str) -> None:
    assert mended(name) == name


@given(WORDS)
def test_no_portuguese_word_is_touched(name: str) -> None:
    assert mended(name) == name


@pytest.mark.parametrize("encoding", ["latin-1", "windows-1252"])
@pytest.mark.parametrize("name", [name for name in NAMES if name != "ÃÂ"])
def test_accents_that_were_encoded_twice_are_mended(name: str, encoding: str) -> None:
    assert mended(twice(name, encoding)) == name
    assert mended(twice(twice(name, "latin-1"), "latin-1")) == name


@pytest.mark.parametrize(
    ("spoilt", "meant"),
    [
        ("JO&Atilde;O", "JOÃO"),
        ("JO&ATILDE;O", "JOÃO"),
        ("S&#227;o Jos&#xE9;", "São José"),
        ("A &amp; B", "A & B"),
        ("A &amp;amp; B", "A & B"),
        ("CENTRO&nbsp;", "CENTRO"),
        ("São JoÃ£o", "São João"),
        ("AT&T; COPY &notanentity; R&D", "AT&T; COPY &notanentity; R&D"),
        ("JO\N{REPLACEMENT CHARACTER}O", "JO\N{REPLACEMENT CHARACTER}O"),
    ],
)
def test_entities_are_signs(spoilt: str, meant: str) -> None:
    assert text(spoilt) == meant


def test_the_names_of_every_erp_are_mended() -> None:
    for erp in ERPS.values():
        for table in erp.of_kind("client"):
            for word in ("name", "bairro"):
                reader = table.words[word]
                assert reader.read(*["CONCEIÃ§Ã£O"] * len(reader.columns)) == "CONCEIçãO", (erp.name, word)

"""When two names mean the same place: the letters they share once abbreviations are written out. Pure, and cached."""

import re
import unicodedata
from functools import lru_cache

PARTICLES = frozenset({"de", "da", "do", "das", "dos", "e", "d"})
ROMAN = re.compile(r"(?=[ivx])(x{0,3})(ix|iv|v?i{0,3})", re.IGNORECASE)
UNITS = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
PARTS = re.compile(r"[0-9]+[ao]?\b|[0-9]+|[a-z]+")
SPACE = re.compile(r"\s+")

WRITTEN_OUT = {
    short: whole
    for whole, shorts in {
        "alameda": "al",
        "avenida": "av aven",
        "bloco": "bl",
        "brigadeiro": "brig",
        "capitao": "cap",
        "chacara": "ch chac",
        "condominio": "cond condom",
        "conjunto": "conj cj cjto",
        "coronel": "cel",
        "distrito": "dist",
        "doutor": "dr",
        "doutora": "dra",
        "edificio": "ed edf edif",
        "engenheiro": "eng",
        "fazenda": "faz",
        "general": "gal gen",
        "governador": "gov",
        "habitacional": "hab",
        "jardim": "jd jrd jard jdm",
        "junior": "jr",
        "loteamento": "lot loteam",
        "marechal": "mal",
        "nossa senhora": "nsa nsra ns",
        "padre": "pe",
        "parque": "pq pque prq",
        "povoado": "pov",
        "praca": "pca",
        "prefeito": "pref",
        "presidente": "pres",
        "professor": "prof",
        "professora": "profa",
        "quadra": "qd",
        "residencial": "res resid",
        "rua": "r",
        "santa": "sta",
        "santo": "sto",
        "sao": "s",
        "senador": "sen",
        "travessa": "trav tv",
        "vila": "vl",
    }.items()
    for short in shorts.split()
}
OUR_LADY = re.compile(r"\bn (?:s|sa|sra|senhora)\b")


def plain(text: str) -> str:
    """`text` without accents and capitals."""
    if text.isascii():
        return text.lower()
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each)).casefold()


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """`text` without what does not tell spellings apart: case, accents, spaces."""
    return SPACE.sub("", plain(text))


@lru_cache(maxsize=50_000)
def written_out(text: str) -> tuple[str, tuple[str, ...]]:
    """The words, without accents, particles and abbreviations; and apart from them the numbers, roman ones too.

    Numbers stand apart because they are all that tells "Etapa I" from "Etapa II".
    """
    words: list[str] = []
    numbers: list[str] = []
    for part in OUR_LADY.sub("nsra", " ".join(PARTS.findall(plain(text)))).split():
        if part[0].isdecimal():
            numbers.append(part.rstrip("ao").lstrip("0"))
        elif found := ROMAN.fullmatch(part):
            numbers.append(str(10 * len(found[1]) + UNITS.index(found[2])))
        elif part not in PARTICLES:
            words.append(WRITTEN_OUT.get(part, part))
    return " ".join(words), tuple(numbers)

"""Names of people, companies, streets and quarters: pools drawn from Faker once, then combined."""

import unicodedata
from functools import lru_cache
from random import Random
from typing import Final, NamedTuple

from faker import Faker

BAIRROS: Final = (
    *("Centro", "Ponta Verde", "Jatiúca", "Pajuçara", "Mangabeiras", "Cruz das Almas", "Farol", "Gruta de Lourdes"),
    *("Serraria", "Benedito Bentes", "Tabuleiro do Martins", "Cidade Universitária", "Clima Bom", "Santa Lúcia"),
    *("Jardim Petrópolis", "Jardim Esperança", "Conjunto José Tenório", "Conjunto Village Campestre", "São Jorge"),
    *("Santos Dumont", "Trapiche da Barra", "Vergel do Lago", "Ponta Grossa", "Poço", "Barro Duro", "Feitosa"),
    *("Loteamento Bela Vista", "Residencial Jorge Quintella", "Povoado Massagueira", "Vila Goiabeira", "Antares"),
)
SHORT: Final = {"Jardim ": "Jd. ", "Conjunto ": "Conj. ", "Loteamento ": "Lot ", "Residencial ": "Res. ", "Santa ": "Sta "}


class Pools(NamedTuple):
    """What names are put together from."""

    first: tuple[str, ...]
    last: tuple[str, ...]
    streets: tuple[str, ...]
    companies: tuple[str, ...]


@lru_cache(maxsize=8)
def pools(seed: int) -> Pools:
    """The same pools for the same seed."""
    fake = Faker("pt_BR")
    fake.seed_instance(seed)
    return Pools(
        first=tuple(fake.first_name() for _ in range(300)),
        last=tuple(fake.last_name() for _ in range(300)),
        streets=tuple(fake.street_name() for _ in range(400)),
        companies=tuple(fake.company() for _ in range(200)),
    )


def person(rng: Random, drawn: Pools) -> str:
    """A full name; most operators type in capitals."""
    name = f"{rng.choice(drawn.first)} {rng.choice(drawn.last)} {rng.choice(drawn.last)}"
    return name.upper() if rng.random() < 0.8 else name  # noqa: PLR2004  # a share, clearest where it stands


def company(rng: Random, drawn: Pools) -> str:
    """A company's registered name."""
    return f"{rng.choice(drawn.companies)} {rng.choice(drawn.last)}".upper()


def without_accents(text: str) -> str:
    """`Jatiúca` → `Jatiuca`."""
    return "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))


@lru_cache(maxsize=1)
def bairros() -> tuple[tuple[str, ...], ...]:
    """By quarter: its spellings, the right one first, the usual one most often."""
    return tuple(_spellings(name) for name in BAIRROS)


def bairro(rng: Random) -> str:
    """A quarter in one of its spellings, or blank; few quarters hold most clients."""
    if rng.random() < 0.03:  # noqa: PLR2004  # a share, clearest where it stands
        return rng.choice(("", " ", "."))
    spellings = bairros()[int(len(BAIRROS) * rng.random() ** 2)]
    return spellings[int(len(spellings) * rng.random() ** 3)]


def _spellings(name: str) -> tuple[str, ...]:
    short = name
    for word, abbreviation in SHORT.items():
        short = short.replace(word, abbreviation)
    plain = without_accents(name)
    found = (name, name.upper(), plain.upper(), plain.lower(), short, f"{name} ", name.replace(" ", "  "), short.upper())
    return tuple(dict.fromkeys(found))

"""The small tables: states, cities of Alagoas and its neighbours, branches, client types, plans."""

from typing import Final, Literal, NamedTuple

from deploy.simulators.ixc.filters import Row


class City(NamedTuple):
    """`id` is IXC's own, `uf` the id of its state, `ddd` its area code.

    `weight`: its share of the clients of a provider at home in Alagoas; `in_sergipe`: of one there.
    """

    id: int
    name: str
    uf: int
    ddd: str
    weight: int
    in_sergipe: int = 1


CITIES: Final = (
    City(1777, "Maceió", 27, "82", 60),
    City(1693, "Arapiraca", 27, "82", 14),
    City(1801, "Rio Largo", 27, "82", 8),
    City(1786, "Palmeira dos Índios", 27, "82", 5),
    City(1768, "Marechal Deodoro", 27, "82", 4),
    City(1791, "Penedo", 27, "82", 3),
    City(1719, "Delmiro Gouveia", 27, "82", 2),
    City(1821, "União dos Palmares", 27, "82", 2),
    City(2611, "Garanhuns", 26, "87", 1),
    City(2988, "Propriá", 28, "79", 1, 8),
    City(2923, "Aracaju", 28, "79", 0, 60),
    City(2956, "Itabaiana", 28, "79", 0, 14),
    City(2967, "Nossa Senhora do Socorro", 28, "79", 0, 9),
)
Home = Literal["AL", "SE"]
"""Where a provider has most of its clients: in Alagoas a law closes nights, Sundays and holidays to calls; in Sergipe none
is known."""
CITY_WEIGHTS: Final[dict[Home, tuple[int, ...]]] = {
    "AL": tuple(city.weight for city in CITIES),
    "SE": tuple(city.in_sergipe for city in CITIES),
}
STATES: Final = """
11 RO Rondônia|12 AC Acre|13 AM Amazonas|14 RR Roraima|15 PA Pará|16 AP Amapá|17 TO Tocantins|21 MA Maranhão|22 PI Piauí
|23 CE Ceará|24 RN Rio Grande do Norte|25 PB Paraíba|26 PE Pernambuco|27 AL Alagoas|28 SE Sergipe|29 BA Bahia
|31 MG Minas Gerais|32 ES Espírito Santo|33 RJ Rio de Janeiro|35 SP São Paulo|41 PR Paraná|42 SC Santa Catarina
|43 RS Rio Grande do Sul|50 MS Mato Grosso do Sul|51 MT Mato Grosso|52 GO Goiás|53 DF Distrito Federal
""".strip()
CLIENT_TYPES: Final = (
    *("Residencial", "RESIDENCIAL ", "Comercial", "Condomínio Ocean View", "Cond. Ocean View", "Rua do Sol"),
    *("Condomínio Jardim das Acácias", "Permuta", "Órgão Público", "Colaborador", "Rural", "Corporativo"),
)
BRANCHES: Final = ("Matriz Maceió", "Filial Arapiraca", "Filial Sertão")
BRANCH_OF_CITY: Final = {1693: 2, 1786: 2, 1719: 3, 2611: 3}


class Plan(NamedTuple):
    """An internet plan and its monthly price in cents."""

    name: str
    cents: int


PLANS: Final = (
    Plan("FIBRA 100 MEGA", 59_90),
    Plan("FIBRA 300 MEGA", 79_90),
    Plan("FIBRA 500 MEGA + WI-FI", 99_90),
    Plan("Fibra 700 Mega Gamer", 129_90),
    Plan("RADIO 10 MEGA RURAL", 89_00),
    Plan("EMPRESARIAL 1 GIGA", 249_90),
)


def reference_rows() -> dict[str, dict[int, Row]]:
    """The small tables, by name and id."""
    states = (text.strip().split(" ", 2) for text in STATES.split("|"))
    return {
        "uf": {int(code): {"id": code, "sigla": short, "nome": name} for code, short, name in states},
        "cidade": {city.id: {"id": str(city.id), "nome": city.name, "uf": str(city.uf)} for city in CITIES},
        "filial": {
            number: {"id": str(number), "razao": name, "fantasia": name, "cidade": str(CITIES[0].id)}
            for number, name in enumerate(BRANCHES, 1)
        },
        "tipo_cliente": {number: {"id": str(number), "tipo_cliente": name} for number, name in enumerate(CLIENT_TYPES, 1)},
    }

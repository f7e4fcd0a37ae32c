"""Rows of `cliente`."""

from datetime import date
from random import Random
from typing import Final

from deploy.simulators.ixc import documents, names, phones, places
from deploy.simulators.ixc.chance import day, happens, pick
from deploy.simulators.ixc.filters import Row

INACTIVE: Final = 0.06
COMPANY: Final = 0.06
WITHOUT_DOCUMENT: Final = 0.005
COLLECTION: Final = {"P": 0.90, "S": 0.07, "N": 0.03}
OLDEST_DAYS: Final = 3_000


def client(row_id: int, rng: Random, drawn: names.Pools, today: date, home: places.Home) -> Row:
    """One client, active or not, as registered at some time before `today`."""
    city = rng.choices(places.CITIES, places.CITY_WEIGHTS[home])[0]
    cell = "" if happens(rng, 0.04) else phones.phone(rng, city.ddd)
    since = day(today, -rng.randrange(OLDEST_DAYS))
    row = {
        "id": str(row_id),
        "uf": str(city.uf),
        "cidade": str(city.id),
        "filial_id": str(places.BRANCH_OF_CITY.get(city.id, 1)),
        "bairro": names.bairro(rng),
        "endereco": rng.choice(drawn.streets),
        "numero": str(rng.randrange(1, 2000)) if happens(rng, 0.9) else "S/N",
        "cep": f"57{rng.randrange(1000):03d}-{rng.randrange(1000):03d}",
        "data_cadastro": since,
        "ultima_atualizacao": f"{since} 09:{rng.randrange(60):02d}:00",
        "id_tipo_cliente": str(1 + int(len(places.CLIENT_TYPES) * rng.random() ** 3)),
        "participa_cobranca": pick(rng, COLLECTION),
        "email": f"cliente{row_id}@example.invalid",
        "telefone_celular": cell,
        "whatsapp": phones.whatsapp(rng, city.ddd, cell),
        "fone": phones.seldom(rng, city.ddd, 0.15),
        "telefone_comercial": phones.seldom(rng, city.ddd, 0.06),
        "ativo": "N" if happens(rng, INACTIVE) else "S",
    }
    return row | (_company(rng, drawn) if happens(rng, COMPANY) else _person(rng, drawn, today))


def _person(rng: Random, drawn: names.Pools, today: date) -> Row:
    return {
        "razao": names.person(rng, drawn),
        "cnpj_cpf": "" if happens(rng, WITHOUT_DOCUMENT) else documents.person_document(rng),
        "data_nascimento": day(today, -365 * rng.randrange(19, 80)),
    }


def _company(rng: Random, drawn: names.Pools) -> Row:
    name = names.company(rng, drawn)
    return {
        "tipo_pessoa": "J",
        "razao": f"{name} LTDA",
        "fantasia": name.title(),
        "cnpj_cpf": documents.company_document(rng),
    }

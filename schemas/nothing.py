"""The one reader of "nothing": the many ways in which ERPs, their exports, workflows and clerks say that there is no value.

Texts are asked with `is_nothing`, days with `is_no_day`, codes with `is_no_code`, amounts with `is_no_amount`. A word is
compared without accents, capitals, blanks and signs, so that "Não informado", "NAO INFORMADO" and "nao-informado" are one.
A spreadsheet's `#####` says that there is a value which it does not show: of a name no harm comes of calling that nothing.
"""

import re
from functools import lru_cache

from schemas.spelling import plain

OF_PROGRAMS = frozenset(
    {"null", "nulo", "nula", "none", "nil", "nan", "nat", "undefined", "na", "nd", "dbnull", "objectobject", "semvalor"}
)
OF_CLERKS = frozenset(
    {
        *("sn", "sno", "snr", "si", "sb", "ni", "nt", "nc", "nenhum", "nenhuma", "nada", "vazio", "vazia", "embranco"),
        *("indefinido", "indefinida", "indeterminado", "desconhecido", "desconhecida", "ignorado", "ignorada"),
        *("indisponivel", "inexistente", "adefinir", "aconfirmar", "ainformar", "apreencher", "acadastrar"),
        *("informar", "definir", "cadastrar", "preencher"),
    }
)
"""Of two letters only what is read so with its sign ("S/N", "S/I", "S/B", "N/I", "N/T", "N/C"): see `SIGNED`."""
SIGNED = frozenset({"sn", "si", "sb", "ni", "nt", "nc", "na", "nd"})
"""Words of two letters that may be a name's abbreviation too: nothing where a sign is between them, or in capitals alone."""
NEGATED = re.compile(
    r"nao(?:ha|tem|temos|possui|consta|existe|sabe|seaplica|aplicavel|aplica"
    r"|(?:foi)?(?:informad|definid|cadastrad|preenchid|identificad|especificad|encontrad|localizad|atribuid)[oa]s?"
    r"|disponivel|informou|sei|sabido)"
)
WITHOUT = re.compile(
    r"sem(?:informac(?:ao|oes)|cadastro|registro|dados?|definicao|preenchimento|identificacao|bairro|numero|endereco|rua|cidade"
    r"|uf|estado|cep|nome|tipo|grupo|categoria|classificacao|plano|filial|telefone|fone|celular|contato|email|complemento"
    r"|documento|cpf|cnpj|data|vencimento|pagamento|pagto|pgto|pag|baixa|recebimento|quitacao|contrato|login|codigo|id)"
)
NULL = (r"\n", "#n/a", "#n/d", "#ref!", "#valor!", "#value!", "#nome?", "#name?", "#null!", "#nulo!")
"""As they stand: what a database's dump and a spreadsheet's broken formula write."""
BROKEN = re.compile(r"\s*(?:#|erro?:[0-9])", re.IGNORECASE)
"""What a spreadsheet shows instead of a value: the column is too narrow, or a formula failed, in any language."""
NOT_PAID = frozenset(
    {
        *("n", "nao", "no", "false", "falso", "aberto", "aberta", "emaberto", "pendente", "apagar", "areceber", "avencer"),
        *("vencido", "vencida", "aguardando", "aguardandopagamento", "naopago", "naopaga", "naorecebido", "naobaixado"),
        *("naoquitado", "impago", "unpaid", "open", "pending", "never", "nunca", "atrasado", "atrasada", "ematraso"),
        *("inadimplente", "devedor", "devedora"),
    }
)
"""Words in a day's place."""
CALENDARS = frozenset(
    {
        *("0001-01-01", "0001-01-02", "0002-11-30", "1000-01-01", "1582-10-15", "1601-01-01", "1753-01-01", "1800-12-28"),
        *("1858-11-17", "1899-12-30", "1899-12-31", "1900-01-00", "1900-01-01", "1904-01-01", "1969-12-31", "1970-01-01"),
        *("1980-00-00", "-0001-11-30", "9999-12-31", "2999-12-31", "4501-01-01", "2079-06-06", "2038-01-19", "2099-12-31"),
        *("2000-01-01", "2001-01-01"),
    }
)
"""The first or last day of a calendar: of .NET, MySQL, Windows, SQL Server (also its smalldatetime), Clarion, spreadsheets
(of Windows and Mac), Unix (also west of Greenwich), DOS, Outlook, Apple, PostgreSQL; and what PHP and Java make of
0000-00-00."""
SHORT_YEARS = frozenset(
    day[2:]
    for day in CALENDARS
    if day[:2] in {"18", "19", "20"} and (f"20{day[2:]}" in CALENDARS or day[2:4] >= "40")  # 01/01/04 may be a day
)
"""Those of them that are none in whichever century, as `YY-MM-DD`."""
SEPARATED = r"(?:[T ].*)?"
YEAR_FIRST = re.compile(rf"(-?[0-9]{{4}})[-/.]([0-9]{{2}})[-/.]([0-9]{{2}}){SEPARATED}")
DAY_FIRST = re.compile(rf"([0-9]{{2}})[-/.]([0-9]{{2}})[-/.](-?[0-9]{{4}}){SEPARATED}")
SHORT_YEAR = re.compile(rf"([0-9]{{2}})[-/.]([0-9]{{2}})[-/.]([0-9]{{2}}){SEPARATED}")
COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
SHORT = 2
FIRST_DIGITS = frozenset("123456789")


def is_nothing(written: str) -> bool:
    """Whether a text or an id says that there is none: blank, signs alone, zeros alone, or a word for it."""
    if written[:1] in FIRST_DIGITS:
        return False  # no such word begins so, and ids, of which there are a million, need no reading
    return _says_nothing(written)


@lru_cache(maxsize=50_000)
def _says_nothing(written: str) -> bool:
    folded = plain(written).strip()
    if folded in NULL:
        return True
    bare = "".join(each for each in folded if each.isalnum())
    if not bare.strip("0") or bare in OF_PROGRAMS - SIGNED:
        return True
    if bare in SIGNED:
        return folded != bare or written.isupper()
    if len(bare) >= SHORT and not bare.strip("x"):
        return True
    return bare in OF_CLERKS or bool(NEGATED.fullmatch(bare) or WITHOUT.fullmatch(bare))


def is_broken(written: str) -> bool:
    """Whether a spreadsheet shows that it does not show the value: there may be one, so that this is never nothing."""
    return BROKEN.match(written) is not None


def is_no_amount(written: str) -> bool:
    """Whether a text in an amount's place says that there is none; zeros are none."""
    return not is_broken(written) and is_nothing(written)


@lru_cache(maxsize=50_000)
def is_no_day(written: str) -> bool:
    """Whether a text in a day's place says that there is none: also a zero date, and the first day of some calendar.

    A time of day does not matter, as programs shift such days by their zone: 1969-12-31 21:00 is where Unix' time begins.
    """
    if is_broken(written):
        return False
    if is_nothing(written):
        return True
    no_day = _no_day_of_a_calendar(written.strip())
    return "".join(each for each in plain(written) if each.isalnum()) in NOT_PAID if no_day is None else no_day


@lru_cache(maxsize=50_000)
def is_no_code(written: str) -> bool:
    """Whether a text in a code's place is none: also a day that is none, as a spreadsheet makes of it, or what it hides."""
    if is_nothing(written):
        return True
    return not written.isdecimal() and _no_day_of_a_calendar(written.strip()) is True


def _no_day_of_a_calendar(bare: str) -> bool | None:
    """None where it is not written as a day. Month and day may stand in either order: such a year means no other day."""
    if found := SHORT_YEAR.fullmatch(bare):
        first, second, third = found.groups()
        orders = ((third, second, first), (third, first, second), (first, second, third))
        return True if any("-".join(parts) in SHORT_YEARS for parts in orders) else None
    if found := YEAR_FIRST.fullmatch(bare) or COMPACT.fullmatch(bare):
        parts = found[1], found[2], found[3]
    elif found := DAY_FIRST.fullmatch(bare):
        parts = found[3], found[2], found[1]
    else:
        return None
    year, second, third = parts
    return bool({f"{year}-{second}-{third}", f"{year}-{third}-{second}"} & CALENDARS) or not year.strip("-0")

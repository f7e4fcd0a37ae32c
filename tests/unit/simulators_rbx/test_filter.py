"""A `Filtro` is judged as a database would: checked against a real one where the two agree on the dialect."""

import sqlite3
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.simulators.ixc.columns import BLANKS
from deploy.simulators.ixc.store import Provider
from deploy.simulators.rbx.entries import Cells, Column, Entry, View, own
from deploy.simulators.rbx.parser import parse
from deploy.simulators.rbx.predicate import predicate
from deploy.simulators.rbx.reach import reach
from deploy.simulators.rbx.tokens import FilterError
from tests.unit.simulators_rbx.conftest import TODAY

COLUMNS = {
    "codigo": Column(own("id"), number=True),
    "clientes.codigo": Column(own("id"), number=True),
    "nome": Column(own("razao")),
    "data": Column(own("data_cadastro")),
}
KEY = frozenset({"codigo", "clientes.codigo"})
NOWHERE = View(Provider({}), TODAY, "ymd")


def meets(filtro: str, **columns: str) -> bool:
    tree = parse(filtro)
    assert tree is not None
    cells = Cells({"id": "7", "razao": "Ana d'Ávila", "data_cadastro": "2026-01-05", **columns}, BLANKS["cliente"])
    return predicate(tree, COLUMNS)(Entry(cells, cells, NOWHERE))


@pytest.mark.parametrize(
    "filtro",
    [
        "Codigo = 7",
        "Codigo = '7'",
        "codigo=7.0",
        "CLIENTES.CODIGO = 7",
        "`Codigo` >= 7 AND 8 > Codigo",
        "Codigo > 6 and codigo <= 7",
        "Codigo <> 8 AND Codigo != 9",
        "Codigo IN (1, '7', 9)",
        "Codigo NOT IN (1, 2)",
        "Codigo BETWEEN 7 AND 7",
        "Codigo NOT BETWEEN 8 AND 9",
        "Codigo > -1",
        "Codigo < 10",  # as text it would not be
        "Nome = 'ana d''ávila'",
        r"Nome = 'ANA D\'ÁVILA'",
        'Nome = "Ana d\'Ávila"',
        "Nome LIKE 'ana%'",
        "Nome LIKE '%Á_ila'",
        r"Nome NOT LIKE 'ana\%'",
        "Data >= '2026-01-05' AND Data < '2026-02-01'",
        "NOT Codigo = 8",
        "NOT NOT Codigo = 7",
        "Codigo = 8 OR Codigo = 7 AND Nome LIKE 'a%'",
        "Codigo = 1 OR Codigo = 7",
        "Codigo = 1 OR Codigo <> 1",
        "(Codigo = 8 OR Codigo = 7) AND NOT (Codigo = 9)",
        "(Codigo = 7) = TRUE",
        "Codigo IS NOT NULL",
        "1",
        "'1x'",
        "1=1 -- AND 1=0",
        "1=1 # AND 1=0",
        "1 /* = 0 */ = 1",
        "Codigo = 8 || 1=1",
        "Codigo = 7 && 1",
        "Codigo = Codigo",
    ],
)
def test_it_holds(filtro: str) -> None:
    assert meets(filtro)
    assert not meets(f"NOT ({filtro}\n)")


@pytest.mark.parametrize(
    "filtro", ["0", "''", "'x'", "Codigo IS NULL", "FALSE", "Nome = 7", "Nome > 'b'", "Codigo IN ('x')", "Codigo = 7.5"]
)
def test_it_does_not_hold(filtro: str) -> None:
    assert not meets(filtro)


@pytest.mark.parametrize(
    "filtro",
    [
        "Codigo =",
        "= 7",
        "Codigo = 7)",
        "(Codigo = 7",
        "Codigo 7",
        "Codigo = 7 AND",
        "Codigo IN ()",
        "Codigo IN 7",
        "Codigo BETWEEN 1 OR 2",
        "Codigo NOT 7",
        "Codigo IS 7",
        "Nome = 'Ana",
        "Codigo = 7; DROP TABLE Clientes",
        "Codigo = 7 UNION SELECT 1",
        "1abc",
        "-'1'",
        "(" * 500 + "1" + ")" * 500,
    ],
)
def test_what_cannot_be_read_is_a_syntax_error(filtro: str) -> None:
    with pytest.raises(FilterError):
        parse(filtro)


@pytest.mark.parametrize("filtro", ["Nada = 1", "Contratos.Codigo = 1", "1=1 OR Senha LIKE 'a%'", "Codigo IN (Nada)"])
def test_a_column_that_does_not_exist_is_named(filtro: str) -> None:
    with pytest.raises(FilterError, match=r"Unknown column '\w"):
        meets(filtro)


@pytest.mark.parametrize("filtro", ["", "  ", "-- nothing", "/* nothing */"])
def test_a_blank_one_is_no_condition(filtro: str) -> None:
    assert parse(filtro) is None


PIECES = ["Codigo", "Nome", "'", '"', "(", ")", "=", "<", "1", "OR", "AND", "NOT", "IN", "--", "\\", "%", ",", "BETWEEN"]


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map(" ".join)))
def test_any_text_is_read_or_refused(filtro: str) -> None:
    with suppress(FilterError):
        assert parse(filtro) is None or meets(filtro) in {True, False}


@given(st.text().map(lambda text: text.replace("%", "").replace("_", "")))
def test_a_text_that_is_escaped_as_mysql_asks_means_itself_and_nothing_more(name: str) -> None:
    escaped = name.replace("\\", "\\\\").replace("'", "''")

    assert meets(f"Nome = '{escaped}'", razao=name)
    assert not meets(f"Nome = '{escaped}'", razao=f"{name}x")
    assert meets(f"Nome LIKE '{escaped}'", razao=name) or "\\" in name  # LIKE has an escape of its own


CODES = st.integers(0, 20)
TEXTS = st.text("abX '", max_size=3)
WORDS = TEXTS.map(lambda text: f"'{text.replace(chr(39), chr(39) * 2)}'")
OPS = st.sampled_from(["=", "<>", "!=", "<", "<=", ">", ">="])
LEAVES = st.one_of(
    st.builds("Codigo {} {}".format, OPS, CODES),
    st.builds("{1} {0} Codigo".format, OPS, CODES),
    st.builds("Nome {} {}".format, OPS, WORDS),
    st.builds("{} {} {}".format, CODES, OPS, CODES),
    st.builds("Codigo {}BETWEEN {} AND {}".format, st.sampled_from(["", "NOT "]), CODES, CODES),
    st.builds(
        "Codigo {}IN ({})".format, st.sampled_from(["", "NOT "]), st.lists(CODES, min_size=1).map(str).map(lambda t: t[1:-1])
    ),
    st.builds("Nome {}IN ({})".format, st.sampled_from(["", "NOT "]), st.lists(WORDS, min_size=1).map(", ".join)),
    st.builds("Nome {}LIKE {}".format, st.sampled_from(["", "NOT "]), st.text("ab%_", max_size=3).map("'{}'".format)),
    CODES.map(str),
)
FILTERS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("{} AND {}".format, inner, inner),
        st.builds("{} OR {}".format, inner, inner),
        st.builds("NOT {}".format, inner),
        st.builds("({})".format, inner),
    ),
    max_leaves=8,
)


@given(filtro=FILTERS, code=CODES, name=TEXTS)
def test_a_real_database_agrees(filtro: str, code: int, name: str) -> None:
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE c (Codigo INTEGER, Nome TEXT COLLATE NOCASE)")
        database.execute("INSERT INTO c VALUES (?, ?)", (code, name))
        [(found,)] = database.execute(f"SELECT COUNT(*) FROM c WHERE {filtro}")  # noqa: S608  # that it is raw is the point
    database.close()

    assert meets(filtro, id=str(code), razao=name) is bool(found)


@given(filtro=FILTERS, code=CODES)
def test_what_meets_it_is_within_its_reach(filtro: str, code: int) -> None:
    tree = parse(filtro)
    assert tree is not None
    within = reach(tree, KEY)
    reached = code in within.codes if within.codes is not None else within.low <= code <= within.high

    assert reached or not meets(filtro, id=str(code))


@pytest.mark.parametrize(
    ("filtro", "expected"),
    [
        ("Codigo > 5 AND Codigo <= 1005", (("id", ">=", ("5.0",)), ("id", "<=", ("1005.0",)))),
        ("5 < Clientes.Codigo AND Nome = 'x'", (("id", ">=", ("5.0",)),)),
        ("Codigo = 5 OR Codigo = 7", (("id", "IN", ("5.0", "7.0")),)),
        ("Codigo IN (5, 7) AND Codigo > 5", (("id", "IN", ("5.0", "7.0")),)),
        ("Codigo = 5 OR Codigo IN (9)", (("id", "IN", ("5.0", "9.0")),)),
        ("Codigo = 5 OR (Codigo > 7 AND Codigo < 9)", (("id", ">=", ("5.0",)), ("id", "<=", ("9.0",)))),
        ("Codigo BETWEEN 5 AND 7", (("id", ">=", ("5.0",)), ("id", "<=", ("7.0",)))),
        ("Codigo = 5 OR 1=1", ()),
        ("NOT Codigo = 5", ()),
        ("Codigo <> 5", ()),
    ],
)
def test_only_the_codes_that_count_are_looked_at(filtro: str, expected: tuple[object, ...]) -> None:
    tree = parse(filtro)

    assert tree is not None
    assert reach(tree, KEY).conditions() == expected

"""The page "Monitoramento" in Streamlit, as its own guide would have it: a script, a cached read, one element a part.

`streamlit run deploy/bench/rivals/streamlit_page.py`, with MONGO_URI and MONGO_DATABASE. The same pipelines as the
dashboard's, the same figures, the same five charts, the same tables; Streamlit's own elements, nothing of ours round them.
"""

import os
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st
from pymongo import MongoClient
from pymongo.database import Database

from deploy.bench.dashboard.provider import PROVIDER
from schemas.figures.calls import CallDay, call_days, calls_pipeline
from schemas.figures.days import days_pipeline
from schemas.figures.debts import SUBJECTS, Debt, debt_pipeline, debts
from schemas.figures.queue import Waiting, queue_pipeline, waiting, waiting_pipeline
from schemas.figures.scope import Pipeline, Scope, scope_of
from schemas.figures.standing import Standing, standing, standing_pipeline
from schemas.reverse_map import ReverseMap, Subject
from schemas.views import SNAPSHOTS

REFRESH_S = 60
HEAD, NAMES, LATEST, DAYS = 20, 10, 8, 90
TREND = ("standing.pre_cents", "standing.collection_cents")
Row = dict[str, Any]


class Read(NamedTuple):
    """All that the page shows. `past`: rows of `days_pipeline`; `latest`: calls and readings."""

    at: datetime
    standing: Standing
    waiting: Waiting
    head: list[Row]
    debts: dict[Subject, tuple[Debt, ...]]
    today: CallDay
    past: list[Row]
    latest: list[Row]


@st.cache_resource
def database() -> Database[Row]:
    """One client for the process."""
    return MongoClient[Row](os.environ["MONGO_URI"], tz_aware=True)[os.environ["MONGO_DATABASE"]]


@st.cache_data(ttl=REFRESH_S, show_spinner=False)
def read() -> Read:
    """Once a minute for everybody."""
    now = datetime.now(UTC)
    of = scope_of(PROVIDER, now)
    midnight = datetime.combine(of.today, time(0), PROVIDER.clock)
    since = of.today - timedelta(days=DAYS - 1)
    calls = _all("calls", calls_pipeline(of.instance, PROVIDER.zone, midnight, midnight + timedelta(days=1)))
    return Read(
        now,
        standing(_all("debtors", standing_pipeline(of))[0]),
        waiting(_all("queue", waiting_pipeline(of)), of),
        _all("queue", queue_pipeline(of, HEAD)),
        {subject: _debts(subject, of) for subject in SUBJECTS},
        next(iter(call_days(calls))),
        _all(SNAPSHOTS, days_pipeline(of.instance, PROVIDER.zone, "standing", since, of.today)),
        _latest("calls", {"outcome": {"$ne": None}}) + _latest("sweeps", {"phase": "completed"}),
    )


def _debts(subject: Subject, of: Scope) -> tuple[Debt, ...]:
    return debts(_all("debtors", debt_pipeline(subject, of)), ReverseMap(PROVIDER.reverse.get(subject, {})))


def _all(view: str, pipeline: Pipeline) -> list[Row]:
    return list(database()[view].aggregate(pipeline))


def _latest(view: str, match: Row) -> list[Row]:
    shown = {"_id": 0, "at": 1, "code": 1, "outcome": 1, "kind": 1}
    return list(database()[view].find({"instance": PROVIDER.name, **match}, shown).sort("at", -1).limit(LATEST))


def money(cents: float) -> str:
    """As Brazilians write it."""
    return f"R$ {cents / 100:,.2f}".translate(str.maketrans(",.", ".,"))


def main() -> None:
    """The whole page, from top to bottom."""
    st.set_page_config("Monitoramento", layout="wide")
    found = read()
    st.title("Monitoramento")
    st.caption(f"Atualizado às {found.at.astimezone(PROVIDER.clock):%H:%M:%S}")
    figures(found)
    charts(found)
    tables(found)


def figures(found: Read) -> None:
    """The cards of the debt and those of today's calls."""
    of, today = found.standing, found.today
    past: list[Row] = [row["figures"] for row in found.past[-2:-1]]
    before = past[0] if past else {}
    owed = of.overdue.cents - before.get("standing.overdue_cents", of.overdue.cents)
    first = st.columns(6)
    first[0].metric("Clientes ativos", f"{of.active_clients}")
    first[1].metric("Devedores", f"{of.overdue.debtors}", f"{of.overdue.debtors / of.active_clients:.1%}")
    first[2].metric("Valor em atraso", money(of.overdue.cents), money(owed))
    first[3].metric("Pré-cobrança", money(of.pre_collection.cents), f"{of.pre_collection.debtors} devedores")
    first[4].metric("Cobrança", money(of.collection.cents), f"{of.collection.debtors} devedores")
    first[5].metric("Prontos para ligar", f"{found.waiting.ready}", money(found.waiting.ready_cents))
    second = st.columns(4)
    second[0].metric("Chamadas hoje", f"{today.n}")
    second[1].metric("Atendidas por pessoa", f"{today.outcomes.get('human', 0)}")
    second[2].metric("Chamadas curtas", f"{today.share:.0%}")
    second[3].metric("Em andamento", f"{today.open}")


def charts(found: Read) -> None:
    """Two by age, one of the last days, one a subject."""
    ages = [f"{band.since} dias" for band in found.standing.aging]
    left, right = st.columns(2)
    left.subheader("Valor em atraso (R$)")
    left.bar_chart(pd.Series([band.cents / 100 for band in found.standing.aging], ages), horizontal=True)
    right.subheader("Faturas vencidas")
    right.bar_chart(pd.Series([band.bills for band in found.standing.aging], ages), horizontal=True)
    days = [date.fromisoformat(row["_id"]) for row in found.past[-30:]]
    numbers = {name: [row["figures"][name] / 100 for row in found.past[-30:]] for name in TREND}
    st.subheader("Valor em atraso nos últimos dias (R$)")
    st.line_chart(pd.DataFrame(numbers, index=days))
    for column, (subject, names) in zip(st.columns(2), found.debts.items(), strict=True):
        first, others = names[:NAMES], names[NAMES:]
        owed = {one.name: one.share.cents / 100 for one in first}
        owed["Outros"] = sum(one.share.cents for one in others) / 100
        column.subheader(f"Dívida por {subject}")
        column.bar_chart(pd.Series(owed), horizontal=True)


def tables(found: Read) -> None:
    """The queue, the holds, what happened last."""
    today = found.at.astimezone(PROVIDER.clock).date()
    rows = [
        {
            "Cliente": row["facts"]["name"],
            "Código": row["code"],
            "Atraso": (today - date.fromisoformat(row["oldest_due_on"])).days,
            "Valor": money(sum(cents for day, cents in row["facts"]["due"] if day < today.isoformat())),
            "Telefone": row["facts"]["phones"][0],
            "Situação": row["contracts"][0]["access_raw"],
            "Pontos": row["score"],
        }
        for row in found.head
    ]
    st.subheader("Próximos da fila")
    st.dataframe(pd.DataFrame(rows), hide_index=True)
    left, right = st.columns(2)
    left.dataframe(pd.DataFrame([(one.reason, one.debtors) for one in found.waiting.holds], columns=["Motivo", "Devedores"]))
    right.dataframe(pd.DataFrame(found.latest))


main()

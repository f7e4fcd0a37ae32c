"""Whether a server's operators mean what ours mean, counted once in a source's life."""

from functools import partial

from producers.erp.limits import TooLongError
from producers.erp.lists.asking import Asking
from producers.erp.lists.operators import Proof, Query, of_lists, of_query, without
from schemas.erp.declaration import NotUnderstoodError, Request, Table

COUNTED_AT_MOST = 3
"""Times that totals are compared: between two questions somebody may pay."""


class Understanding:
    """Of one instance."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._known: dict[Query, bool] = {}
        self._lists: bool | None = None
        self._ranged: set[str] = set()
        """Tables that were read by ranges, or by pages, with success."""

    async def asked(self, table: Table, query: Query) -> Query:
        """The query as this server understands it: without what it does not, so that more rows come than are wanted."""
        if not self._asking.protocol.asks_conditions:
            return query
        for proof in of_query(query):
            if await self._holds(table, proof) is False:
                self._asking.note(
                    table,
                    f"{query}",
                    f'this server\'s "{proof.operator}" is not ours: {table.name} is asked without it, and its rows are'
                    f" chosen here, which takes longer",
                )
                return without(query, frozenset({proof.operator}))
        return query

    @property
    def lists(self) -> bool:
        """Whether rows may be asked for by lists of ids: until something speaks against it."""
        return self._lists is not False

    async def count_lists(self, table: Table, *, suspected: bool = False) -> None:
        """Whether this server knows lists. `suspected`: one has not brought a row that is there when asked for alone."""
        if not self._asking.protocol.lists or self._lists is not None:
            return
        proof = of_lists(table)
        self._lists = await self._holds(table, proof) if proof else None
        if self._lists is None and suspected:
            self._lists = False
        if self._lists is False:
            self._asking.note(
                table,
                "in",
                "this server's IN is not ours: it knows no list with commas, so that rows which left a list are asked for"
                " one by one, which takes longer",
            )

    async def check_ranges(self, table: Table, *, found: bool) -> None:
        """Raises NotUnderstoodError where a whole reading `found` no row, though a question without a range brings one.

        A server that says "nothing found" to every ">" would else have no debts. Until one reading brings a row, each asks;
        not about reference tables, on which no debt depends.
        """
        if found:
            self._ranged.add(table.name)
        if table.name in self._ranged or table.kind == "reference" or self._asking.protocol.unranged is None:
            return
        for turn in range(len(self._asking.protocol.unranged(table))):
            if await self._brings(table, turn):
                raise NotUnderstoodError(
                    f'{table.name} has rows, but a question with ">" brings none of them: its server knows another ">".'
                    f" Nothing was concluded. Ask its support how rows above a code are asked for, and tell us"
                )

    async def _brings(self, table: Table, turn: int) -> bool:
        try:
            answer = await self._asking.by_filter(table, partial(self._unranged, turn))
        except TooLongError:  # so much there is
            return True
        return answer is not None and bool(answer.said.rows)

    def _unranged(self, turn: int, table: Table) -> Request | None:
        asked = self._asking.protocol.unranged(table) if self._asking.protocol.unranged else ()
        return asked[turn] if turn < len(asked) else None

    async def _holds(self, table: Table, proof: Proof) -> bool | None:
        if proof.doubted in self._known:
            return self._known[proof.doubted]
        for _ in range(COUNTED_AT_MOST):
            totals = [await self._total(table, query) for query in proof.questions]
            if any(total is None for total in totals):
                return None
            judged = proof.judged([total or 0 for total in totals])
            if judged is None:
                return None
            self._known[proof.doubted] = judged
            if judged:
                break
        return self._known[proof.doubted]

    async def _total(self, table: Table, query: Query) -> int | None:
        return (await self._asking.ask(table, self._asking.protocol.read(table, query, (), 1))).said.total

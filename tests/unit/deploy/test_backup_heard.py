"""Which stages work, by what was told of them last."""

from hypothesis import given
from hypothesis import strategies as st

from deploy.backup.heard import working

WORKERS = ("hydrate:0", "hydrate:1", "views:0", "erp-poller:a:b")


@given(st.lists(st.tuples(st.sampled_from(WORKERS), st.booleans())))
def test_a_stage_works_until_each_of_its_processes_has_said_goodbye(told: list[tuple[str, bool]]) -> None:
    def said_last(worker: str) -> bool:
        return next((alive for one, alive in reversed(told) if one == worker), False)

    beats = [(worker.encode(), b"{}" if alive else None) for worker, alive in told]
    assert working(beats) == sorted({worker.split(":")[0] for worker in WORKERS if said_last(worker)})

"""Why there is no comparison: from the process that makes it to the page, as one of a closed list."""

import pytest

from deploy.clients import Unreached
from deploy.dashboard import heard, one_at_a_time, what_if
from deploy.whatif.__main__ import obstacle
from schemas.codec import encode
from schemas.errors import PipelineError, RetryLater, StopWorker
from schemas.what_if import NotCompared, Obstacle, Wrong


@pytest.mark.parametrize(
    ("exc", "why"),
    [
        (NotCompared("nothing was read of vale yet: run erp-poller first", "nothing_read"), "nothing_read"),
        (Unreached("KAFKA_BOOTSTRAP_SERVERS=…: no broker answers"), "unreached"),
        (RetryLater("MONGO_URI: the database does not answer"), "unreached"),
        (StopWorker("KAFKA_BOOTSTRAP_SERVERS is missing"), "broken"),
    ],
)
def test_what_went_wrong_reaches_the_page_as_one_of_its_words(exc: PipelineError, why: Obstacle) -> None:
    line = encode(Wrong(wrong=str(exc), why=obstacle(exc)))

    with pytest.raises(NotCompared) as caught:
        heard(line)
    assert (caught.value.why, str(caught.value)) == (why, str(exc))


async def test_a_second_comparison_is_told_that_one_is_under_way() -> None:
    async with one_at_a_time:
        with pytest.raises(NotCompared) as caught:
            await anext(what_if("vale", {}, 30))
    assert caught.value.why == "busy"

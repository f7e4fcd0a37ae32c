"""What has come to an end is kept by the sink, and by a backup: neither may forget what the other one keeps."""

from deploy.backup.kept import kept
from schemas.views import LASTING, VIEWS
from sinks.views.worker import GHOSTS


def test_views_that_nobody_tells_again_outlive_a_reading_anew_and_are_backed_up() -> None:
    assert GHOSTS.keys() == LASTING
    assert kept(view.name for view in VIEWS) == sorted(LASTING)

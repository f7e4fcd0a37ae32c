"""A handler's own least role is asked for, wherever it is written."""

from dashboard.access.gate import gated
from dashboard.files.exports import File
from dashboard.files.lists import Exported
from dashboard.files.operation import OperatorFile


def test_a_role_that_stands_on_a_class_counts_behind_the_gate() -> None:
    """Providers' configuration is for administrators, the operator's lists for operators."""
    assert vars(gated(Exported))["needs"] == "admin"
    assert vars(gated(OperatorFile))["needs"] == "operator"
    assert vars(gated(File))["needs"] == "viewer"

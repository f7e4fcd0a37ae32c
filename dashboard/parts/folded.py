"""What most readers need not see: a title that opens it."""

# mypy: disable-error-code="no-untyped-call"
# Panel's constructors declare no types.

from panel.viewable import Viewable
from panel_material_ui.layout import Accordion

from dashboard.parts.block import TALL, WIDE


def folded(title: str, content: Viewable) -> Viewable:
    """`content` under `title`, closed at first."""
    return Accordion((title, content), active=[], styles=TALL, **WIDE)

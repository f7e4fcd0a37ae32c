"""The pages, in the order of the navigation; the first one opens where the address names none."""

from dashboard.pages import blocked, calls, collection, configuration, history, instances, monitoring, operation, overdue
from dashboard.pages.page import Page

PAGES: tuple[Page, ...] = (
    monitoring.PAGE,
    overdue.PAGE,
    blocked.PAGE,
    collection.PAGE,
    calls.PAGE,
    instances.PAGE,
    history.PAGE,
    operation.PAGE,
    configuration.PAGE,
)

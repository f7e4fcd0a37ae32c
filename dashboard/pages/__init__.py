"""The pages, in the order of the navigation; the first one opens where the address names none."""

from dashboard.pages import configuration, history, monitoring
from dashboard.pages.page import Page

PAGES: tuple[Page, ...] = (monitoring.PAGE, history.PAGE, configuration.PAGE)

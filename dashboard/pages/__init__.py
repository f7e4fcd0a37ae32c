"""The pages, in the order of the navigation; the first one opens where the address names none."""

from dashboard.pages import configuration, instances, monitoring
from dashboard.pages.page import Page

PAGES: tuple[Page, ...] = (monitoring.PAGE, instances.PAGE, configuration.PAGE)

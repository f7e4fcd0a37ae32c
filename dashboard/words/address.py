"""What stands in an address, so that a link or a bookmark opens the same page."""

QUERY = "instancia"
PAGE = "pagina"
"""The query parameters that name the selected instance and the page."""

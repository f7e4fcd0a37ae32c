"""The dashboard over a whole provider: how soon a page is there, what a crowd of open pages costs.

The same page is made in Streamlit (`deploy/bench/rivals/streamlit_page.py`), from the same pipelines over the same database.
"""

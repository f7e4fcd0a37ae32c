"""The one definition of each figure: MongoDB pipelines over the views, and the values that their rows become.

The dashboard and the snapshots run the same pipelines (`ARCHITECTURE.md`). Nothing here talks to a database.
Ages are not stored: a bill is `days late = today - due_on`, so every bound is a due date, and due dates are ISO text in the
`debtors` view, which compares as dates do.
"""

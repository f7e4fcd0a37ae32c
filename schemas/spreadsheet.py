"""What a file for a spreadsheet must not do: run what somebody else wrote (pure).

Names come from the ERP, and anybody can sign up as `=HYPERLINK(…)`.
"""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""With one of these a cell begins that a spreadsheet takes for a formula; the last four are those of a wide keyboard."""


def cell(text: str) -> str:
    """`text` that no spreadsheet executes; it then begins with an apostrophe."""
    return f"'{text}" if text.startswith(FORMULA) else text

"""Money as ERPs, exports and people write it, to cents."""

import re
from decimal import Decimal

AROUND = re.compile(r"^\s*(?:R\$)?\s*|\s+$")
PLAIN = re.compile(r"([0-9]+)(?:[.,]([0-9]{1,2})0*)?")
GROUPED = (
    re.compile(r"([1-9][0-9]{0,2}(?:\.[0-9]{3})+),([0-9]{1,2})0*"),
    re.compile(r"([1-9][0-9]{0,2}(?:,[0-9]{3})+)\.([0-9]{1,2})0*"),
    re.compile(r"([1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}|[1-9][0-9]{0,2}(?:,[0-9]{3}){2,})()"),
)
DOUBTFUL = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
THOUSANDS = re.compile(r"[.,]")
LONGEST = 10


def cents(value: str) -> int:
    """Cents of "99.90", "99,90", "1.234,56", "1,234.56" or "R$ 99"; never negative.

    At most ten digits before the decimals, of which only the first two may be other than zero. What may be both thousands
    and decimals ("1.152") is refused: a wrong guess is wrong a thousandfold. Raises ValueError that never holds the text.
    """
    amount = AROUND.sub("", value)
    if DOUBTFUL.fullmatch(amount):
        raise ValueError("not an amount such as 99.90: its last three digits may be decimals or not")
    for form in (PLAIN, *GROUPED):
        if found := form.fullmatch(amount):
            whole, part = THOUSANDS.sub("", found[1]), found[2] or "0"
            if len(whole) <= LONGEST:
                return int(Decimal(f"{whole}.{part}").scaleb(2))
    raise ValueError("not an amount such as 99.90")

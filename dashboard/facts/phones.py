"""How much of a telephone number is told where it is not told in full (pure)."""

DIGITS_SHOWN = 4


def ending(phone: str) -> str:
    """Its last digits, enough to recognise it and too little to dial it; "" for a number that has fewer."""
    digits = [sign for sign in phone if sign.isdecimal()]
    return f"•••• {''.join(digits[-DIGITS_SHOWN:])}" if len(digits) >= DIGITS_SHOWN else ""

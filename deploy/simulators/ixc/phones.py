"""Phone fields as people fill them in: mostly masked mobiles, and everything else too."""

from random import Random
from typing import Final

from deploy.simulators.ixc.chance import happens, pick

SHAPES: Final = {
    "masked": 0.70,
    "digits": 0.08,
    "prefixed": 0.05,
    "legacy": 0.05,
    "two numbers": 0.04,
    "fixed": 0.03,
    "note": 0.02,
    "junk": 0.03,
}
WHATSAPP: Final = {"same": 0.55, "none": 0.37, "other": 0.08}
JUNK: Final = ("", "0", "000000000", "(99) 99999-9999", "não tem", "(82) 9", "0800 082 1234", "recado c/ vizinha", "---")
NOTES: Final = (" (esposa)", " - recado", " WHATS", " falar c/ filho")
BETWEEN: Final = (" / ", " ou ", ", ", ";", " ")
MOBILE_STARTS: Final = ("96", "98", "98", "99", "99")
LEGACY_STARTS: Final = "6889"


def mobile(rng: Random) -> str:
    """Nine digits without area code."""
    return f"{rng.choice(MOBILE_STARTS)}{rng.randrange(10**7):07d}"


def phone(rng: Random, ddd: str) -> str:
    """One field of the registration form; `ddd` is the area code of the client's city."""
    shape, number = pick(rng, SHAPES), mobile(rng)
    head, tail = number[:5], number[5:]
    masked = f"({ddd}) {head}-{tail}"
    legacy = f"{rng.choice(LEGACY_STARTS)}{head[2:]}-{tail}"
    if shape == "two numbers":
        return masked + rng.choice(BETWEEN) + phone(rng, ddd)
    return {
        "masked": masked,
        "digits": ddd + number,
        "prefixed": rng.choice((f"55{ddd}{number}", f"+55 {ddd} {head}-{tail}", f"0{ddd} {number}")),
        "legacy": rng.choice((f"({ddd}) {legacy}", legacy)),
        "fixed": f"({ddd}) 3{head[2:]}-{tail}",
        "note": f"{head}-{tail}{rng.choice(NOTES)}",
        "junk": rng.choice(JUNK),
    }[shape]


def whatsapp(rng: Random, ddd: str, cell: str) -> str:
    """Mostly the digits of the mobile, often nothing, now and then another number."""
    match pick(rng, WHATSAPP):
        case "same":
            return "".join(each for each in cell if each.isdigit())
        case "other":
            return ddd + mobile(rng)
    return ""


def seldom(rng: Random, ddd: str, share: float) -> str:
    """A second field, filled in by `share` of the clients."""
    return phone(rng, ddd) if happens(rng, share) else ""

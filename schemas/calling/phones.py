"""Which number of a debtor is rung next. Pure."""

from collections.abc import Collection, Sequence
from itertools import takewhile

from schemas.instances import Instance
from schemas.queue import PastCall

INVALID_TIMES = 2
"""So often a number is found invalid before it is rung no more: networks say so by mistake once."""
VAIN_TIMES = 2
"""So many attempts in vain on one number, one after the other, before the next has its turn."""


def dialable(phones: Sequence[str], instance: Instance) -> tuple[str, ...]:
    """Those that the PABX can be told: without its area code (`{local}`) a number of elsewhere is a stranger's here."""
    if instance.pabx is None or "{local}" not in instance.pabx.endpoint:
        return tuple(phones)
    return tuple(phone for phone in phones if phone.startswith(f"+55{instance.ddd}"))


def usable(phones: Sequence[str], blocked: Collection[str], calls: Sequence[PastCall]) -> tuple[str, ...]:
    """Those that may be rung, best first, before all the one at which a person answered last. `calls`: oldest first."""
    invalid = [call.number for call in calls if call.outcome == "invalid_number"]
    left = [phone for phone in phones if phone not in blocked and invalid.count(phone) < INVALID_TIMES]
    answered = next((call.number for call in reversed(calls) if call.human), "")
    return tuple(left) if answered not in left else (answered, *(phone for phone in left if phone != answered))


def next_number(phones: Sequence[str], blocked: Collection[str], calls: Sequence[PastCall]) -> str:
    """The number to ring; "" where none may be. After the last one the first has its turn again."""
    left = usable(phones, blocked, calls)
    ended = [call for call in calls if not call.open]
    if not left or not ended:
        return left[0] if left else ""
    last = ended[-1].number
    vain = sum(1 for _ in takewhile(lambda call: call.number == last and not call.human, reversed(ended)))
    if last in left:
        return last if vain < VAIN_TIMES else left[(left.index(last) + 1) % len(left)]
    # rung last and to be rung no more: whoever follows it in the debtor's own order
    after = phones[phones.index(last) + 1 :] if last in phones else ()
    return next((phone for phone in after if phone in left), left[0])

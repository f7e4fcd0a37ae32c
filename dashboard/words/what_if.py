"""The words of a comparison of rules."""

from typing import Final

from dashboard.words.labels import N_
from schemas.what_if import Basis, Figure, Obstacle

FIGURES: Final[dict[Figure, str]] = {
    "debtors": N_("Clients called"),
    "calls": N_("Calls"),
    "calls_each": N_("Calls to each of them"),
    "most_of_one": N_("Most calls to one client"),
    "calls_a_day": N_("Calls a day"),
    "busiest_day": N_("Calls on the busiest day"),
    "refused": N_("Requests that a limit refused"),
}
BASIS: Final[dict[Basis, str]] = {
    "seen": N_("Calls are taken to end as those that were really placed did."),
    "typical": N_("Too few calls were really placed to tell how they end: a usual mix is taken."),
}
WHY: Final[dict[Obstacle, str]] = {
    "busy": N_("Another comparison is under way: wait until it is done."),
    "no_instance": N_("The provider is not there any more, or its settings cannot be read: load the page again."),
    "nothing_read": N_("Nothing was read of this provider's ERP yet: try it again after its first sweep."),
    "unreached": N_("Kafka or MongoDB does not answer."),
    "broken": N_("The comparison broke off: the dashboard's log says why."),
}

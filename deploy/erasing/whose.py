"""Which clients are one person, and which records and dead letters are theirs. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson

from deploy.letters.rows import owner_in
from deploy.living import Living, Record
from deploy.whose_letter import OF_AN_ERP
from schemas.erp import ERPS
from schemas.erp.documents import CPF
from schemas.key_parts import escaped
from schemas.runtime.transactions import Parts

Clients = Mapping[str, Collection[str]]
"""By instance the codes, as keys have them."""
Debtor = tuple[str, str]


def needles(document: str, person: str) -> tuple[bytes, ...]:
    """What tells of a person wherever it stands: the bare document, as people write it, and its hash."""
    if CPF.fullmatch(document):
        written = f"{document[:3]}.{document[3:6]}.{document[6:9]}-{document[9:]}"
    else:
        written = f"{document[:2]}.{document[2:5]}.{document[5:8]}/{document[8:12]}-{document[12:]}"
    return document.encode(), written.encode(), person.encode()


def debtor_of(key: bytes | None) -> Debtor | None:
    """Of a key that begins `instance:client`."""
    parts = (key or b"").split(b":", 2)
    return (parts[0].decode(errors="replace"), parts[1].decode(errors="replace")) if len(parts) > 1 else None


class Asking:
    """Takes the records of `erp.client.v1`, each partition in its order, and tells who of the clients is `person`.

    A client is whoever the newest row of it that shows a document says; also one that is on the list already (`is_listed`),
    whose rows may be erased, or was `called` as this person, whose rows may be lost.
    """

    def __init__(self, person: str, is_listed: Callable[[str, str], bool], called: Iterable[Debtor] = ()) -> None:
        self._person = person
        self._needle = person.encode()
        self._is_listed = is_listed
        self._met: set[Debtor] = set()
        self._his: dict[Debtor, bool] = dict.fromkeys(called, True)

    def note(self, record: Record) -> None:
        """One record, of anybody."""
        if (debtor := debtor_of(record.key)) is None:
            return
        self.meet(debtor)
        if record.value is None or (debtor not in self._his and self._needle not in record.value):
            return
        if person := _person_in(record.value):
            is_his = person == self._person or self._is_listed(*debtor)
            if is_his or debtor in self._his:
                self._his[debtor] = is_his

    def meet(self, debtor: Debtor) -> None:
        """A client of whom there may be no row."""
        if debtor not in self._met:
            self._met.add(debtor)
            if self._is_listed(*debtor):
                self._his[debtor] = True

    @property
    def clients(self) -> dict[str, list[str]]:
        """By instance, sorted."""
        found: dict[str, list[str]] = {}
        for instance, code in sorted(debtor for debtor, is_his in self._his.items() if is_his):
            found.setdefault(instance, []).append(code)
        return found

    @property
    def formerly(self) -> int:
        """Clients that were this person in older rows, and are somebody else by now."""
        return sum(not is_his for is_his in self._his.values())


def _person_in(value: bytes) -> str:
    try:
        row = orjson.loads(value)["row"]
        return str(row.get("person", ""))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return ""


class Everyone:
    """What is alive of all these clients."""

    def __init__(self, clients: Clients) -> None:
        self._of = {instance.encode(): Living(instance, codes) for instance, codes in clients.items()}

    def note(self, record: Record) -> None:
        """One record, of anybody."""
        if living := self._of.get((record.key or b"").partition(b":")[0]):
            living.note(record)

    def counts(self) -> dict[str, int]:
        """Living keys by topic; topics without any are left out."""
        found: Counter[str] = Counter()
        for living in self._of.values():
            found.update(living.counts())
        return dict(found)

    def rows(self, instance: str) -> Parts:
        """Tombstones of what the poller wrote; none where no client of the instance is one of them."""
        living = self._of.get(instance.encode())
        return living.tombstones(calls=False) if living else {}

    def all(self) -> Parts:
        """Tombstones of everything that no stage erases by itself."""
        found: Parts = {}
        for living in self._of.values():
            for place, messages in living.tombstones().items():
                found.setdefault(place, []).extend(messages)
        return found

    @property
    def lapses_at(self) -> datetime | None:
        """When the last request to call one of them lapses."""
        return max((living.lapses_at for living in self._of.values() if living.lapses_at), default=None)


def owner_of(letter: Mapping[str, Any]) -> Debtor | None:
    """Whose a dead letter is: from its key, or where a poller could make none from the row in it."""
    if found := OF_AN_ERP.fullmatch(str(letter["place"])):
        tables = ERPS[found["erp"]].tables if found["erp"] in ERPS else ()
        table = next((one for one in tables if one.name == found["table"]), None)
        owner = owner_in(table, letter.get("value")) if table else ""
        return (found["instance"], escaped(owner)) if owner else None
    return debtor_of(letter.get("key"))


def is_theirs(letter: Mapping[str, Any], clients: Clients, signs: Iterable[bytes]) -> bool:
    """Whether it is of one of these clients, or its bytes tell of the person."""
    owner = owner_of(letter)
    if owner is not None and owner[1] in clients.get(owner[0], ()):
        return True
    told = (letter.get("key") or b"") + b"\0" + (letter.get("value") or b"")
    return any(sign in told for sign in signs)


def mention(clients: Clients) -> re.Pattern[bytes]:
    """`instance:client` of one of them within other text, and not as a part of a longer code."""
    names = [re.escape(f"{instance}:{code}".encode()) for instance, codes in clients.items() for code in codes]
    return re.compile(rb"(?:^|[\x00:\"])(?:" + b"|".join(names) + rb")(?=[:\x00\"]|$)" if names else rb"(?!)")

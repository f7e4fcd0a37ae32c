"""What is backed up, and that a file opens whole or not at all."""

from io import BytesIO

import pytest
from bson import decode_all, encode
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from deploy.backup import box as boxes
from deploy.backup.box import LENGTH_BYTES, Box, Pieces, is_sealed_by, key_check
from deploy.backup.kept import in_order, in_use, kept
from deploy.backup.restore import disarm
from schemas.errors import StopWorker
from schemas.views import VIEWS

KEY = SecretStr(Fernet.generate_key().decode())
BOX = Box(KEY, "01BACKUP", "attempts")


def pieces(documents: list[bytes], box: Box = BOX) -> list[bytes]:
    taker = Pieces(box)
    full = [piece for one in documents if (piece := taker.add(one))]
    return [*full, taker.last()]


def opened(content: bytes, box: Box = BOX) -> bytes:
    return b"".join(box.opened(BytesIO(content)))


@given(sizes=st.lists(st.integers(0, 60), max_size=30), full=st.integers(20, 200))
def test_what_goes_in_comes_out_in_its_order_however_it_is_cut(sizes: list[int], full: int) -> None:
    documents = [encode({"_id": n, "text": "x" * size}) for n, size in enumerate(sizes)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boxes, "PIECE_BYTES", full)
        content = b"".join(pieces(documents))
    assert opened(content) == b"".join(documents)
    assert [one["_id"] for one in decode_all(opened(content))] == list(range(len(sizes)))


@given(data=st.data())
def test_a_file_that_was_changed_cut_doubled_or_mixed_does_not_open(data: st.DataObject) -> None:
    """Each piece is sealed with its place."""
    documents = [encode({"_id": n, "text": "x" * 40}) for n in range(6)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boxes, "PIECE_BYTES", 100)
        whole = pieces(documents)
        foreign = [pieces(documents, Box(KEY, "01OTHER", "attempts")), pieces(documents, Box(KEY, "01BACKUP", "ledger"))]
    assert len(whole) == 6
    at = data.draw(st.integers(0, 5))
    spoilt = data.draw(st.sampled_from(("bit", "cut", "without", "twice", "swapped", "foreign", "behind")))
    match spoilt:
        case "bit":
            content = bytearray(b"".join(whole))
            content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
            wrong = bytes(content)
        case "cut":
            content = bytearray(b"".join(whole))
            wrong = bytes(content[: data.draw(st.integers(0, len(content) - 1))])
        case "without":
            wrong = b"".join(whole[:at] + whole[at + 1 :])
        case "twice":
            wrong = b"".join([*whole[: at + 1], *whole[at:]])
        case "swapped":
            wrong = b"".join([*whole[:at], *reversed(whole[at:])]) if at < 5 else b"".join(reversed(whole))
        case "foreign":
            wrong = b"".join([*whole[:at], data.draw(st.sampled_from(foreign))[at], *whole[at + 1 :]])
        case _:
            wrong = b"".join(whole) + data.draw(st.binary(min_size=1, max_size=LENGTH_BYTES + 2))
    with pytest.raises(StopWorker, match=r"^attempts: piece [0-9] does not open"):
        opened(wrong)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(StopWorker, match="piece 0 does not open"):
        opened(b"".join(pieces([])), Box(SecretStr(Fernet.generate_key().decode()), "01BACKUP", "attempts"))


def test_a_check_tells_its_key_from_any_other_and_its_backup_from_any_other() -> None:
    """It is sealed like a piece, so it tells of the key what every file of the backup does: nothing."""
    check, other = key_check(KEY, "01BACKUP"), SecretStr(Fernet.generate_key().decode())

    assert is_sealed_by(KEY, "01BACKUP", check)
    assert not is_sealed_by(other, "01BACKUP", check)
    assert not is_sealed_by(KEY, "01OTHER", check)
    assert not is_sealed_by(KEY, "01BACKUP", "no hex")
    assert check != key_check(KEY, "01BACKUP"), "two backups do not tell that their key is the same"


def test_what_is_filled_again_is_left_out_and_what_nobody_knows_is_kept() -> None:
    """A collection that a later version adds must not be missing from backups because somebody forgot a list."""
    ended = ["calls", "closed_bills", "evidence"]
    rebuilt = [view.name for view in VIEWS if view.name not in ended] + [
        "view_epochs",
        "leases",
        "pabx_tests",
        "replays",
        "debtors@01REPLAY",
        "system.views",
    ]
    ours = ["attempts", "audit", "blocklist", "dead_letters", "instances", "ledger", "promises", "restores", "snapshots"]
    ours += ["suppressed", "users", "yet", *ended]
    assert kept([*rebuilt, *ours]) == sorted(ours)


OF_STAGES = ("view_epochs", "debtors", "stages", "leases", "pabx_tests", "queue@01REPLAY")
OF_ANYBODY = ("key_checks", "releases", "restores", "system.views")
"""Two of these are in a backup all the same."""
KEPT = ("suppressed", "instances", "ledger", "a_later_versions")
NAMES = st.lists(st.sampled_from([*OF_STAGES, *OF_ANYBODY, *KEPT]), unique=True)


@given(NAMES)
def test_a_database_in_which_anybody_has_worked_is_in_use(names: list[str]) -> None:
    """A stage that has begun tells it even where a cut restore is repeated, which finds only what it has put there."""
    assert in_use(names, begun=False) == sorted({*OF_STAGES, *KEPT} & {*names})
    assert in_use(names, begun=True) == sorted({*OF_STAGES} & {*names})


@given(NAMES)
def test_who_was_erased_is_known_before_anything_and_instances_come_last(names: list[str]) -> None:
    """A stage that works too early asks no ERP, brings in nobody who was erased, rings nobody whose marks are missing."""
    order = in_order(names)
    assert sorted(order) == sorted({*KEPT, "key_checks", "restores"} & {*names})
    assert "suppressed" not in order[1:]
    assert "instances" not in order[:-1]


def test_an_instance_comes_back_ringing_nobody() -> None:
    armed = {"_id": "norte", "pabx": {"armed": True, "ari": "http://127.0.0.1"}}
    assert disarm(armed) == {"_id": "norte", "pabx": {"armed": False, "ari": "http://127.0.0.1"}}
    for quiet in ({"_id": "sul"}, {"_id": "sul", "pabx": None}, {"_id": "sul", "pabx": {"armed": False}}):
        assert disarm(quiet) is quiet

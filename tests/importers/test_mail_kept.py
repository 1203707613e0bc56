"""Mail in a diary: found by its words, sent and received told apart, brought in once."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tallymark import importers
from tallymark.diary import Diary
from tallymark.integrity.keyslot import CHEAP
from tallymark.model.event import owner_labels

from .mail import FROM, mail

WORDS = "four words for this"


@pytest.fixture
def diary(tmp_path: Path):
    """An empty diary."""
    with Diary.create(tmp_path / "vault", passphrase=WORDS, cost=CHEAP) as made:
        yield made


def box(tmp_path: Path) -> Path:
    """Three mails: one received, two sent from two addresses."""
    path = tmp_path / "box.mbox"
    mails = [
        mail(b"\nI will wait.\n"),
        mail(From="Anna <anna@example.com>"),
        mail(From="A <A2@example.com>"),
    ]
    path.write_bytes(b"".join(FROM + one + b"\n" for one in mails))
    return path


def test_a_mailbox_is_brought_in_once(diary, tmp_path: Path) -> None:
    """The second time nothing is added; words find it; several own addresses are all the owner's."""
    path = box(tmp_path)
    answers = {"owner": "anna@example.com, a2@example.com"}
    found = diary.import_file(path, answers=answers)
    assert found.summary["counts"]["message"] == 3
    again = diary.import_file(path, answers=answers)
    assert again.already
    events = diary.casefile().events
    assert len(events) == 3
    assert sorted(events.direction) == [1, 2, 2]


@pytest.mark.parametrize("how", ["bit", "stream"])
def test_a_damaged_member_stops_none_of_the_others(tmp_path: Path, how: str) -> None:
    """Mails in a zip of which one is damaged: what came out of it is read, and all the rest."""
    path = tmp_path / "mails.zip"
    packing = zipfile.ZIP_STORED if how == "bit" else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w", packing) as archive:
        archive.writestr("a.eml", mail(b"\n" + bytes(range(256)) * 40))
        archive.writestr("b/c.eml", mail(b"\nwhole\n"))
        archive.writestr("d.mbox", FROM + mail() + b"\n" + FROM + mail())
    data = bytearray(path.read_bytes())
    data[300:303] = b"\xff\xff\xff"
    path.write_bytes(data)
    found = importers.inspect(path)
    codes = {issue["code"] for issue in found["issues"]}
    assert {"MEMBER_DAMAGED", "MEMBER_CORRUPT"} <= codes
    assert found["counts"]["events"] in ({4} if how == "bit" else {3, 4})
    assert found["coverage"]["unparsed"] == 1
    for part in found["parts"]:
        ledger = part["coverage"]
        assert ledger["bytes"] == sum(
            ledger[k] for k in ("records", "framing", "skipped", "unparsed")
        )


@pytest.mark.parametrize(
    ("owner", "own"),
    [
        ("Smith, Ann", {"Smith, Ann"}),
        ("a@x.example", {"a@x.example"}),
        ("A@X.example,b@x.example", {"a@x.example", "b@x.example"}),
        ("", set()),
        ("nobody", set()),
    ],
)
def test_which_labels_are_the_owners(owner: str, own: set[str]) -> None:
    """The label itself first, else a list with commas; never the empty label."""
    labels = ["", "Smith, Ann", "a@x.example", "b@x.example", "Ann"]
    assert owner_labels(owner, labels) == own

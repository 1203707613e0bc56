"""What never leaves, and what leaves only in part."""

from __future__ import annotations

import hashlib
import json

import pypdf
import pytest

from tallymark.model.moment import Moment
from tallymark.model.record import Exhibit, HandOver, Incident, Person, Place, Witness
from tallymark.pack.people import masked_label
from tallymark.verify import verify


def _everything(folder):
    """All bytes of a pack, with the text of its PDFs."""
    found = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    for path in folder.glob("*.pdf"):
        found += [page.extract_text().encode() for page in pypdf.PdfReader(path).pages]
    return b"\n".join(found)


def test_a_private_place_never_leaves(built):
    """Neither the address nor the name of a place marked private is anywhere in the pack."""
    data = _everything(built.folder)
    assert b"Hidden Lane" not in data
    assert b"my sister" not in data
    assert b"place to keep private" not in data


def test_nothing_tells_that_there_is_a_private_place(log, tmp_path):
    """What names such a place is withheld like anything that was not chosen, and no id is left."""
    place = log.add(Place(label="refuge", address="1 Quiet Court"))
    plain = log.add(Incident(happened=Moment("2026-09-09"), what_happened="by the canal"))
    entry = log.add(Incident(happened=Moment("2026-09-09"), what_happened="outside", place=place))
    typed = log.add(
        Incident(happened=Moment("2026-09-10"), what_happened="He drove by 1, quiet  court.")
    )
    log.add(Place(label="refuge", safe_location=True), supersedes=place)
    built = log.pack(tmp_path / "pack")
    data = _everything(built.folder)
    for marker in (
        place,
        entry,
        typed,
        "refuge",
        "Quiet Court",
        "quiet  court",
        "safe_place",
        "safe_location",
    ):
        assert marker.encode() not in data
    assert plain.encode() in data
    document = json.loads((built.folder / "data" / "casefile.json").read_bytes())
    assert "place" not in [row["type"] for row in document["kept_back"]]
    assert verify(built.zip).ok


def test_earlier_versions_of_a_private_place_stay_too(log, tmp_path):
    """Marking a place private later keeps back every version of it."""
    old = log.add(Place(label="refuge", address="1 Quiet Court"))
    mid = log.add(Place(label="the refuge", address="1 Quiet Court"), supersedes=old)
    log.add(Place(label="refuge", safe_location=True), supersedes=mid)
    built = log.pack(tmp_path / "pack")
    data = _everything(built.folder)
    assert b"Quiet Court" not in data
    assert b"refuge" not in data
    assert verify(built.zip).ok


@pytest.mark.parametrize(
    ("mark", "purpose"),
    [
        ("intimate", "police"),
        ("child", "court"),
        ("legally_privileged", "police"),
        ("medical", "disclosure"),
        ("new_address", "supporter"),
    ],
)
def test_marked_originals_never_leave(log, tmp_path, mark, purpose):
    """No byte, digest or name of a marked file leaves for anyone, and the pack says that it is kept."""
    log.exhibit(b"do not show", name="holiday.jpg", title="by the pool", sensitivity=(mark,))
    built = log.pack(tmp_path / "pack", purpose=purpose)
    data = _everything(built.folder)
    assert b"do not show" not in data
    assert b"holiday" not in data
    assert b"by the pool" not in data
    assert hashlib.sha256(b"do not show").hexdigest().encode() not in data
    assert b"AB/5" in data


def test_messages_of_a_kept_back_export_stay(log, tmp_path):
    """What was read from a file that is kept back is kept back with it."""
    from datetime import UTC, datetime

    chat = log.exhibit(b"secret chat", name="chat.txt", sensitivity=("intimate",))
    start = datetime(2026, 6, 1, tzinfo=UTC)
    log.chat(chat, [("Colin Dray", "unspeakable words")] * 3, start=start)
    built = log.pack(tmp_path / "pack")
    data = _everything(built.folder)
    assert b"unspeakable" not in data
    assert b"where are you" in data
    assert b"read from a file that is not included" in data
    assert verify(built.zip).ok


@pytest.mark.parametrize("purpose", ["disclosure", "supporter"])
def test_others_get_initials_and_no_way_to_reach_anyone(log, tmp_path, purpose):
    """Pages, tables and data hold initials; no name, number, address or safe contact of a person."""
    log.add(
        Incident(
            happened=log.records[-1].body.at,
            what_happened="A knock.",
            witnesses=(Witness(person="Rita Shah"),),
        )
    )
    built = log.pack(tmp_path / "pack", purpose=purpose)
    pages = [built.folder / "summary.txt", built.folder / "READ-ME-FIRST.txt"]
    text = "\n".join(page.read_text() for page in pages)
    for path in built.folder.glob("*.pdf"):
        text += "".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    text += (built.folder / "data/entries.csv").read_text()
    for word in ("Dray", "Bell", "Lena", "Shah", "900111", "900222", "Mill Road", "Never the"):
        assert word not in text
    assert "C.D." in text
    assert "R.S." in text
    assert "Names are printed as initials" in text
    everything = _everything(built.folder)
    assert b"900111" not in everything
    assert b"Mill Road" not in everything
    assert verify(built.zip).ok


def test_a_supporter_does_not_learn_of_other_packs(log, tmp_path):
    """Records of earlier packs go to police and courts only."""
    log.add(
        HandOver(
            pack_id="x", series="y", sequence=6, purpose="police", tagmanifest_sha256="cd" * 32
        )
    )
    police = log.pack(tmp_path / "police")
    other = log.pack(tmp_path / "other", purpose="supporter")
    assert b"cdcdcd" in _everything(police.folder)
    assert b"cdcdcd" not in _everything(other.folder)


@pytest.mark.parametrize(
    ("label", "masked"),
    [
        ("Colin Dray", "C.D."),
        ("colin.dray@example.org", "C.D."),
        ("@anna_b", "A.B."),
        ("+44 7700 900111", "number ending 111"),
        ("\u202a+44 7700 900111\u202c", "number ending 111"),
        ("unknown-1", "unknown-1"),
        ("", ""),
        ("😀", "name kept back"),
        ("محمد علی", "م.ع."),
    ],
)
def test_initials(label, masked):
    """A name becomes initials, a number its last three digits, and nothing is invented."""
    assert masked_label(label) == masked


def test_two_versions_of_an_exhibit_share_one_file(log, tmp_path):
    """An exhibit that was given a better title is one original in the pack."""
    first = log.exhibit(b"photo", name="p.jpg", title="gate")
    body = next(r.body for r in log.records if r.id == first)
    assert isinstance(body, Exhibit)
    newer = log.add(
        Exhibit(number=body.number, sha256=body.sha256, size=body.size, name="p.jpg", title="Gate"),
        supersedes=first,
    )
    log.files[newer] = b"photo"
    built = log.pack(tmp_path / "pack")
    assert len(list((built.folder / "data/originals").glob("AB-5_*"))) == 1
    assert verify(built.zip).ok


def test_a_nameless_person_needs_no_fields(log, tmp_path):
    """Someone of whom only a label is known is printed by it."""
    log.add(Person(label="unknown-1", roles=("suspect",)))
    built = log.pack(tmp_path / "pack")
    assert "unknown-1" in (built.folder / "summary.txt").read_text()

"""The desk as people use it: the order, reading, deciding, moving, and what is logged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from desk.conftest import Clock
from desk.packmaker import ident, make_pack, record
from desk.people import MARKER, happened, other, victim
from tallymark.desk import Desk
from tallymark.errors import DeskError, OutputExists, SourceMissing, UnknownReport, VaultDamaged
from tallymark.integrity.signature import SigningKey
from tallymark.model.moment import Moment
from tallymark.model.record import Body, Exhibit, Import, Order, Person, Place, ToldToStop

Reopen = Callable[..., Desk]


class Packs:
    """Makes packs in one folder, each from a diary of its own unless told otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, name: str, *bodies: Body, **options: object) -> Path:
        """A pack called ``name`` with these bodies as its records."""
        records = [record(n, body) for n, body in enumerate(bodies)]
        settings = {"series": name, "vault": name} | options
        return make_pack(self.folder / f"pack-{name}", records, **settings)


@pytest.fixture
def packs(tmp_path: Path) -> Packs:
    """A maker of packs beside the desk."""
    return Packs(tmp_path)


def test_the_list_is_in_order_of_band_and_says_why(desk: Desk, packs: Packs) -> None:
    """A weapon before an order's breach before five entries before one; each with its line."""
    desk.add(packs("calm", happened()))
    desk.add(
        packs("often", *[happened(f"2026-05-{d}", behaviours=("C04",)) for d in range(20, 25)])
    )
    desk.add(packs("breach", happened(behaviours=("O01",))))
    desk.add(packs("weapon", happened(behaviours=("V13",))))
    rows = desk.list()
    assert [(r.id, r.band, r.why) for r in rows] == [
        ("R4", 0, "weapon shown"),
        ("R3", 1, "breach of a live order, as the person recorded it"),
        ("R2", 2, "5 or more entries in the last 28 days"),
        ("R1", 3, "no line of the rule holds so far"),
    ]
    assert all(r.asks for r in rows)


def test_the_list_names_nobody(desk: Desk, packs: Packs) -> None:
    """No name, number, place or word from a record is in the list."""
    desk.add(packs("a", victim(phone="07700 900111"), other("Neil G"), happened()))
    text = msgspec.json.encode(desk.list()).decode()
    for word in (MARKER, "Neil", "900111", "the other one"):
        assert word not in text


def test_within_a_band_the_earliest_due_then_the_latest_event(
    desk: Desk, packs: Packs, clock: Clock
) -> None:
    """Who waits longest comes first; what was looked at comes after what was not."""
    desk.add(packs("older", happened("2026-05-01")))
    desk.add(packs("newer", happened("2026-05-09")))
    clock.move(hours=1)
    desk.add(packs("late", happened("2026-05-30")))
    assert [r.id for r in desk.list()] == ["R2", "R1", "R3"]
    desk.read("R2")
    assert [r.id for r in desk.list()] == ["R1", "R3", "R2"]


def test_waiting_raises_and_reading_ends_the_waiting(
    desk: Desk, packs: Packs, clock: Clock
) -> None:
    """After 48 hours unread a report rises, and stays there when it is read at last."""
    desk.add(packs("a", happened()))
    clock.move(hours=47)
    assert desk.list()[0].band == 3
    clock.move(hours=1)
    (row,) = desk.list()
    assert (row.band, row.due) == (2, "2026-06-05T09:00:00Z")
    assert "nobody had looked" in row.why
    assert "raised by waiting" in [e.action for e in desk.log()]
    case = desk.read("R1")
    assert (case.band, len(case.raised)) == (2, 1)
    clock.move(days=30)
    assert desk.list()[0].band == 2


def test_a_new_pack_raises_but_never_lowers(desk: Desk, packs: Packs, clock: Clock) -> None:
    """The second pack brings a weapon; the third withdraws it; the band stays at 0."""
    key = SigningKey.from_seed(bytes(32))
    weapon = record(1, happened(behaviours=("V13",)))
    corrected = record(2, happened(behaviours=("C04",)), supersedes=weapon.id, reason="wrong box")
    all_records = [record(0, happened()), weapon, corrected]
    bands = []
    for count in (1, 2, 3):
        pack = make_pack(packs.folder / f"p{count}", all_records[:count], key=key, sequence=count)
        bands.append(desk.add(pack).band)
        clock.move(hours=1)
    assert bands == [3, 0, 0]
    case = desk.read("R1")
    assert [e.ref for e in case.entries] == ["#0", "#2"]
    assert "weapon-shown" not in [m.line for m in case.matches]
    assert desk.list()[0].why == "by the rule: weapon shown (stated earlier)"


def test_a_new_pack_asks_for_a_new_look(desk: Desk, packs: Packs, clock: Clock) -> None:
    """A report that was read is unread again when more comes, with a new time."""
    key = SigningKey.from_seed(bytes(32))
    bodies = [record(n, happened(f"2026-05-0{n + 1}")) for n in range(2)]
    desk.add(make_pack(packs.folder / "p1", bodies[:1], key=key))
    desk.read("R1")
    clock.move(hours=5)
    desk.add(make_pack(packs.folder / "p2", bodies, key=key, sequence=2))
    (row,) = desk.list()
    assert (row.looked_at, row.due) == (None, "2026-06-04T14:00:00Z")


def test_the_rule_counts_back_from_when_the_pack_was_made(desk: Desk, packs: Packs) -> None:
    """A claim of a later date than the day it came is cut to that day."""
    later = datetime(2027, 1, 1, tzinfo=UTC)
    desk.add(packs("a", happened("2026-06-01T20:00", behaviours=("P04",)), made=later))
    case = desk.read("R1")
    assert case.measured.startswith("2026-06-02T09:00")
    assert case.band == 0


def full_case() -> list[Body]:
    """A case with a little of everything."""
    return [
        victim(phone="07700 900111"),
        other("Neil G", phone="07700 900222", address="4 Sample Street"),
        Place(label="my flat", role="home", address="12 Hidden Lane"),
        Exhibit(number="AB/1", sha256="0" * 64, size=3, name="x.jpg", sensitivity=("intimate",)),
        ToldToStop(at=Moment("2026-05-03T10:00"), exact_words="Please stop"),
        Order(kind="nmo", made=Moment("2026-05-10"), served=Moment("2026-05-12")),
        Import(
            exhibit=ident(3), importer="whatsapp", importer_version="1", events=412,
            summary={"first": "2026-01-02T03:04", "last": "2026-05-29T07:08"},
        ),
        happened(place=ident(2), exhibits=(ident(3),), effect="I slept elsewhere"),
    ]  # fmt: skip


def test_a_case_says_all_it_has_and_the_way_to_reach_the_person_first(
    desk: Desk, packs: Packs
) -> None:
    """Dates, reasons, checks with their limits, exhibits, the other side; no address at all."""
    import hashlib

    bodies = full_case()
    bodies[3] = msgspec.structs.replace(bodies[3], sha256=hashlib.sha256(b"abc").hexdigest())
    records = [record(n, body) for n, body in enumerate(bodies)]
    desk.add(make_pack(packs.folder / "p", records, originals=[("AB-1_x.jpg", b"abc")]))
    case = desk.read("R1")
    assert next(iter(msgspec.to_builtins(case))) == "safe_contact"
    assert case.safe_contact[0].how == "text only, mornings"
    assert (case.first_event, case.latest_event) == ("2026-01-02T03:04", "2026-05-29T07:08")
    assert [c.number for c in case.packs[0].checks] == list(range(1, 10))
    assert case.packs[0].not_proved
    assert not case.packs[0].signer_trusted
    assert case.exhibits[0].sensitivity == ("intimate",)
    assert case.entries[0].exhibits == ("AB/1",)
    assert case.entries[0].place == "my flat"
    assert case.other_side[0].identifiers == (("phone", "07700 900222"),)
    assert case.imports[0].dates == {"first": "2026-01-02T03:04", "last": "2026-05-29T07:08"}
    text = msgspec.json.encode(case).decode()
    assert "Hidden Lane" not in text
    assert "Sample Street" not in text


@pytest.mark.parametrize("said", ["soon", 7, None, "2026-99-01T00:00", {"at": "2026-01-01"}])
def test_dates_of_an_import_that_are_none_are_left_out(
    desk: Desk, packs: Packs, said: object
) -> None:
    """A stranger's summary may hold anything; only a date counts as one."""
    summary = {"first": said, "last": said, "senders": said}
    made = Import(exhibit="x", importer="w", importer_version="1", summary=summary)
    report = desk.add(packs("a", made, happened()))
    assert (report.first_event, report.latest_event) == ("2026-05-20T21:10", "2026-05-20T21:10")
    assert desk.read("R1").imports[0].kind == "w"


def test_more_numbers_than_are_compared_is_said(
    desk: Desk, packs: Packs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text full of numbers is cut at a bound, and the report says that it was."""
    monkeypatch.setattr("tallymark.desk.linkage.MAX_SEEN", 3)
    numbers = ", ".join(f"07700 9002{n:02}" for n in range(9))
    report = desk.add(packs("a", happened(what_happened=f"calls from {numbers}")))
    assert report.notices == (
        "more numbers stand in the text than were compared with other reports",
    )


def test_links_across_spellings_and_nothing_is_joined(desk: Desk, packs: Packs) -> None:
    """Three spellings, three reports, three links; the reports stay three."""
    spellings = ("07700 900222", "+44 7700 900222", "(0)7700-900-222")
    made = [
        desk.add(packs(f"d{n}", victim(phone="07700 900111"), other(phone=s), happened()))
        for n, s in enumerate(spellings)
    ]
    assert made[2].links == ("L2", "L3")
    found = desk.links()
    assert [(link.id, link.reports, link.state) for link in found] == [
        ("L1", ("R1", "R2"), "proposed"),
        ("L2", ("R1", "R3"), "proposed"),
        ("L3", ("R2", "R3"), "proposed"),
    ]
    assert str(found[0]) == (
        "L1, proposed: R1 and R2 share phone number (R1: 07700 900222, R2: +44 7700 900222)"
    )
    assert "07700 900111" not in msgspec.json.encode(found).decode()
    assert len(desk.list()) == 3


def test_a_decision_needs_a_person_a_reason_and_a_word_for_it(desk: Desk, packs: Packs) -> None:
    """Without a name, without a reason, with another word, or for no link: refused."""
    for name in ("a", "b"):
        desk.add(packs(name, other(phone="07700 900222")))
    desk.links()
    good = {"decision": "confirmed", "by": "Asha", "why": "same number and name"}
    for wrong in ({"by": " "}, {"why": ""}, {"decision": "maybe"}):
        with pytest.raises(DeskError):
            desk.decide("L1", **(good | wrong))
    with pytest.raises(UnknownReport):
        desk.decide("L9", **good)
    assert desk.links()[0].decisions == ()
    assert desk.decide("l1", **good).state == "confirmed by one"


def test_two_people_confirm_and_both_reports_rise(desk: Desk, packs: Packs, reopen: Reopen) -> None:
    """Band 1 for both only when a second person agrees; the decisions stay to be read."""
    for name in ("a", "b"):
        desk.add(packs(name, other(phone="07700 900222"), happened()))
    desk.decide("L1", decision="confirmed", by="Asha", why="same number, same name")
    assert (
        desk.decide("L1", decision="confirmed", by="ASHA", why="again").state == "confirmed by one"
    )
    assert [r.band for r in desk.list()] == [3, 3]
    desk.close()
    with reopen("Ben") as again:
        link = again.decide("L1", decision="confirmed", by="Ben", why="I rang both")
        assert link.state == "confirmed"
        assert [r.band for r in again.list()] == [1, 1]
        assert [d.by for d in again.links()[0].decisions] == ["Asha", "ASHA", "Ben"]
        again.decide("L1", decision="rejected", by="Cara", why="two brothers share it")
        assert again.links()[0].state == "rejected"
        assert [r.band for r in again.list()] == [1, 1]


def test_a_rejected_link_stays_rejected_until_there_is_more(desk: Desk, packs: Packs) -> None:
    """The same evidence does not bring it back; another shared identifier does."""
    key = SigningKey.from_seed(bytes(32))
    first = record(0, other(phone="07700 900222"))
    desk.add(make_pack(packs.folder / "a1", [first], key=key))
    desk.add(packs("b", other(phone="07700 900222", email="n@example.org")))
    desk.decide("L1", decision="rejected", by="Asha", why="a shared office line")
    assert desk.links()[0].state == "rejected"
    more = record(
        1,
        Person(label="o", roles=("suspect",), identifiers=other(email="N@example.org").identifiers),
    )
    desk.add(make_pack(packs.folder / "a2", [first, more], key=key, sequence=2))
    (link,) = desk.links()
    assert (link.state, len(link.shared)) == ("proposed", 2)
    assert link.decisions[0].decision == "rejected"


def test_only_a_named_person_lowers_and_another_reads_it_again(
    desk: Desk, packs: Packs, reopen: Reopen
) -> None:
    """Moving down is written with its reason; the note goes when somebody else has read it."""
    desk.add(packs("a", happened(behaviours=("V13",))))
    for wrong in ({"by": ""}, {"why": " "}, {"band": 7}):
        with pytest.raises(DeskError):
            desk.set_band("R1", **({"band": 2, "by": "Asha", "why": "a toy"} | wrong))
    row = desk.set_band("R1", band=2, by="Asha", why="it was a toy, she rang")
    assert row.band == 2
    assert row.notices == ("moved down by Asha; another person reads it by 2026-06-05T09:00:00Z",)
    desk.read("R1")
    assert desk.list()[0].notices == row.notices
    desk.close()
    with reopen("Ben") as again:
        case = again.read("R1")
        assert case.notices == ()
        assert "by the rule: weapon shown" in case.raised[0]
        assert "by Asha: it was a toy" in case.raised[1]
        assert [m.line for m in case.matches] == ["weapon-shown"]


def test_every_act_is_logged_with_who_and_before_it_is_shown(
    desk: Desk, packs: Packs, reopen: Reopen
) -> None:
    """Made, took in, listed, links, read, log; then another person's opening."""
    desk.add(packs("a", happened()))
    desk.list()
    desk.links()
    desk.read("r1")
    desk.close()
    with reopen("Ben") as again:
        acts = [(e.who, e.action, e.object) for e in again.log()]
    assert acts == [
        ("Asha", "made", ""),
        ("Asha", "took in", "R1"),
        ("Asha", "listed", ""),
        ("Asha", "listed links", ""),
        ("Asha", "read", "R1"),
        ("Ben", "opened", ""),
        ("Ben", "read the log", ""),
    ]


def test_nothing_is_shown_when_the_reading_cannot_be_logged(
    desk: Desk, packs: Packs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No log line, no case, no list."""
    desk.add(packs("a", happened()))

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("tallymark.desk.accesslog.append", fails)
    for act in (lambda: desk.read("R1"), desk.list, desk.links, desk.log):
        with pytest.raises(RuntimeError):
            act()


@pytest.mark.parametrize("wrong", ["R2", "", "x", "R", "R-1", "R99999999999999999999", "１"])
def test_a_report_that_is_not_there_is_said_to_be_unknown(desk: Desk, wrong: str) -> None:
    """Any other number or text is an unknown report, not a fault."""
    with pytest.raises(UnknownReport):
        desk.read(wrong)


def test_packs_are_saved_as_they_came_and_the_saving_is_logged(
    desk: Desk, packs: Packs, tmp_path: Path
) -> None:
    """Byte for byte, only into a folder that is there, never over a file."""
    pack = packs("a", happened())
    desk.add(pack)
    with pytest.raises(SourceMissing):
        desk.save("R1", tmp_path / "nowhere")
    out = tmp_path / "out"
    out.mkdir()
    (saved,) = desk.save("R1", out)
    assert saved.read_bytes() == pack.read_bytes()
    with pytest.raises(OutputExists):
        desk.save("R1", out)
    assert [p.name for p in out.iterdir()] == [saved.name]
    acts = [(e.action, e.object) for e in desk.log()]
    assert acts.count(("saved out", "R1")) == 2


@pytest.mark.parametrize("damage", ["flip", "cut", "gone"])
def test_a_kept_pack_that_changed_is_not_given_out(
    desk: Desk, packs: Packs, tmp_path: Path, damage: str
) -> None:
    """Whatever happened to the kept file, no half of it appears outside."""
    desk.add(packs("a", happened()))
    (blob,) = (tmp_path / "desk" / "packs").iterdir()
    data = blob.read_bytes()
    blob.write_bytes(data[:-1] if damage == "cut" else data[:900] + b"x" + data[901:])
    if damage == "gone":
        blob.unlink()
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(VaultDamaged):
        desk.save("R1", out)
    assert list(out.iterdir()) == []


def test_the_log_shows_no_word_of_evidence(desk: Desk, packs: Packs) -> None:
    """Actions, numbers, digests and staff names only."""
    desk.add(packs("a", victim(), other("Neil G", phone="07700 900222"), happened()))
    desk.read("R1")
    text = " ".join(e.detail + e.object + e.action for e in desk.log())
    for word in (MARKER, "Neil", "900222"):
        assert word not in text

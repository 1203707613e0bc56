"""Which records a choice of days or ids brings along."""

from __future__ import annotations

import pytest

from tallymark.errors import UnknownRecord, UsageProblem
from tallymark.model.moment import Moment
from tallymark.model.record import (
    Correction,
    Exhibit,
    Impact,
    Incident,
    Order,
    Person,
    Place,
    PoliceContact,
    QuietPeriod,
    ToldToStop,
)
from vault.making import attach, bring_in, event, incident


def _types(casefile) -> list[str]:
    return [record.type for record in casefile.records]


def test_everything_is_chosen_by_default(vault) -> None:
    """All records, all leaves, the head; the identity follows the head."""
    vault.append(incident())
    before = vault.casefile()
    vault.append(Person(label="Sam"))
    casefile = vault.casefile()
    assert _types(casefile) == ["epoch", "incident", "person"]
    assert casefile.log_size == 3
    assert [casefile.leaves[r.id].index for r in casefile.records] == [0, 1, 2]
    assert [casefile.leaves[r.id].hash for r in casefile.records] == vault.leaf_hashes()
    assert casefile.identity != before.identity
    assert vault.casefile().identity == casefile.identity
    assert vault.casefile(since="2020-01-01").identity != casefile.identity


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("2026-05-03", "2026-05-03", ["b"]),
        (None, "2026-05-02", ["a"]),
        ("2026-05-04", None, ["c"]),
        ("2026-05-02", "2026-05-04", ["a", "b", "c"]),
        ("2026-06-01", None, []),
    ],
)
def test_days_are_inclusive_and_in_the_vaults_zone(vault, since, until, found) -> None:
    """Half past midnight in Paris is still the evening before in London."""
    vault.append(incident("a", on="2026-05-02"))
    moment = Moment("2026-05-04T00:30", zone="Europe/Paris")
    vault.append(Incident(happened=moment, what_happened="b"))
    vault.append(incident("c", on="2026-05-04T00:30"))
    casefile = vault.casefile(since=since, until=until)
    chosen = [r.body.what_happened for r in casefile.records if r.type == "incident"]
    assert chosen == found


def test_a_range_of_time_is_in_when_it_touches(vault) -> None:
    """A stated range, a spell without entries and a day that meets the choice come along."""
    vault.append(
        Incident(happened=Moment("2026-05-01", "range", end="2026-05-05"), what_happened="x")
    )
    vault.append(QuietPeriod(start="2026-04-01", end="2026-05-03"))
    vault.append(QuietPeriod(start="2026-03-01", end="2026-03-03"))
    vault.append(Impact(at=Moment("2026-05-09"), words="later"))
    assert _types(vault.casefile(since="2026-05-03", until="2026-05-04")) == [
        "epoch",
        "incident",
        "quiet_period",
    ]


def test_what_is_cited_comes_along_and_other_accounts_do_not(vault) -> None:
    """Exhibits and places an entry cites, people and orders always; not another day's entry."""
    cited, other = attach(vault, b"1"), attach(vault, b"2")
    place = vault.append(Place(label="gate"))
    vault.append(Place(label="never mentioned"))
    person = vault.append(Person(label="Sam"))
    early = vault.append(incident("early", on="2026-01-01"))
    vault.append(
        Incident(
            happened=Moment("2026-03-01"),
            what_happened="x",
            place=place.record.id,
            exhibits=(cited.record.id,),
        )
    )
    vault.append(PoliceContact(at=Moment("2026-03-02"), incidents=(early.record.id,)))
    order = vault.append(Order(kind="injunction", exhibits=(other.record.id,)))
    told = vault.append(ToldToStop(at=Moment("2025-12-01")))
    ids = {r.id for r in vault.casefile(since="2026-03-01", until="2026-03-31").records}
    assert {cited.record.id, place.record.id, person.record.id, order.record.id} <= ids
    assert {other.record.id, told.record.id} <= ids
    assert early.record.id not in ids
    assert len(ids) == 9


def test_the_newest_version_decides_and_brings_its_history(vault) -> None:
    """An entry whose date was corrected is in by its new date only, with old version and reason."""
    old = vault.append(incident("x", on="2026-01-01"))
    new = vault.append(incident("x", on="2026-03-01"), supersedes=old.record.id)
    gone = vault.append(incident("y", on="2026-03-02"))
    vault.append(Correction(target=gone.record.id, why="wrong person"))
    assert _types(vault.casefile(until="2026-01-31")) == ["epoch"]
    march = vault.casefile(since="2026-03-01", until="2026-03-31")
    assert _types(march) == ["epoch", "incident", "incident", "incident", "correction"]
    assert [r.id for r in march.current() if r.type == "incident"] == [new.record.id]


def test_days_choose_events_and_the_export_that_holds_them(vault) -> None:
    """Events outside are cut, and an export without any inside stays at home."""
    inside, outside = attach(vault, b"1"), attach(vault, b"2")
    day = 86_400
    bring_in(vault, inside, [event(n) for n in range(4)], seconds=[0, day, 2 * day, 3 * day])
    bring_in(vault, outside, [event(0)], seconds=[9 * day])
    casefile = vault.casefile(since="1970-01-02", until="1970-01-03")
    # London kept British Standard Time then: the day begins at 23:00 UTC.
    assert list(casefile.events.seconds) == [day, 2 * day]
    assert [source.exhibit_id for source in casefile.sources] == [inside.record.id]
    assert _types(casefile) == ["epoch", "exhibit", "import"]
    assert [one.text for one in casefile.texts(casefile.events.row)] == [
        "message number 1",
        "message number 2",
    ]


def test_only_named_records_and_what_they_need(vault) -> None:
    """Naming an export brings its import and events, and nothing else."""
    held, other = attach(vault, b"1"), attach(vault, b"2")
    bring_in(vault, held, [event(0)])
    bring_in(vault, other, [event(0), event(1)])
    entry = vault.append(incident())
    vault.append(incident("another"))
    casefile = vault.casefile(only=[held.record.id, entry.record.id])
    assert _types(casefile) == ["epoch", "exhibit", "import", "incident"]
    assert len(casefile.events) == 1
    assert len(vault.casefile().events) == 3
    assert _types(vault.casefile(only=[])) == ["epoch"]
    with pytest.raises(UnknownRecord):
        vault.casefile(only=["no such"])


def test_a_file_nobody_cites_is_in_by_its_own_time(vault) -> None:
    """A photo of that day is chosen although no entry names it."""
    import io

    vault.attach(
        io.BytesIO(b"x"),
        describe=lambda sha256, size, _n: Exhibit(
            number="AB/1", sha256=sha256, size=size, name="x", modified="2026-03-01T23:30:00Z"
        ),
    )
    assert "exhibit" in _types(vault.casefile(since="2026-03-01", until="2026-03-01"))
    assert "exhibit" not in _types(vault.casefile(since="2026-03-02"))


@pytest.mark.parametrize("bad", ["3 May", "2026-13-01", "20260503", "2026-05-03T10:00", ""])
def test_a_date_that_is_none_is_a_usage_problem(vault, bad) -> None:
    """The person is told how a date is written."""
    with pytest.raises(UsageProblem):
        vault.casefile(since=bad)

"""The report works with a single entry, says only what was recorded, and keeps its order."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pack.conftest import Log
from tallymark.errors import NothingChosen, RecordError, UsageProblem
from tallymark.model.moment import Moment
from tallymark.model.record import (
    EvidenceRequest,
    Incident,
    Order,
    Person,
    Place,
    PoliceContact,
    ToldToStop,
    Witness,
)
from tallymark.pack import card, report_now, sheet, soon_gone

ORDER = [
    "Am I safe now",
    "Who",
    "What happened last",
    "How long, how often",
    "Told to stop",
    "Orders",
    "Fear, in my words",
    "Who else knows",
    "Reach me safely",
]
MADE = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)


def _entry(on: str, words: str = "He waved.", **more: object) -> Incident:
    return Incident(happened=Moment(on), what_happened=words, **more)


@pytest.fixture
def told() -> Log:
    """A small case with all that the report asks for."""
    log = Log()
    him = log.add(
        Person(label="C", names=("Colin Dray",), roles=("suspect",), relationship="ex_partner")
    )
    log.add(Person(label="me", roles=("victim",), safe_contact="Text 07700 900111, mornings."))
    log.add(_entry("2026-04-10T20:15", "Waited outside.", actor=him, effect="I shook."))
    log.add(ToldToStop(at=Moment("2026-05-03T19:20"), exact_words="Stop.", channel="whatsapp"))
    order = log.add(Order(kind="nmo", court="Northby", served=Moment("2026-08-01")))
    log.add(
        _entry(
            "2026-09-02T08:40",
            "Stood at the school gate.",
            words_said="You will see",
            order=order,
            witnesses=(Witness("Lena Moss", "saw", "yes"),),
            fear_of_violence="yes",
            effect="I could not breathe.",
        )
    )
    return log


def test_the_order_is_fixed_and_the_words_are_the_persons(told: Log) -> None:
    """Nine paragraphs in the order that police ask, with what was recorded and no more."""
    found = report_now.report(told.casefile(), safe="yes")
    assert [line.heading for line in found.lines] == ORDER
    said = {line.heading: line.words for line in found.lines}
    assert said["Who"] == "Colin Dray, ex-partner."
    assert said["What happened last"].startswith("Wed 2 Sep 2026 08:40.")
    assert "\u201cYou will see\u201d" in said["What happened last"]
    assert said["How long, how often"].startswith("2 entries in my diary. In all 2 items from")
    assert "Entries after it: 1." in said["Told to stop"]
    assert said["Orders"].startswith("Non-molestation order, Northby, served Sat 1 Aug 2026")
    assert "entries that I linked to it: 1" in said["Orders"]
    assert said["Fear, in my words"].startswith("\u201cI could not breathe.\u201d"[:-2])
    assert "I feared violence in 1 entry." in said["Fear, in my words"]
    assert said["Who else knows"] == "Lena Moss (saw, will speak)."
    assert said["Reach me safely"] == "Text 07700 900111, mornings."


def test_one_entry_and_nothing_else_is_enough() -> None:
    """No person, no evidence, no order: what is missing is said plainly and asks for nothing."""
    log = Log()
    log.add(_entry("2026-09-02", "He waved."))
    found = report_now.report(log.casefile())
    assert [line.heading for line in found.lines] == ORDER
    assert "He waved." in found.text()
    assert "Nobody has to have said it." in found.text()
    assert "999" in found.lines[0].words


def test_chosen_entries_alone_are_counted(told: Log) -> None:
    """With #3 chosen, the counts and the last event are those of #3."""
    first = next(r.id for r in told.records if r.type == "incident")
    found = report_now.report(told.casefile(), chosen=[first])
    assert found.entries == (first,)
    assert "1 entry in my diary. In all 1 item on 10 Apr 2026." in found.text()
    assert "school gate" not in found.text()


def test_no_entry_is_said() -> None:
    """An empty diary has nothing to tell, and says what to do."""
    with pytest.raises(NothingChosen):
        report_now.report(Log().casefile())


@given(
    st.lists(
        st.tuples(st.dates(date(2026, 1, 1), date(2026, 11, 1)), st.text(min_size=1, max_size=900)),
        min_size=1,
        max_size=12,
    )
)
def test_it_stays_half_a_page_whatever_was_written(entries: list[tuple[date, str]]) -> None:
    """Long words are cut with a sign, never dropped in silence, and nothing breaks."""
    log = Log()
    for on, words in entries:
        log.add(_entry(on.isoformat(), words, effect=words, words_said=words))
    found = report_now.report(log.casefile())
    assert sum(len(line.words.split()) for line in found.lines) <= report_now.MOST_WORDS


def test_a_private_place_is_not_said(told: Log) -> None:
    """Neither its name nor its address is read out."""
    flat = told.add(Place(label="refuge", address="1 Quiet Court", safe_location=True))
    told.add(_entry("2026-10-01", "Came by.", place=flat))
    text = report_now.report(told.casefile()).text()
    assert "refuge" not in text
    assert "Quiet" not in text


def test_since_police_lists_what_they_cannot_know(told: Log) -> None:
    """Later entries and those written later; not what was told, also when it was corrected since."""
    casefile = told.casefile()
    assert report_now.since_told(casefile)[0] is None
    assert len(report_now.since_told(casefile)[1]) == 2
    first = next(r.id for r in told.records if r.type == "incident")
    contact = told.add(PoliceContact(at=Moment("2026-09-03T09:00"), incidents=(first,)))
    told.add(_entry("2026-04-10T20:15", "Waited outside, an hour."), supersedes=first)
    late = told.add(_entry("2026-01-01", "I had forgotten this."))
    new = told.add(_entry("2026-10-01", "Came again."))
    found, entries = report_now.since_told(told.casefile())
    assert found is not None
    assert found.id == contact
    assert [r.id for r in entries] == [late, new]


def test_what_others_hold_has_its_days_and_whether_it_was_asked() -> None:
    """Entries suggest, requests are recorded; how long it is kept is ask unless somebody knows."""
    log = Log()
    shop = log.add(_entry("2026-10-25T18:00", channel="in_person"))
    log.add(_entry("2026-11-20T18:00", channel="voice"))
    log.add(_entry("2026-11-20T18:00", channel=""))
    log.add(
        EvidenceRequest(
            what="shop camera", holder="Mill Rd shop", at=Moment("2026-10-25"), incidents=(shop,)
        )
    )
    log.add(EvidenceRequest(what="bus camera", state="kept"))
    found = soon_gone.soon_gone(log.casefile(), today=date(2026, 11, 23))
    told = [(h.what, h.days, h.state, h.kept, h.recorded) for h in found]
    assert told == [
        ("shop camera", 29, "not asked", "ask", True),
        ("call and text records", 3, "not asked", "ask", False),
    ]


def test_no_time_of_keeping_is_invented() -> None:
    """A number of days stands in the data only beside its source."""
    assert all(row["source"] or row["kept"] == "ask" for row in soon_gone._rows())


@pytest.mark.parametrize("name", card.names())
def test_a_card_says_what_helps_and_what_not_to_say(name: str) -> None:
    """Both lists, the emergency line, and nothing of the case."""
    found = card.card(name)
    assert found.say
    assert found.not_say
    assert "999" in found.text()
    assert sheet.of_card(found).pdf(made=MADE).startswith(b"%PDF")


def test_there_are_three_cards() -> None:
    """Neighbour, employer and school; another name is refused."""
    assert card.names() == ("neighbour", "employer", "school")
    with pytest.raises(UsageProblem):
        card.card("press")


def _pages(data: bytes) -> str:
    import io

    import pypdf

    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def _hard_copy(log: Log, ident: str, copy: int = 1) -> str:
    casefile = log.casefile()
    record = next(r for r in casefile.records if r.id == ident)
    made = sheet.of_record(casefile, record, made=MADE, copy=copy, open_original=log.open)
    return _pages(made.pdf(made=MADE))


def test_an_entry_is_printed_with_a_numbered_label(told: Log) -> None:
    """The label says which copy of which entry, and where the original is kept."""
    ident = next(r.id for r in told.records if r.type == "incident")
    text = _hard_copy(told, ident, 2)
    assert "2 of #3" in text
    assert "Original kept at" in text
    assert "Waited outside." in text


def test_an_exhibit_is_printed_with_where_its_original_is(told: Log) -> None:
    """Number, digest, and the place of the original in the person's words."""
    ident = told.exhibit(b"letter", name="letter.txt", original_location="drawer at my sister's")
    text = " ".join(_hard_copy(told, ident).split())
    assert "Exhibit AB/1" in text
    assert "drawer at my sister" in text
    assert "SHA-256" in text


def test_what_is_never_copied_is_not_printed(told: Log) -> None:
    """A picture marked intimate or as showing a child, a person, and an entry at a private place."""
    marked = told.exhibit(b"x", name="x.jpg", sensitivity=("child",))
    person = told.add(Person(label="x"))
    flat = told.add(Place(label="refuge", safe_location=True))
    there = told.add(_entry("2026-10-01", place=flat))
    for ident in (marked, person, flat, there):
        with pytest.raises(RecordError):
            _hard_copy(told, ident)

"""Second sources, marked words, and the same act in several sources: offered, decided, never merged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picture.casefiles import Ev, casefile, record, rid, secs, typed
from tallymark import picture
from tallymark.model.casefile import Casefile, EventText
from tallymark.model.record import Exhibit, Person, Phrase, SameEvent, SecondSource, Witness
from tallymark.picture.summary import summarise

AT = "2026-05-03T21:10"


def _photo(name: str, taken: str, **clocks: str) -> object:
    body = Exhibit(
        number="AB/1", sha256="0" * 64, size=1, name="a.jpg",
        clocks={"camera_taken": taken} if taken else clocks,
    )  # fmt: skip
    return record(name, body)


def _with_texts(case: Casefile, words: str) -> Casefile:
    """The case with the same words in every message."""

    def texts(rows):
        return [
            EventText(row, f"event-{row}", rid("one"), "", "", "Colin", "message", words, 0, 1)
            for row in rows
        ]

    return replace(case, texts=texts)


def test_a_linked_second_source_counts_on_the_page_and_names_who_linked_it() -> None:
    """A witness in the entry and a bill linked later are two sources of two kinds."""
    moss = record("moss", Person(label="L. Moss", roles=("witness",)))
    first = typed("a", AT, witnesses=(Witness(moss.id),))
    second = typed("b", "2026-05-05T21:10")
    link = record("l", SecondSource(entries=(second.id,), kind="phone_bill", linked_by=moss.id))
    case = casefile([moss, first, second, link])
    view = picture.build("sources", case)
    assert [[c.text for c in row[:4]] for row in view.table.rows] == [
        ["witness", "L. Moss", "in the entry itself", "1"],
        ["phone bill", "a thing, not a person", "L. Moss", "1"],
    ]
    assert view.sentence.startswith("2 of 2 typed entries")
    assert view.table.rows[1][3].refs == (second.id, link.id)
    assert summarise(case).second.total.value == 2


def test_a_source_linked_twice_is_one_for_its_entry() -> None:
    """Naming it again adds no entry."""
    first = typed("a", AT)
    links = [record(n, SecondSource(entries=(first.id,), kind="camera")) for n in ("l", "m")]
    view = picture.build("sources", casefile([first, *links]))
    assert [row[3].text for row in view.table.rows] == ["1"]


def test_marked_words_stand_with_their_reason_and_places() -> None:
    """Only marked places are counted, and each leads to its entry."""
    first = typed("a", AT, words_said="See you soon, petal")
    other = typed("b", "2026-05-05T21:10", words_said="See you soon, petal")
    mark = record(
        "p",
        Phrase(words="petal", why="he said it before", incidents=(first.id,), events=("e1", "e2")),
    )
    view = picture.build("phrases", casefile([first, other, mark]))
    assert [c.text for c in view.table.rows[0]] == [
        "“petal”",
        "he said it before",
        "1",
        "2",
        "0",
        "3 May 2026",
    ]
    assert view.table.rows[0][2].refs == (first.id,)


@pytest.mark.parametrize(
    ("at", "channel", "offered"),
    [
        ("2026-05-03T21:19", "whatsapp", 1),
        ("2026-05-03T21:21", "whatsapp", 0),
        ("2026-05-03T21:10", "email", 0),
    ],
)
def test_messages_close_in_time_and_channel_are_offered(
    at: str, channel: str, offered: int
) -> None:
    """Ten minutes either way, on the channel of the entry."""
    entry = typed("a", AT, channel="whatsapp", words_said="I am outside")
    case = _with_texts(casefile([entry], [Ev(secs(at), channel=channel)]), "Well. I AM OUTSIDE now")
    view = picture.build("overlap", case)
    assert view.data["total"] == offered
    if offered:
        own, message = view.table.rows
        assert [c.text for c in own] == ["#0", "3 May 2026, 21:10", "the entry", "entry a",
                                         "the person", "", ""]  # fmt: skip
        assert message[5].text == "WhatsApp; within 9 minutes; the exact words stand in a message"
        assert message[6].text == "not decided"


def test_one_act_in_an_export_a_screenshot_a_photo_and_a_witness_entry_is_one_event() -> None:
    """All of it stands under the person's own entry, each with its reason and a decision of its own."""
    him = record("him", Person(label="Colin", roles=("suspect",)))
    shot = record(
        "shot", Exhibit(number="AB/3", sha256="00" * 32, size=1, name="s", kind="screenshot")
    )
    photo = _photo("photo", "2026-05-03T21:12:00")
    mine = typed("a", AT, channel="whatsapp", words_said="Look outside", exhibits=(shot.id,),
                 actor=him.id)  # fmt: skip
    theirs = replace_author(
        typed("w", "2026-05-03T21:08", channel="whatsapp", words_said="look outside", actor=him.id),
        "neighbour",
    )
    case = casefile([him, shot, photo, mine, theirs], [Ev(secs(AT)), Ev(secs(AT) + 60)])
    said = SameEvent(sources=(mine.id, theirs.id), decision="same")
    case = _with_texts(replace(case, records=(*case.records, record("d", said))), "LOOK OUTSIDE!")
    view = picture.build("overlap", case)
    assert view.data["total"] == 1
    assert [[c.text for c in row][2:] for row in view.table.rows] == [
        ["the entry", "entry a", "the person", "", ""],
        ["screenshot", "Exhibit AB/3", "", "named in the entry", ""],
        ["entry by another person", f"Entry #{case.leaves[theirs.id].index}", "neighbour",
         "within 2 minutes; the same channel; the same person; the same words",
         "decided: the same"],
        ["messages in an export", "2 messages", "Colin",
         "WhatsApp; within 1 minute; from a number or name recorded as theirs; "
         "the exact words stand in a message", "not decided"],
        ["photo or file", "Exhibit AB/1", "", "within 2 minutes", "not decided"],
    ]  # fmt: skip
    assert {row[0].refs for row in view.table.rows} == {(mine.id,)}


def test_a_photo_is_offered_by_its_own_clock_unless_it_is_linked_already() -> None:
    """Camera time on the person's clock, satellites in UTC."""
    near, far = _photo("near", "2026-05-03T21:05:00+01:00"), _photo("far", "2026-05-04T21:05:00")
    sky = _photo("sky", "", gps_utc="2026-05-03T20:09:00Z")
    entry = typed("a", AT)
    view = picture.build("overlap", casefile([near, far, sky, entry]))
    assert {ref for row in view.table.rows[1:] for ref in row[3].refs} == {near.id, sky.id}
    linked = typed("a", AT, exhibits=(near.id, sky.id))
    assert picture.build("overlap", casefile([near, far, sky, linked])).table.rows == ()


def test_only_another_hand_makes_two_entries_an_offer() -> None:
    """Two of one person's own entries are two; a witness's beside it is offered."""
    mine, more = typed("a", AT), typed("b", "2026-05-03T21:12")
    theirs = replace_author(typed("c", "2026-05-03T21:15"), "neighbour")
    assert picture.build("overlap", casefile([mine, more])).table.rows == ()
    view = picture.build("overlap", casefile([mine, more, theirs]))
    assert [(row[0].refs, row[3].refs) for row in view.table.rows] == [
        ((mine.id,), (mine.id,)),
        ((mine.id,), (theirs.id,)),
        ((more.id,), (more.id,)),
        ((more.id,), (theirs.id,)),
    ]


def replace_author(one, author):
    """The same record by another hand."""
    import msgspec

    return msgspec.structs.replace(one, author=author)


@pytest.mark.parametrize("decision", ["same", "different"])
def test_a_decision_is_shown_and_changes_no_count(decision: str) -> None:
    """It stands beside the offer; episodes and items stay as they were."""
    entry = typed("a", AT, channel="whatsapp")
    case = _with_texts(casefile([entry], [Ev(secs(AT))]), "x")
    row = case.events.row[0]
    said = record("d", SameEvent(sources=(entry.id, f"event-{row}"), decision=decision))
    after = replace(case, records=(*case.records, said))
    view = picture.build("overlap", after)
    words = "decided: the same" if decision == "same" else "decided: different"
    assert view.table.rows[1][6].text == words
    assert view.data["decisions"] == [said.id]
    counts = [summarise(one).counts for one in (case, after)]
    assert counts[0].items.value == counts[1].items.value == 2
    assert counts[0].episodes.value == counts[1].episodes.value
    same = int(decision == "same")
    assert [count.decided_same.value for count in counts] == [0, same]
    assert ("1 act was decided to stand in several sources" in view.sentence) == bool(same)
    lanes = picture.build("lanes", after).sentence
    assert ("decided" in lanes) == bool(same)


def test_pages_of_offers_put_together_are_the_whole() -> None:
    """Rows of all pages, in order, are the rows of one long page."""
    held = [typed(f"n{n}", f"2026-05-{n:02}T21:10", channel="whatsapp") for n in range(1, 20)]
    events = [Ev(secs(f"2026-05-{n:02}T21:1{k}")) for n in range(1, 20) for k in range(6)]
    case = _with_texts(casefile(held, events), "x")
    whole = picture.build("overlap", case).table.rows
    pages = [
        r
        for at in range(0, 19, 4)
        for r in picture.build("overlap", case, limit=4, offset=at).table.rows
    ]
    assert tuple(pages) == whole
    assert {row[3].text for row in whole[1::2]} == {"6 messages"}

"""The nasty cases of chat exports, one by one: what must be kept, and what must be said."""

from __future__ import annotations

import pytest

from tallymark.model.event import (
    FLAG_AMBIGUOUS,
    FLAG_EDITED,
    FLAG_FOLD_UNKNOWN,
    FLAG_MEDIA,
    FLAG_OMITTED,
)

LRM = "\u200e"


def flags(got) -> list[int]:
    """The flags of all events, in file order."""
    return [flag for batch in got.batches for flag in batch.flags]


def test_undecidable_order_asks_and_keeps_both_readings(read) -> None:
    """Four people, eleven messages, no number above 12, both readings in order of time: one question."""
    names = ["Ann", "Ben", "Cem", "Dee"]
    data = "\n".join(f"0{n}/0{n + 1}/2020, 10:0{n} - {names[n % 4]}: hello" for n in range(1, 8))
    data += "\n" + "\n".join(f"0{7}/09/2020, 1{n}:00 - {names[n]}: x" for n in range(4))
    got = read(data.encode())
    assert got.counts["message"] == 11
    assert [q.id for q in got.survey.questions] == ["day_order"]
    assert "--day-order" in got.survey.questions[0].text
    assert got.events[0].at[0].value == "2020-02-01T10:01"
    assert got.events[0].at[0].other == "2020-01-02T10:01"
    assert got.issues["AMBIGUOUS_DATE"] == 11
    assert all(flag & FLAG_AMBIGUOUS for flag in flags(got))


def test_an_answer_settles_it_and_the_other_reading_stays(read) -> None:
    """With an answer there is no question; the reading that was not chosen is still beside it."""
    data = b"01/02/2020, 10:00 - Ann: x\n03/04/2020, 10:00 - Ben: y"
    got = read(data, options={"day_order": "mdy"})
    assert got.survey.questions == ()
    assert got.survey.options["day_order_basis"] == "answer"
    assert got.values == ["2020-01-02T10:00", "2020-03-04T10:00"]
    assert got.events[0].at[0].other == "2020-02-01T10:00"


def test_a_header_inside_a_message_keeps_both_segmentations(read) -> None:
    """A pasted line is a record of its own, marked, and points to the message it may belong to."""
    data = (
        b"22/01/2026, 10:30 - Sam: look at this\n22/01/2026, 10:00 - Anna: he wrote\nand more\n"
        b"22/01/2026, 10:31 - Sam: ok\n23/01/2026, 09:00 - Sam: morning"
    )
    got = read(data)
    assert len(got.events) == 4
    pasted = got.events[1]
    assert set(pasted.issues) == {"OUT_OF_ORDER", "AMBIGUOUS_HEADER"}
    assert pasted.detail["other_reading"] == "part of the message before"
    assert pasted.detail["other_start"] == str(got.events[0].locator.start)
    assert flags(got)[1] & FLAG_AMBIGUOUS
    assert [bool(e.issues) for e in got.events] == [False, True, False, False]


def test_one_pasted_line_in_the_other_order_is_asked_about(read) -> None:
    """Days of 12 and less, and 05/13: the question is put, both readings stay, nothing turns round."""
    days = ["01/05", "03/05", "05/13", "04/05", "12/05"]
    got = read("\n".join(f"{d}/2026, 10:00 - Sam: look" for d in days).encode())
    assert [q.id for q in got.survey.questions] == ["day_order"]
    assert got.values[0] == "2026-05-01T10:00"
    assert got.events[0].at[0].other == "2026-01-05T10:00"
    assert got.values[2] == "2026-05-13T10:00"
    assert {"OTHER_DAY_ORDER", "AMBIGUOUS_HEADER"} <= set(got.events[2].issues)


def test_a_pasted_line_in_a_long_chat_marks_itself_alone(read) -> None:
    """Ninety days in one order and one line in the other: that line is marked, no other date is in doubt."""
    days = [f"{n % 28 + 1:02}/{n // 28 + 1:02}/2026" for n in range(84)]
    days.insert(40, "02/13/2026")
    got = read("\n".join(f"{d}, 10:00 - Sam: look" for d in days).encode())
    assert got.survey.questions == ()
    assert {n for n, e in enumerate(got.events) if e.issues} == {40}
    assert set(got.events[40].issues) == {"OTHER_DAY_ORDER", "AMBIGUOUS_HEADER"}
    assert got.values[40] == "2026-02-13T10:00"


def test_a_single_line_of_a_third_person_between_two_is_marked(read) -> None:
    """Even in order of time, one line of somebody else in a chat of two may be pasted text."""
    data = (
        b"12/01/2026, 09:58 - Sam: look\n12/01/2026, 10:00 - Anna: he wrote\n12/01/2026, 10:05 - Sam: ok\n"
        b"13/01/2026, 10:05 - Me: stop\n14/01/2026, 10:05 - Me: please"
    )
    got = read(data)
    assert [("AMBIGUOUS_HEADER" in e.issues) for e in got.events] == [
        False,
        True,
        False,
        False,
        False,
    ]


def test_another_programs_header_inside_a_message_is_marked(read) -> None:
    """A pasted iPhone line in an Android export is read and marked."""
    data = b"13/01/2026, 10:30 - Sam: look\n[13/01/2026, 10:31:07] Anna: he wrote\n13/01/2026, 10:32 - Sam: ok"
    got = read(data)
    assert [e.sender for e in got.events] == ["Sam", "Anna", "Sam"]
    assert "AMBIGUOUS_HEADER" in got.events[1].issues


def test_senders_that_are_an_emoji_or_hold_a_colon(read) -> None:
    """One emoji is a name; a name with a colon is marked with its other reading."""
    data = (
        "13/01/2026, 10:30 - 🤓: hi\n13/01/2026, 10:31 - Mum: home: ok\n13/01/2026, 10:32 - Mum: home: are you there\n"
        "13/01/2026, 10:33 - Sam:.\n13/01/2026, 10:34 - Sam: note: x\n13/01/2026, 10:35 - Sam: y\n"
        "13/01/2026, 10:36 - Sam: z\n13/01/2026, 10:37 - Sam: q"
    ).encode()
    got = read(data)
    assert got.figures["senders"] == {"Sam": 5, "Mum": 2, "🤓": 1}
    assert [e.detail.get("other_sender") for e in got.events[:3]] == [
        None,
        "Mum: home",
        "Mum: home",
    ]
    assert got.issues == {"AMBIGUOUS_SENDER": 2}
    assert got.events[3].text == "."


CONTENT = {
    "poll": ("POLL:\nTea or coffee?\nOPTION: Tea (1 vote)\nOPTION: Coffee (0 votes)", "poll", ()),
    "encuesta": (
        f"{LRM}ENCUESTA:\n¿Hoy?\n{LRM}OPCIÓN: Sí (1 voto)\n{LRM}OPCIÓN: No (0 votos)",
        "poll",
        (),
    ),
    "deleted": ("This message was deleted", "deleted", ("deleted",)),
    "deleted iphone": (f"{LRM}This message was deleted.", "deleted", ("deleted",)),
    "deleted by me": ("You deleted this message", "deleted", ("deleted",)),
    "gelöscht": ("Diese Nachricht wurde gelöscht.", "deleted", ("deleted",)),
    "edited": ("fine then <This message was edited>", "message", ("edited",)),
    "edited iphone": (f"fine then {LRM}<This message was edited>", "message", ("edited",)),
    "missed": (f"{LRM}Missed voice call", "call", ("missed",)),
    "missed android": ("Missed voice call", "call", ("missed",)),
    "missed with tap": (f"{LRM}Missed voice call. {LRM}Tap to call back", "call", ("missed",)),
    "taken": (f"{LRM}Voice call. {LRM}12 min", "call", ()),
    "omitted": ("<Media omitted>", "media", ("omitted",)),
    "image": (f"{LRM}image omitted", "media", ("omitted",)),
    "document": (f"plan.pdf • {LRM}3 pages {LRM}document omitted", "media", ("omitted",)),
    "omitido": ("<Multimedia omitido>", "media", ("omitted",)),
    "ausgeschlossen": ("<Medien ausgeschlossen>", "media", ("omitted",)),
    "with a caption": ("<Medien ausgeschlossen>\n4Bit.mod", "media", ("omitted",)),
    "a tag and more": ("<b and c>\nmore", "message", ()),
    "mídia": ("<Mídia oculta>", "media", ("omitted",)),
    "japanese": ("<メディアは含まれていません>", "media", ("omitted",)),
    "attached iphone": (
        f"{LRM}<attached: 00000012-PHOTO-2023-01-01-10-00-00.jpg>",
        "media",
        ("named",),
    ),
    "attached android": ("IMG-20230101-WA0001.jpg (file attached)", "media", ("named",)),
    "attached marked": (
        f"{LRM}IMG-20230101-WA0001.jpg (archivo adjunto)\na caption",
        "media",
        ("named",),
    ),
    "contact": ("Sam.vcf (Datei angehängt)", "media", ("named",)),
    "location": ("location: https://maps.google.com/?q=51.5007,-0.1246", "location", ()),
    "location iphone": (
        f"{LRM}Location: https://maps.google.com/?q=51.5007,-0.1246",
        "location",
        (),
    ),
    "live": ("Live location shared", "location", ("live",)),
    "view once": (
        f"{LRM}You received a view once photo. Open it on your phone",
        "media",
        ("omitted", "view_once"),
    ),
    "a heart": ("<3", "message", ()),
    "brackets": ("see (this)", "message", ()),
    "tag": ("<script>", "message", ()),
    "link": ("look https://example.org/a?b=c", "message", ()),
    "talk of media": ("he wrote Media omitted in his mail", "message", ()),
}


@pytest.mark.parametrize("name", CONTENT)
def test_each_kind_of_content_is_an_event_of_its_kind(read, name: str) -> None:
    """Polls, deletions, edits, calls, media, places: typed, with sender and words as exported."""
    body, kind, state = CONTENT[name]
    lines = [f"{n}/01/2023, 10:00 - Ann: {'hello' if n != 14 else body}" for n in range(13, 16)]
    event = read("\n".join(lines).encode()).events[1]
    assert (event.kind, event.sender, event.text) == (kind, "Ann", body)
    assert event.state == state


def test_flags_of_media_and_edits(read) -> None:
    """The columns carry what a picture needs to know."""
    got = read(
        b"13/01/2023, 10:00 - A: <Media omitted>\n14/01/2023, 10:00 - A: no <This message was edited>\n15/01/2023, 10:00 - A: ok"
    )
    assert flags(got) == [FLAG_MEDIA | FLAG_OMITTED, FLAG_EDITED, 0]
    assert got.counts["attachment"] == 1
    assert got.issues == {"MEDIA_OMITTED": 1}


def test_a_placeholder_in_an_unknown_language_is_marked(read) -> None:
    """Angle brackets around words that no list knows are taken for left-out media, with a mark."""
    got = read(b"13/01/2023, 10:00 - A: <Foo barbaz>\n14/01/2023, 10:00 - A: x")
    assert got.events[0].kind == "media"
    assert got.issues == {"PLACEHOLDER_UNSURE": 1, "MEDIA_OMITTED": 1}


NOTICES = (
    "Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them. Learn more.",
    'Ann created group "Plans: summer"',
    'Ann changed the subject from "a: b" to "c: d"',
    "You were added",
    "Ann's security code changed. Tap to learn more.",
    "Ann changed the group description to https://example.org",
)


@pytest.mark.parametrize("words", NOTICES)
def test_notices_have_no_sender(read, words: str) -> None:
    """Lines that the app wrote are system events, also where they hold a colon or a link."""
    got = read(
        f"13/01/2023, 10:00 - {words}\n14/01/2023, 10:00 - Ann: x\n15/01/2023, 10:00 - Ann: y".encode()
    )
    assert (got.events[0].kind, got.events[0].sender, got.events[0].text) == ("system", None, words)
    assert got.counts["message"] == 2


def test_iphone_notices_under_a_name(read) -> None:
    """An iPhone puts the chat's name before a notice: kept beside it, not counted as a message."""
    data = f"[13/01/2023, 10:00:00] Ann: {LRM}Messages and calls are end-to-end encrypted.\n[13/01/2023, 10:00:05] Ann: hi"
    got = read(data.encode())
    assert [e.kind for e in got.events] == ["system", "message"]
    assert got.events[0].sender is None
    assert got.events[0].detail == {"shown_as": "Ann"}


def test_many_lines_are_one_message(read) -> None:
    """Line breaks, blank lines and lines that only begin like dates stay in the message."""
    body = "one\n\n20/01/2023: dentist\n12:30 lunch\n[x] done"
    got = read(f"13/01/2023, 10:00 - Ann: {body}\n14/01/2023, 10:00 - Ann: y\n".encode())
    assert [e.text for e in got.events] == [body, "y"]


def test_bytes_before_the_first_message_are_named(read) -> None:
    """A byte order mark is framing, blank lines are skipped, foreign words are unparsed with their line."""
    got = read("\ufeff\n\nnot a message\n13/01/2023, 10:00 - Ann: x".encode())
    assert got.coverage["framing"] == 3 + 1
    assert got.coverage["unparsed"] == len("\n\nnot a message")
    assert got.issues == {"UNPARSED": 1}
    got = read("\ufeff13/01/2023, 10:00 - Ann: x".encode())
    assert got.coverage == {"bytes": 29, "records": 26, "framing": 3, "skipped": 0, "unparsed": 0}


def test_bytes_that_are_not_text_are_marked_and_stay(read) -> None:
    """A body in another encoding is shown with a mark; the record still covers its bytes."""
    got = read(b"13/01/2023, 10:00 - Ann: caf\xe9\n14/01/2023, 10:00 - Ann: \x00\x01")
    assert got.issues == {"BAD_ENCODING": 1}
    assert got.events[0].text == "caf\ufffd"
    assert got.events[1].text == "\x00\x01"


def test_the_autumn_hour_is_said_to_be_unknown(read) -> None:
    """01:30 on the night the clocks go back happens twice; the order of its lines is not blamed."""
    data = b"25/10/2026, 01:50 - A: x\n25/10/2026, 01:10 - A: y\n25/10/2026, 02:10 - A: z\n25/10/2026, 12:00 - A: w"
    got = read(data)
    assert got.issues == {"FOLD_UNKNOWN": 2}
    assert [bool(f & FLAG_FOLD_UNKNOWN) for f in flags(got)] == [True, True, False, False]


def test_the_spring_hour_is_said_not_to_exist(read) -> None:
    """01:30 on the night the clocks go forward is on no clock in that zone."""
    got = read(b"29/03/2026, 00:30 - A: x\n29/03/2026, 01:30 - A: x\n29/03/2026, 02:10 - A: z")
    assert got.issues == {"NO_SUCH_HOUR": 1}
    assert read(b"29/03/2026, 01:30 - A: x", options={"zone": "Asia/Tokyo"}).issues == {}


def test_lines_out_of_order_are_noted(read) -> None:
    """A time before the line above is said, and the event stays where it stood."""
    got = read(b"15/01/2023, 10:00 - A: x\n15/01/2023, 09:00 - A: y\n15/01/2023, 10:10 - A: z")
    assert got.issues["OUT_OF_ORDER"] == 1
    assert got.values == ["2023-01-15T10:00", "2023-01-15T09:00", "2023-01-15T10:10"]


def test_dates_on_no_known_calendar_are_kept_without_a_time(read) -> None:
    """A Persian year is not taken for another one."""
    got = read("۱۳۹۸/۱۱/۲۰، ۲۰:۴۹ - A: x".encode())
    assert got.issues == {"UNKNOWN_DATE": 1}
    assert got.events[0].at[0].raw.startswith("۱۳۹۸")
    assert not got.events[0].at[0].chosen


def test_an_export_at_its_cap_is_named(read) -> None:
    """Ten thousand messages are the most that an export with media holds."""
    data = "\n".join(
        f"{n // 500 + 1:02}/01/2023, {n % 24:02}:00 - A: x" for n in range(10_000)
    ).encode()
    assert "EXPORT_CAP" in read(data).issues
    assert "EXPORT_CAP" not in read(data[: len(data) // 2]).issues


def test_marks_around_numbers_do_not_make_two_senders(read) -> None:
    """An invisible mark before a name does not part a sender in two."""
    got = read(f"13/01/2023, 10:00 - {LRM}Ann: x\n14/01/2023, 10:00 - Ann: y".encode())
    assert got.figures["senders"] == {"Ann": 2}


def test_an_oversized_piece_is_counted_and_the_rest_is_read(read, monkeypatch) -> None:
    """A record longer than the cap is given up with its bytes named; the next ones are read."""
    import tallymark.importers._whatsapp_split as split

    monkeypatch.setattr(split, "MAX_RECORD", 2000)
    huge = "x" * 5000 + "\n" + "y" * 5000
    data = f"13/01/2023, 10:00 - Ann: a\n13/01/2023, 10:01 - Ann: {huge}\n14/01/2023, 10:00 - Ann: b".encode()
    got = read(data, chunk=512)
    assert got.coverage["unparsed"] > 9000
    assert [e.text for e in got.events] == ["a", "b"]


@pytest.mark.parametrize(
    "line", ["25/10/2026, 33:99 - x", "25/10/2026, 25:15 - Ann: x", "25/10/2026, 22:99 - Ann: x"]
)
def test_a_line_whose_time_no_clock_shows_is_text_and_stops_nothing(read, line: str) -> None:
    """On a day on which the clocks change too: it belongs to the message above, with no time made up."""
    got = read(f"24/10/2026, 21:15 - Kim: look:\n{line}\n26/10/2026, 09:00 - Kim: c\n".encode())
    assert [(e.at[0].value, e.text) for e in got.events] == [
        ("2026-10-24T21:15", f"look:\n{line}"),
        ("2026-10-26T09:00", "c"),
    ]


def test_no_time_is_made_up_in_other_digits_either(read) -> None:
    """Digits of another script go the careful way; a time that is none is none there too."""
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    lines = [
        "24/10/2026, 21:15 - Kim: a",
        "25/10/2026, 25:15 - Kim: b",
        "26/10/2026, 09:00 - Kim: c",
    ]
    got = read("\n".join(line.translate(arabic) for line in lines).encode())
    values = [e.at[0].value for e in got.events]
    assert not [value for value in values if "T25" in value]
    assert values[-1].endswith("T09:00")

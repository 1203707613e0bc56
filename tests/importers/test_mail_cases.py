"""Nasty cases 16 to 20 and 25 of mail, each by its number, and what else must never be lost or believed."""

from __future__ import annotations

import base64
import hashlib

import pytest

from tallymark.importers.email import IMPORTER

from .mail import FROM, PLAIN, mail, read

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def multipart(*parts: bytes, boundary: str = "b", end: bool = True, **fields: str) -> bytes:
    """A mail of several parts, each with its own header."""
    mark = b"\n--" + boundary.encode()
    body = b"".join(mark + b"\n" + part for part in parts) + (mark + b"--\n" if end else b"")
    return mail(body, Content_Type=f'multipart/mixed; boundary="{boundary}"', **fields)


def attachment(data: bytes, *, name: str = "a.png", mime: str = "image/png") -> bytes:
    """A part that is a file."""
    return (
        f'Content-Type: {mime}\nContent-Disposition: attachment; filename="{name}"\n'
        f"Content-Transfer-Encoding: base64\n\n"
    ).encode() + base64.encodebytes(data)


def test_case_16_a_separator_with_a_byte_that_is_not_ascii_is_read() -> None:
    """An mbox whose separator holds a Latin-1 byte gives both its mails."""
    odd = b"From j\xf6rg@example.org Mon Mar  2 10:00:00 2026\n"
    found = read(odd + PLAIN + b"\none\n\n" + odd + PLAIN + b"\ntwo\n")
    assert [e.text for e in found.events] == ["Hello\none\n", "Hello\ntwo\n"]
    assert found.events[0].parties[-1].raw.startswith("From jörg")


@pytest.mark.parametrize(
    "line",
    [
        "From here on I will write every day.",
        "From the office at 10:30 in 2026",
        "From boris@example.org Mon Mar  2 10:00:00 2026\nand then he said",
        "From boris@example.org Mon Mar  2 10:00:00 2026 or later",
    ],
)
def test_case_16_a_line_in_a_body_that_begins_with_from_parts_nothing(line: str) -> None:
    """One mail stays one mail, in an mbox and as a single file."""
    body = f"\nBefore.\n\n{line}\n\nAfter.\n".encode()
    assert read(PLAIN + body).one.text.count("From") == 1
    found = read(FROM + PLAIN + body)
    assert found.one.text.endswith(f"{line}\n\nAfter.\n")


def test_case_16_a_separator_without_a_blank_line_above_it_is_text() -> None:
    """Only a blank line and then the separator part two mails."""
    assert len(read(FROM + PLAIN + b"\nx\n" + FROM + PLAIN + b"\ny\n").events) == 1
    assert len(read(FROM + PLAIN + b"\nx\n\n" + FROM + PLAIN + b"\ny\n").events) == 2


def test_case_16_quoting_is_undone_in_the_view_only() -> None:
    """A quoted line is shown as it was sent, and kept as it stands."""
    found = read(FROM + PLAIN + b"\n>From me\n>>From you\n").one
    assert found.text == "Hello\nFrom me\n>From you\n"
    assert found.raw == "Hello\n>From me\n>>From you\n"
    assert found.repairs == ("from_unquoted",)


def test_case_16_stated_lengths_are_followed_where_they_land() -> None:
    """In an mboxcl2 a whole mail pasted into a body stays in it, and is named."""
    inner = b"\nlook:\n\n" + FROM + PLAIN + b"\nforged\n"
    length = b"Content-Length: %d\n" % (len(inner) - 1)
    first = FROM + PLAIN + length + inner + b"\n"
    found = read(first + FROM + PLAIN + b"Content-Length: 4\n\nend\n")
    assert len(found.events) == 2
    assert found.issues["FROM_IN_BODY"] == 1
    assert "forged" in found.events[0].text
    wrong = first.replace(length, b"Content-Length: 9\n")
    assert len(read(wrong + FROM + PLAIN + b"\nend\n").events) == 3


def test_case_17_an_address_as_a_name_is_named_and_not_believed() -> None:
    """The sender is who stands in the brackets."""
    found = read(mail(From="alice@example.com <bob@EXAMPLE.com>")).one
    assert found.sender == "bob@example.com"
    assert "NAME_SPOOF" in found.issues
    sender = found.parties[0]
    assert (sender.value, sender.label) == ("bob@example.com", "alice@example.com")


@pytest.mark.parametrize(
    ("written", "sender", "label", "spoof"),
    [
        ('"alice@example.com" <bob@example.com>', "bob@example.com", "alice@example.com", True),
        ("=?utf-8?q?alice=40example.com?= <bob@example.com>", "bob@example.com", "alice@example.com", True),
        ("alice\uff20example.com <bob@example.com>", "bob@example.com", "alice\uff20example.com", True),
        ("(alice@example.com) bob@example.com", "bob@example.com", "alice@example.com", True),
        ('"bob@example.com" <bob@example.com>', "bob@example.com", "bob@example.com", False),
        ("Bob <BOB@Example.Com>", "BOB@example.com", "Bob", False),
        ("bob@example.com (Bob)", "bob@example.com", "Bob", False),
        ('"Bob, B." <bob@example.com>', "bob@example.com", "Bob, B.", False),
        ("<@relay.example:bob@example.com>", "bob@example.com", "", False),
        ("Bob", "Bob", "", False),
    ],
)  # fmt: skip
def test_case_17_names_and_addresses_are_kept_apart(
    written: str, sender: str, label: str, spoof: bool
) -> None:
    """However it is spelt, the name is shown as a name and the address decides."""
    found = read(mail(From=written)).one
    assert found.sender == sender
    assert found.parties[0].label == label
    assert ("NAME_SPOOF" in found.issues) is spoof


def test_case_17_answers_that_would_go_elsewhere_are_named() -> None:
    """A Reply-To that is not the sender is an issue; one that is, is not."""
    assert "REPLY_TO_DIFFERS" in read(mail(Reply_To="x@example.net")).one.issues
    assert "REPLY_TO_DIFFERS" not in read(mail(Reply_To="boris@example.org")).one.issues


@pytest.mark.parametrize(
    ("date", "issue", "value"),
    [
        ("Mon, 02 Mar 3609 10:00:00 +0000", "IMPLAUSIBLE_DATE", "3609-03-02T10:00:00"),
        ("Thu, 01 Jan 1970 00:00:00 +0000", "IMPLAUSIBLE_DATE", "1970-01-01T00:00:00"),
        ("Mon, 2 Mar 2026 10:00:00", "NO_ZONE", "2026-03-02T10:00:00"),
        ("Mon, 2 Mar 2026 10:00:00 GMT+1", "BAD_ZONE", "2026-03-02T10:00:00"),
        ("<b>Mon, 2 Mar 2026</b>", "BAD_DATE", ""),
        ("Whenever", "BAD_DATE", ""),
        ("Mon, 31 Feb 2026 10:00:00 +0000", "BAD_DATE", ""),
        ("", "NO_DATE", ""),
    ],
)
def test_case_18_a_date_that_cannot_be_used_has_no_place_in_time(
    date: str, issue: str, value: str
) -> None:
    """It is kept as it stands, named, and not on the time line; nothing else is put in its place."""
    found = read(mail(Date=date))
    assert issue in found.one.issues
    assert found.one.at[0].raw == date
    assert found.one.at[0].value == value
    assert found.placed == [False]


@pytest.mark.parametrize(
    ("date", "value"),
    [
        ("Mon, 2 Mar 2026 10:00:00 +0130", "2026-03-02T08:30:00"),
        ("2 Mar 2026 10:00 EST", "2026-03-02T15:00:00"),
        ("Mon, 2 Mar 26 10:00:00 -0000 (GMT)", "2026-03-02T10:00:00"),
        ("Mon, 02 March 2026 10:00:00 Z", "2026-03-02T10:00:00"),
    ],
)
def test_case_18_dates_that_can_be_used_are_in_utc(date: str, value: str) -> None:
    """The usual forms and the old ones, with the text beside them."""
    found = read(mail(Date=date))
    assert (found.one.at[0].value, found.one.at[0].zone) == (value, "UTC")
    assert found.placed == [True]
    assert found.one.at[0].raw == date


def test_case_18_a_wrong_weekday_is_named_and_the_date_kept() -> None:
    """A weekday that is not that of the day is a sign; the day stays."""
    found = read(mail(Date="Tue, 2 Mar 2026 10:00:00 +0000"))
    assert "WEEKDAY_MISMATCH" in found.one.issues
    assert found.placed == [True]


def test_case_18_the_stamp_of_a_server_stands_in_with_its_reason() -> None:
    """Where the stated date cannot be used, the topmost Received line can, and it is said."""
    stamp = "from a by mx.example.com; Tue, 3 Mar 2026 09:00:00 +0000"
    found = read(mail(Date="Whenever", Received=stamp))
    chosen = [clock for clock in found.one.at if clock.chosen]
    assert [(c.role, c.value) for c in chosen] == [("received", "2026-03-03T09:00:00")]
    assert "topmost" in found.one.detail["time_reason"]
    both = read(mail(Received=stamp)).one
    assert [(c.role, c.chosen) for c in both.at] == [("sent", True), ("received", False)]
    assert "CLOCKS_DIFFER" not in both.issues
    late = read(mail(Date="Mon, 2 Feb 2026 10:00:00 +0000", Received=stamp)).one
    assert "CLOCKS_DIFFER" in late.issues


def test_case_19_eight_bytes_that_end_the_standard_library() -> None:
    """They are a mail with a sender line, and their bytes are in the record."""
    assert IMPORTER.sniff(b"from:.:=") == "eml"
    found = read(b"from:.:=")
    assert found.coverage["records"] == 8
    assert found.one.parties[0].raw == ".:="


@pytest.mark.parametrize(
    ("subject", "shown", "issue"),
    [
        ("=?iso-8859-1?Q?Die_Fr=F6sche?=", "Die Frösche", None),
        ("=?utf-8?B?4pyT?= =?utf-8?B?4pyT?= end", "✓✓ end", None),
        ("=?utf-8?B?4p?= =?utf-8?B?yT?=", "=?utf-8?B?4p?=", "CHARSET_GUESSED"),
        ("=?gb2312?B?xOO6ww==?=", "你好", None),
        ("=?ks_c_5601-1987?B?vsiz5w==?=", "안녕", None),
        ("=?iso-2022-jp?B?GyRCJDMkcxsoQg==?=", "こん", None),
        ("=?shift_jis?B?grGC8Q==?=", "こん", None),
        ("=?no-such-set?Q?abc?=", "abc", "CHARSET_UNKNOWN"),
        ("=?utf-8?Q?never ends", "=?utf-8?Q?never ends", "BAD_ENCODED_WORD"),
    ],
)
def test_case_19_words_of_a_header(subject: str, shown: str, issue: str | None) -> None:
    """Known sets are decoded; what does not decode is shown as it stands and named."""
    found = read(mail(Subject=subject)).one
    if issue != "CHARSET_GUESSED":
        assert found.detail["subject"] == shown
    assert issue is None or issue in found.issues


def test_case_19_raw_bytes_in_a_header_are_guessed_and_marked() -> None:
    """UTF-8 first, else Windows-1252, and the guess is an issue."""
    for raw, shown in (("Frösche".encode(), "Frösche"), (b"Fr\xf6sche", "Frösche")):
        found = read(b"From: a@example.org\nTo: b@example.org\nSubject: " + raw + b"\n\nx\n").one
        assert found.detail["subject"] == shown
        assert "CHARSET_GUESSED" in found.issues


def test_case_19_a_label_that_does_not_fit_loses_no_words() -> None:
    """Text that is UTF-8 under a label of ASCII is read as UTF-8, and named."""
    body = b'Content-Type: text/plain; charset="us-ascii"\n\n' + "Zoë\n".encode()
    found = read(PLAIN + body).one
    assert found.text == "Hello\nZoë\n"
    assert "CHARSET_GUESSED" in found.issues


@pytest.mark.parametrize("end", [True, False])
def test_case_19_missing_boundaries_lose_no_text(end: bool) -> None:
    """A boundary that is never closed, or never there, leaves every word in the text."""
    part = b"Content-Type: text/plain\n\nfirst\n"
    found = read(multipart(part, b"\nsecond\n", end=end)).one
    assert "first" in found.text
    assert "second" in found.text
    assert ("MALFORMED_MIME" in found.issues) is not end
    none = read(mail(b"\nall of it\n", Content_Type="multipart/mixed; boundary=zz")).one
    assert "all of it" in none.text
    assert "MALFORMED_MIME" in none.issues


def test_case_19_damaged_packing_keeps_the_mail_and_names_the_part() -> None:
    """Base64 with signs that are none: the part is corrupt, the rest is whole."""
    part = attachment(PNG).replace(b"iVBORw0K", b"iVB!!!0K")
    found = read(multipart(b"\nsee it\n", part))
    assert found.one.parts[0].state == "corrupt"
    assert found.issues["BAD_BASE64"] == 1
    assert found.figures["counts"]["attachment"] == 1


def test_case_19_header_lines_that_are_none_are_kept() -> None:
    """A line without a colon among the fields stays among what was not placed."""
    found = read(b"From: a@example.org\nno field at all\nTo: b@example.org\n\nx\n").one
    assert found.unmapped["(no name)"] == "no field at all"
    assert found.text == "x\n"


def test_case_20_a_message_inside_another_is_a_child_with_its_own() -> None:
    """Who, when and what of the inner mail, and the picture inside it, stand below the outer one."""
    inner = multipart(b"\nthreat\n", attachment(PNG), boundary="i", Subject="Inner")
    found = read(multipart(b"\nouter\n", b"Content-Type: message/rfc822\n\n" + inner))
    child, picture = found.one.parts
    assert (child.type, child.detail["subject"]) == ("message", "Inner")
    assert child.detail["text"].strip() == "threat"
    assert picture.detail["inside"] == "1"
    assert picture.sha256 == hashlib.sha256(PNG).hexdigest()
    assert found.one.text == "Hello\nouter\n"
    assert "threat" in found.found_by[0]
    assert found.figures["counts"]["attachment"] == 2


def test_case_20_a_packed_message_is_read_too() -> None:
    """A mail inside in base64, against the rules, is unpacked and read."""
    packed = base64.encodebytes(mail(b"\nhidden words\n", Subject="Inner"))
    head = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
    found = read(multipart(b"\nouter\n", head + packed))
    assert found.one.parts[0].detail["subject"] == "Inner"
    assert "hidden words" in found.found_by[0]


def tnef(name: bytes, data: bytes) -> bytes:
    """A winmail.dat with a text and one file."""

    def attribute(level: int, number: int, kind: int, value: bytes) -> bytes:
        head = (
            level.to_bytes(1, "little") + number.to_bytes(2, "little") + kind.to_bytes(2, "little")
        )
        return (
            head
            + len(value).to_bytes(4, "little")
            + value
            + (sum(value) & 0xFFFF).to_bytes(2, "little")
        )

    return (
        b"\x78\x9f\x3e\x22\x01\x00"
        + attribute(1, 0x800C, 2, b"packed words\0")
        + attribute(2, 0x9002, 6, b"\x01\x00" + b"\xff" * 12)
        + attribute(2, 0x8010, 1, name + b"\0")
        + attribute(2, 0x800F, 6, data)
    )


def test_case_20_what_is_in_a_winmail_dat_is_listed() -> None:
    """The file inside has its name, size, digest and kind; the words inside are found."""
    part = attachment(tnef(b"photo.jpg", PNG), name="winmail.dat", mime="application/ms-tnef")
    found = read(multipart(b"\nhi\n", part))
    outer, inner = found.one.parts
    assert outer.sniffed == "application/ms-tnef"
    assert (inner.name, inner.sniffed, inner.size) == ("photo.jpg", "image/png", len(PNG))
    assert "packed words" in found.found_by[0]


def test_case_25_the_same_bytes_give_the_same_events() -> None:
    """Read twice, every line and column is equal."""
    data = FROM + mail() + b"\n" + FROM + multipart(b"\nx\n", attachment(PNG))
    first, second = read(data), read(data, chunk=7)
    assert [b.lines for b in first.batches] == [b.lines for b in second.batches]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ('filename="a.png"', "a.png"),
        ("filename=my photo.png", "my photo.png"),
        ("filename*=utf-8''%E2%9C%93.png", "✓.png"),
        ("filename*0*=utf-8''%E2%9C; filename*1*=%93; filename*2=.png", "✓.png"),
        ('filename="=?utf-8?q?=E2=9C=93.png?="', "✓.png"),
        ('filename="a\u202egnp.exe"', "a<U+202E>gnp.exe"),
    ],
)
def test_names_of_attachments_however_they_are_written(written: str, name: str) -> None:
    """Standards old and new, and signs that would turn the name around are shown."""
    head = f"Content-Type: application/octet-stream\nContent-Disposition: attachment; {written}\n\n"
    found = read(multipart(b"\nx\n", head.encode() + b"data\n")).one
    assert found.parts[0].name == name
    assert ("HIDDEN_SIGNS" in found.issues) is ("U+" in name)
    assert ("PROGRAM_ATTACHED" in found.issues) is name.endswith(".exe")


def test_what_a_file_is_is_said_by_its_bytes() -> None:
    """A picture with another name and type keeps both, beside what it is; the span is where it stands."""
    data = (
        FROM
        + mail()
        + b"\n"
        + FROM
        + multipart(b"\nx\n", attachment(PNG, name="a.jpg", mime="image/jpeg"))
    )
    part = read(data).events[1].parts[0]
    assert (part.name, part.mime, part.sniffed) == ("a.jpg", "image/jpeg", "image/png")
    assert base64.b64decode(data[part.start : part.end]) == PNG


def test_labels_threads_and_flags_of_a_mail_program() -> None:
    """Gmail's thread and labels, Thunderbird's and Maildir's marks; a chat is a message."""
    labels = "Sent,Opened,=?UTF-8?Q?Pr=C3=BCfen?="
    found = read(mail(X_GM_THRID="17", X_Gmail_Labels=labels, X_Mozilla_Status="0008")).one
    assert found.ids == {"message_id": "m1@example.org"}
    assert (found.conversation, found.direction) == ("17", "out")
    assert found.state == ("sent", "read", "deleted")
    assert found.detail["labels"] == "Sent,Opened,Prüfen"
    assert read(mail(X_Gmail_Labels="Chat")).one.kind == "message"


def test_answers_name_the_mails_before_them() -> None:
    """What a mail answers, and the whole line of mails before."""
    found = read(mail(In_Reply_To="<a@x>", References="<r@x> <a@x>")).one
    assert found.relations == {"reply_to": "a@x", "references": "r@x a@x"}
    assert found.conversation == "r@x"


def test_the_owner_tells_the_direction() -> None:
    """With the own addresses every mail is sent or received; a wrong one is named."""
    data = FROM + mail() + b"\n" + FROM + mail(From="Anna <Anna@Example.com>")
    found = read(data, options={"owner": "anna@example.com, a2@example.com"})
    assert [e.direction for e in found.events] == ["in", "out"]
    assert "OWNER_NOT_FOUND" in read(data, options={"owner": "nobody@example.com"}).issues
    assert [e.direction for e in read(data).events] == ["", ""]


def test_a_page_gives_its_words_and_is_kept_beside_a_text() -> None:
    """Words of a page without scripts, in lines; a page beside a plain text is a part."""
    page = b"<html><style>p{}</style><p>Hello &amp; good<b>bye</b></p><script>x</script>1 < 2<br>end<!-- no -->"
    found = read(mail(b"\n" + page, Content_Type="text/html")).one
    assert found.text == "Hello\nHello & goodbye\n1 < 2\nend"
    both = read(
        multipart(
            b"Content-Type: text/plain\n\nplain\n", b"Content-Type: text/html\n\n" + page
        ).replace(b"multipart/mixed", b"multipart/alternative")
    ).one
    assert both.text == "Hello\nplain\n"
    assert [p.type for p in both.parts] == ["html"]


def test_pieces_of_a_split_mail_and_bodies_elsewhere_are_named() -> None:
    """Part 1 of 5 says that four are missing; a body held elsewhere is not fetched."""
    partial = b'Content-Type: message/partial; number=1; total=5; id="x"\n\nsome\n'
    outside = b'Content-Type: message/external-body; access-type=anon-ftp; site="a.example"\n\nContent-Type: text/plain\n'
    found = read(multipart(partial, outside)).one
    assert found.parts[0].detail["missing"] == "4"
    assert found.parts[1].detail["elsewhere_site"] == "a.example"
    assert {"SPLIT_MESSAGE", "BODY_ELSEWHERE"} <= set(found.issues)


def test_every_other_field_is_kept_as_it_stands() -> None:
    """In their order, repeated ones numbered, nothing unfolded."""
    head = b"X-A: 1\n\t2\nReceived: r1\nReceived: r2\n"
    assert read(head + mail()).one.unmapped == {
        "X-A": "1\n\t2",
        "Received": "r1",
        "Received (2)": "r2",
    }


def test_an_emlx_of_apple_mail() -> None:
    """The stated length parts the mail from what Apple notes behind it."""
    body = mail()
    tail = b"<plist><dict><key>flags</key>\n<integer>8590195713</integer></dict></plist>"
    found = read(b"%d   \n" % len(body) + body + tail).one
    assert found.text == "Hello\nHello there.\n"
    assert found.detail["apple_flags"] == "8590195713"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"Dear Anna,\nFrom: here\n",
        b"From here on\n\n",
        b"12/01/2026, 10:00 - From: hello\nSubject: x\n",
        b"BEGIN:VCARD\nVERSION:3.0\n",
        b"From: <Saved by Blink>\nSubject: page\nMIME-Version: 1.0\n\n",
        b'{"From": "x", "Subject": "y"}',
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000,
    ],
)
def test_what_is_no_mail_is_not_taken_for_one(head: bytes) -> None:
    """Chats, notes, saved pages and other files of Office stay what they are."""
    assert IMPORTER.sniff(head) is None

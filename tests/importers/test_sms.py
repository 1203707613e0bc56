"""SMS Backup & Restore: the nasty cases by number, the samples, and what each element becomes."""

from __future__ import annotations

import base64
import hashlib
import json

import msgspec
import pytest

from shared_samples import samples
from tallymark import importers
from tallymark.errors import UnknownFormat
from tallymark.importers.sms_backup_restore import IMPORTER
from tallymark.model.event import FLAG_UNSENT

from .conftest import outcome

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HEAD = b"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"


def attributes(fields: dict[str, object]) -> str:
    """Attributes as the app writes them; a value of None leaves one out."""
    return " ".join(f'{key}="{value}"' for key, value in fields.items() if value is not None)


def sms(body: str | None = "hi", **given: object) -> str:
    """One ``<sms/>`` as the app writes it."""
    fields: dict[str, object] = {
        "protocol": 0,
        "address": "+447700900123",
        "date": 1775210340000,
        "type": 1,
        "subject": "null",
        "body": body,
        "read": 1,
        "date_sent": 1775210338000,
        "readable_date": "3 Apr 2026 10:59:00",
        "contact_name": "Sam",
    } | given
    return f"  <sms {attributes(fields)} />\n"


def mms(parts: str = "", addresses: str = "", **given: object) -> str:
    """One ``<mms>`` with the parts and addresses given."""
    fields: dict[str, object] = {
        "date": 1714557600000,
        "msg_box": 1,
        "address": "+447700900123",
        "date_sent": 1714557599,
        "contact_name": "Sam",
    } | given
    return f"  <mms {attributes(fields)}>\n    <parts>{parts}</parts>\n    <addrs>{addresses}</addrs>\n  </mms>\n"


def backup(*elements: str, count: int | None = None, root: str = "smses") -> bytes:
    """A whole file."""
    number = len(elements) if count is None else count
    return HEAD + f'<{root} count="{number}">\n{"".join(elements)}</{root}>'.encode()


def read(data: bytes, **given: object):
    """Read bytes as a backup."""
    return outcome(data, importer=IMPORTER, **given)  # type: ignore[arg-type]


def test_case_7_truncated_file_with_a_wrong_count() -> None:
    """58 declared, 49 whole: all 49 are kept, 9 are missing and said to be."""
    elements = [
        mms(f'<part seq="0" ct="text/plain" text="{n}" />') if n % 5 == 0 else sms(str(n))
        for n in range(58)
    ]
    data = backup(*elements)
    cut = len(HEAD) + len('<smses count="58">\n') + len("".join(elements[:49])) + 40
    got = read(data[:cut])
    assert [event.text for event in got.events] == [str(n) for n in range(49)]
    assert got.survey.declared == {"messages": 58}
    assert got.counts["events"] == got.counts["message"] == 49
    assert got.counts["rejected"] == 1
    assert got.issues["TRUNCATED"] == got.issues["COUNT_MISMATCH"] == 1
    assert got.coverage["unparsed"] > 0


def test_case_7_in_the_words_of_the_design(tmp_path) -> None:
    """The shape that the design shows for a backup that needs attention."""
    path = tmp_path / "sms-2026.xml"
    path.write_bytes(backup(*[sms(str(n)) for n in range(58)])[: -(9 * len(sms("50")))])
    found = importers.inspect(path)
    assert (found["format"], found["variant"]) == ("sms_backup_restore", "xml")
    assert found["declared"] == {"messages": 58}
    assert found["counts"]["events"] == 49
    by_code = {issue["code"]: issue for issue in found["issues"]}
    assert by_code["COUNT_MISMATCH"] == {
        "code": "COUNT_MISMATCH",
        "count": 1,
        "detail": "declared 58, found 49",
    }
    assert by_code["TRUNCATED"]["count"] == 1


@pytest.mark.parametrize(
    "cut",
    ["", " ", "<", "<s", "<sms", "<sms ", '<sms body="x', '<sms body="x" ', "<mms a='1'><parts"],
)
def test_case_7_wherever_the_file_ends(cut: str) -> None:
    """Between elements, in a name, in a value, in a part: what is whole is kept, the rest counted."""
    data = HEAD + ('<smses count="2">' + sms("one").strip() + cut).encode()
    got = read(data)
    assert [event.text for event in got.events] == ["one"]
    assert got.issues["TRUNCATED"] == 1
    assert got.coverage["unparsed"] == len(cut.lstrip())


def test_case_8_attributes_of_twelve_megabytes() -> None:
    """A picture of 9 MB in one attribute, three times: each with its digest, none kept in memory."""
    picture = PNG + bytes(9 << 20)
    part = f'<part seq="0" ct="image/png" name="a.png" text="null" data="{base64.b64encode(picture).decode()}" />'
    got = read(backup(mms(part), mms(part), mms(part)))
    assert [event.parts[0].sha256 for event in got.events] == [
        hashlib.sha256(picture).hexdigest()
    ] * 3
    assert [event.parts[0].size for event in got.events] == [len(picture)] * 3
    assert got.counts["attachment"] == 3


def test_case_9_emoji_in_two_halves() -> None:
    """Two entities make one U+1F600; the text as written and the offsets stay."""
    data = backup(sms("a &#55357;&#56832; b"), sms("&#xD83D;&#xDE00;"), sms("after"))
    got = read(data)
    assert [event.text for event in got.events] == ["a \U0001f600 b", "\U0001f600", "after"]
    assert got.events[0].raw == "a &#55357;&#56832; b"
    assert got.events[0].repairs == ("surrogate_pair",)
    for event in got.events:
        span = data[event.locator.start : event.locator.end]
        assert span.startswith(b"<sms ")
        assert span.endswith(b"/>")


def test_case_9_halves_that_are_alone_or_written_as_characters() -> None:
    """A lone half is shown with a mark and named; halves written as bytes are joined as well."""
    raw = "\ud83d\ude00".encode("utf-8", "surrogatepass")
    data = backup(sms("x &#55357; y"), sms("HERE")).replace(b"HERE", raw)
    got = read(data)
    assert [event.text for event in got.events] == ["x \ufffd y", "\U0001f600"]
    assert got.events[0].issues == ("LONE_SURROGATE",)
    assert got.events[0].raw == "x &#55357; y"
    assert got.events[1].issues == ("SURROGATES_JOINED",)


def test_case_10_bad_base64_and_a_png_named_jpg() -> None:
    """The message is kept, the part is corrupt; of two types the bytes' own one wins, both shown."""
    good = base64.b64encode(PNG).decode()
    parts = (
        f'<part seq="0" ct="image/jpeg" name="image.jpg" text="null" data="{good}" />'
        f'<part seq="1" ct="image/jpeg" name="bad.jpg" text="null" data="{good[:-3]}" />'
        f'<part seq="2" ct="image/jpeg" name="worse.jpg" text="null" data="{good[:20]}!{good[20:]}" />'
        '<part seq="3" ct="image/jpeg" name="gone.jpg" text="null" data="null" />'
    )
    data = backup(mms(parts))
    (event,) = read(data).events
    assert [part.state for part in event.parts] == ["present", "corrupt", "corrupt", "missing"]
    first = event.parts[0]
    assert (first.mime, first.sniffed, first.size) == ("image/jpeg", "image/png", len(PNG))
    assert data[first.start : first.end].decode() == good
    assert {"TYPE_DIFFERS", "BAD_BASE64", "MEDIA_MISSING"} <= set(event.issues)


def test_case_11_seconds_beside_milliseconds() -> None:
    """``date_sent`` of a picture message counts seconds: 2024 and not 1970."""
    got = read(backup(mms('<part ct="text/plain" text="x" />'), sms("y")))
    assert [clock.value for clock in got.events[0].at] == [
        "2024-05-01T10:00:00",
        "2024-05-01T09:59:59",
    ]
    assert got.events[1].at[1].value == "2026-04-03T09:58:58"
    assert "TIME_IN_SECONDS" not in got.issues


def test_case_11_a_group_has_three_parties() -> None:
    """Numbers joined by ``~``: each is a party, and the sender is the one the message names."""
    got = read(
        backup(
            mms(
                '<part ct="text/plain" text="x" />',
                address="+447700900123~+447700900126~07700900127",
            ),
            mms(
                '<part ct="text/plain" text="x" />',
                '<addr address="+447700900126" type="137" /><addr address="+447700900123" type="151" />'
                '<addr address="+447700900199" type="151" />',
                address="+447700900123~+447700900126",
            ),
        )
    )
    assert [len(event.parties) for event in got.events] == [3, 3]
    assert got.events[0].sender is None
    assert got.events[1].sender == "+447700900126"
    assert got.issues["SENDER_UNKNOWN"] == 1


def test_case_11_all_addresses_the_same() -> None:
    """A known fault of the app: then nobody is named as the sender of a group message."""
    same = '<addr address="+447700900199" type="137" /><addr address="+447700900199" type="151" />'
    got = read(backup(mms('<part ct="text/plain" text="x" />', same, address="1234567~7654321")))
    assert got.events[0].sender is None
    assert got.events[0].issues == ("SENDER_UNKNOWN",)


def test_two_numbers_under_one_name_stay_two() -> None:
    """The second number has its own label; another spelling of a name is not guessed at."""
    got = read(backup(sms("a"), sms("b", address="+447700900124"), sms("c"), sms("d", type=2)))
    assert [event.sender for event in got.events] == [
        "Sam",
        "Sam (+447700900124)",
        "Sam",
        "(this phone)",
    ]
    assert [event.direction for event in got.events] == ["in", "in", "in", "out"]


def test_the_owner_has_a_name_when_one_is_given() -> None:
    """What went out is shown under it; a contact of the same name is told apart."""
    got = read(backup(sms("a"), sms("b", type=2)), options={"owner": "Sam"})
    assert [event.sender for event in got.events] == ["Sam (+447700900123)", "Sam"]
    assert got.survey.options["owner"] == "Sam"


def test_drafts_and_failures_are_never_contact() -> None:
    """State says what became of it, and a flag keeps it out of every count of contact."""
    got = read(backup(*[sms("x", type=kind) for kind in range(1, 7)]))
    states = [event.state for event in got.events]
    assert states == [(), (), ("draft",), ("outbox",), ("failed",), ("queued",)]
    flags = b"".join(batch.flags for batch in got.batches)
    assert flags == bytes([0, 0, *[FLAG_UNSENT] * 4])


def test_null_and_nothing_differ() -> None:
    """The word null stands for no text; an empty text is another thing; both are named."""
    got = read(backup(sms(""), sms("null"), sms(None)))
    assert [event.text for event in got.events] == ["", "", ""]
    assert [event.issues for event in got.events] == [
        ("EMPTY_BODY",),
        ("BODY_ABSENT",),
        ("BODY_ABSENT",),
    ]
    assert [event.raw for event in got.events] == [None, "null", None]


def test_calls_of_every_type() -> None:
    """Missed, rejected, withheld, voicemail: each a typed event with words made for it."""

    def call(**given: object) -> str:
        fields = {
            "number": "+447700900123",
            "duration": 0,
            "date": 1775210000000,
            "presentation": 1,
        } | given
        return f"<call {attributes(fields)} />"

    calls = [call(type=kind, duration=5 if kind < 3 else 0) for kind in range(1, 9)]
    got = read(backup(*calls, call(type=3, number="", presentation=2), root="calls"))
    assert [event.kind for event in got.events] == [*["call"] * 3, "voicemail", *["call"] * 5]
    assert [event.text for event in got.events] == [
        "Incoming call, 5 s",
        "Outgoing call, 5 s",
        "Missed call",
        "Voicemail",
        "Rejected call",
        "Call from a blocked number",
        "Call answered on another device",
        "Call, 0 s",
        "Missed call, number withheld",
    ]
    assert got.events[7].issues == ("UNKNOWN_TYPE",)
    assert got.events[7].unmapped["type"] == "8"
    assert got.events[8].sender is None
    assert got.survey.declared == {"calls": 9}


def test_times_that_cannot_be() -> None:
    """0, words, 1970 and the year 3609 are no time; seconds are read as such, and named."""
    dates = ("0", "bad", "1000", "51723446400000", "1775210340")
    got = read(backup(*[sms("x", date=date) for date in dates]), options={"read_on": "2026-05-01"})
    assert [event.at[0].value for event in got.events] == ["", "", "", "", "2026-04-03T09:59:00"]
    assert [event.at[0].raw for event in got.events] == list(dates)
    assert got.issues["UNKNOWN_TIME"] == 4
    assert got.issues["TIME_IN_SECONDS"] == 1


def test_an_element_that_is_no_xml_does_not_stop_the_rest() -> None:
    """It is counted, named by its place and passed over."""
    data = backup(
        sms("one"),
        '  <sms body="two" <broken />\n',
        '  <sms body="<" />\n',
        sms("three"),
        "words\n",
        sms("four"),
        "<other><sms/></other>",
    )
    got = read(data)
    assert [event.text for event in got.events] == ["one", "three", "four"]
    assert got.issues["MALFORMED"] == 2
    assert got.issues["UNPARSED"] == 2
    assert got.counts["rejected"] == 4
    assert got.coverage["unparsed"] > 0


def test_single_quotes_comments_and_end_tags() -> None:
    """Everything that XML allows for one message gives the same message."""
    data = backup(
        sms("x").replace(" />", "></sms>"),
        "<!-- <sms body='no' date='1775210340000' type='1' address='1'/> -->",
        "<sms body='say \"hi\"' date = '1775210340000' type='1'\n address='+447700900123' />",
        count=2,
    )
    got = read(data)
    assert [event.text for event in got.events] == ["x", 'say "hi"']
    assert got.issues == {"COMMENT": 1}
    assert got.coverage["skipped"] > 0


def test_a_zip_of_several_backups(tmp_path) -> None:
    """Messages and calls of one zip are one import; each file keeps its ledger."""
    import zipfile

    path = tmp_path / "backup.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("sms-1.xml", backup(sms("one")))
        archive.writestr(
            "calls-1.xml",
            backup('<call number="1234567" type="3" date="1775210000000" />', root="calls"),
        )
    found = importers.inspect(path)
    assert found["counts"]["message"] == found["counts"]["call"] == 1
    assert found["declared"] == {"messages": 1, "calls": 1}
    assert [part["member"] for part in found["parts"]] == ["sms-1.xml", "calls-1.xml"]


SHARED = {
    "minimal_sms.xml": (1, 0, {"messages": 1}, "2021-01-01T00:00:00", "2021-01-01T00:00:00"),
    "minimal_mms.xml": (1, 0, {"messages": 1}, "2021-01-02T00:00:00", "2021-01-02T00:00:00"),
    "minimal_calls.xml": (0, 1, {"calls": 1}, "2021-01-03T00:00:00", "2021-01-03T00:00:00"),
    "mixed.xml": (4, 0, {"messages": 4}, "2021-01-01T00:00:00", "2021-01-01T03:00:00"),
    "edge_cases.xml": (4, 0, {"messages": 4}, "2021-01-01T00:00:00", "2021-01-01T03:00:00"),
}


@pytest.mark.parametrize("name", SHARED)
def test_published_samples(name: str) -> None:
    """Counts, declared counts, first and last times as their project states them."""
    found = importers.inspect(samples("sms/shruggietech") / name)
    counts = found["counts"]
    got = (counts["message"], counts["call"], found["declared"], found["first"], found["last"])
    assert got == SHARED[name]
    assert counts["events"] == counts["message"] + counts["call"]
    assert found["coverage"]["unparsed"] == 0
    assert not {"COUNT_MISMATCH", "TRUNCATED"} & {issue["code"] for issue in found["issues"]}


def _events(name: str) -> list[dict]:
    folder = samples("sms/shruggietech")
    return [json.loads(line) for line in importers.event_lines(folder / name)]


def test_published_samples_in_detail() -> None:
    """Ten seconds apart, a PNG named .jpg, an hour between each, a draft, entities, nothing at all."""
    (text,) = _events("minimal_sms.xml")
    assert [clock["value"] for clock in text["at"]] == [
        "2021-01-01T00:00:00",
        "2020-12-31T23:59:50",
    ]
    (picture,) = _events("minimal_mms.xml")
    assert [part["type"] for part in picture["parts"]] == ["smil", "media"]
    assert picture["text"] == "Hello from MMS!"
    assert len(picture["parties"]) == 2
    image = picture["parts"][1]
    assert (image["mime"], image["sniffed"], image["size"]) == ("image/jpeg", "image/png", 70)
    assert image["sha256"].startswith("6b7fa434f92a")
    (call,) = _events("minimal_calls.xml")
    assert (call["direction"], call["detail"]["duration"]) == ("in", "125")
    mixed = _events("mixed.xml")
    assert [event["at"][0]["value"][11:13] for event in mixed] == ["00", "01", "02", "03"]
    assert [event.get("state") for event in mixed] == [None, None, None, ["draft"]]
    assert len(mixed[3]["at"]) == 1
    edge = _events("edge_cases.xml")
    assert edge[1]["text"].startswith("Hello \U0001f30d — this has «special» chars & symbols")
    assert [event["text"] for event in edge[2:]] == ["", ""]


def test_the_published_file_that_is_no_xml() -> None:
    """Refused with the place that its own project names, and no record."""
    path = samples("sms/shruggietech") / "malformed.xml"
    given: list[object] = []
    with pytest.raises(UnknownFormat, match="line 4, column 2"):
        importers.inspect(path, on_batch=given.append)
    assert given == []


def test_directions_reach_the_picture(tmp_path) -> None:
    """In a vault: texts and calls lie in their own lanes, and a draft is in no count of contact.

    The same file a second time adds nothing.
    """
    from tallymark.diary import Diary
    from tallymark.integrity.keyslot import CHEAP
    from tallymark.picture.episodes import contacts, own_messages

    path = tmp_path / "all.xml"
    call = '<call number="+447700900123" type="3" date="1775210000000" contact_name="Sam" />'
    path.write_bytes(backup(sms("a"), sms("b", type=2), sms("c", type=3), call))
    alone = tmp_path / "alone.xml"
    alone.write_bytes(backup(sms("nobody answered this")))
    with Diary.create(tmp_path / "vault", passphrase="some words for a test", cost=CHEAP) as diary:
        diary.import_file(path)
        assert diary.import_file(path).already
        diary.import_file(alone)
        casefile = diary.casefile()
        found = contacts(casefile)
    assert {lane.key: len(lane.seconds) for lane in found.lanes} == {"texts": 2, "calls": 1}
    assert {lane.key: len(lane.exhibits()) for lane in found.lanes} == {"texts": 2, "calls": 1}
    assert len(own_messages(casefile)[0]) == 1
    assert casefile.events.channels == ("sms_mms", "voice")
    assert found.unknown_direction == 0


def test_lines_are_canonical() -> None:
    """Whatever way an element was read, its line is the canonical form of its event."""
    got = read(backup(sms("a"), sms("b &amp; c"), mms('<part ct="text/plain" text="x" />')))
    for batch in got.batches:
        for line in batch.lines.splitlines():
            assert msgspec.json.encode(msgspec.json.decode(line), order="sorted") == line


def test_case_25_overlapping_backups(tmp_path) -> None:
    """Two backups of 400 texts each that share 200: all are kept, and 600 are counted."""
    from tallymark.diary import Diary
    from tallymark.integrity.keyslot import CHEAP
    from tallymark.picture.episodes import contacts

    texts = [sms(f"text {n}", date=1775210340000 + n * 60_000) for n in range(600)]
    with Diary.create(tmp_path / "vault", passphrase="some words for a test", cost=CHEAP) as diary:
        for name, part in (("march.xml", texts[:400]), ("april.xml", texts[200:])):
            path = tmp_path / name
            path.write_bytes(backup(*part))
            assert diary.import_file(path).summary["counts"]["events"] == 400
        (lane,) = contacts(diary.casefile()).lanes
    assert len(lane.seconds) == 600

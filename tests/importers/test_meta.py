"""Messenger and Instagram: the nasty cases by number, the dialects, the samples, and which is which."""

from __future__ import annotations

import json
import zipfile

import pytest

from shared_samples import samples
from tallymark import importers
from tallymark.errors import UnknownFormat
from tallymark.importers._meta_event import MAX_NAMED
from tallymark.importers._mojibake import mended
from tallymark.importers.instagram import IMPORTER as INSTAGRAM
from tallymark.importers.messenger import IMPORTER as MESSENGER
from tallymark.model.event import FLAG_DELETED, FLAG_MEDIA, FLAG_MISSED

from .conftest import outcome

T = 1775210340000


def message(text: str | None = "hi", **given: object) -> dict[str, object]:
    """One message of an ordinary download."""
    said = {} if text is None else {"content": text}
    return {"sender_name": "Sam", "timestamp_ms": T, **said, **given}


def thread(*messages: object, **given: object) -> bytes:
    """One file of a thread."""
    whole = {
        "participants": [{"name": "Sam"}, {"name": "Jo"}],
        "messages": list(messages),
        "title": "Sam",
        "thread_path": "inbox/sam_1",
        "joinable_mode": {"mode": 1},
    } | given
    return json.dumps(whole, indent=2).encode()


def broken(text: str) -> str:
    """Text as an ordinary download writes it."""
    return text.encode().decode("latin-1")


def read(data: bytes, **given: object):
    """Read bytes as a Messenger thread."""
    return outcome(data, importer=MESSENGER, **given)  # type: ignore[arg-type]


def test_case_12_mojibake_beside_clean_text() -> None:
    """Repaired and raw are both kept; text that is clean, or cannot be broken up, stays as it is."""
    got = read(
        thread(
            message(broken("😡 Zoë")),
            message("Zoë"),
            message("Ω café"),
            message("plain"),
            message(broken("é")),
        )
    )
    assert [event.text for event in got.events] == ["😡 Zoë", "Zoë", "Ω café", "plain", "é"]
    assert [event.raw for event in got.events] == [broken("😡 Zoë"), None, None, None, broken("é")]
    assert [event.repairs for event in got.events] == [("mojibake",), (), (), (), ("mojibake",)]
    assert got.issues == {"MOJIBAKE_REPAIRED": 2, "MOJIBAKE_UNSURE": 1}


def test_case_12_names_titles_reactions_and_files() -> None:
    """Every string of the download is repaired, and what it was is kept beside it."""
    got = read(
        thread(
            message(
                "x",
                sender_name=broken("Zoë"),
                reactions=[{"reaction": broken("😮"), "actor": broken("Zoë")}],
                photos=[{"uri": broken("photos/café.jpg")}],
            ),
            title=broken("Zoë"),
            participants=[{"name": broken("Zoë")}, {"name": "Jo"}],
        )
    )
    (event,) = got.events
    assert event.sender == "Zoë"
    assert event.detail["thread"] == "Zoë"
    assert (event.parties[0].value, event.parties[0].raw) == ("Zoë", broken("Zoë"))
    photo, reaction = event.parts
    assert (photo.name, photo.detail["uri_raw"]) == ("photos/café.jpg", broken("photos/café.jpg"))
    assert (reaction.name, reaction.detail["reaction_raw"]) == ("😮", broken("😮"))


def test_mojibake_that_was_no_mojibake_is_left_alone() -> None:
    """Strict both ways: above U+00FF, and bytes that are no UTF-8."""
    assert mended("Ünï") == ("Ünï", None, "MOJIBAKE_UNSURE")
    assert mended("€") == ("€", None, "")
    assert mended("plain") == ("plain", None, "")


ENCRYPTED = {
    "participants": ["Zoë", "Sam"],
    "threadName": "Sam_15",
    "messages": [
        {
            "senderName": "Sam",
            "text": "Zoë 😡",
            "timestamp": T,
            "type": "text",
            "isUnsent": False,
            "media": [],
            "reactions": [],
        },
        {
            "senderName": "Sam",
            "text": "User unsent a message",
            "timestamp": T + 1000,
            "type": "text",
            "isUnsent": True,
        },
        {"senderName": "Zoë", "text": "", "timestamp": T + 2000, "type": "placeholder"},
    ],
}


def test_case_13_the_encrypted_dialect() -> None:
    """Camel case, clean letters, oldest first; nothing is repaired, and what was unsent is named."""
    got = read(json.dumps(ENCRYPTED, ensure_ascii=False).encode())
    assert got.survey.variant == "json_e2ee"
    assert [event.text for event in got.events] == ["Zoë 😡", "User unsent a message", ""]
    assert [event.kind for event in got.events] == ["message", "deleted", "message"]
    assert [event.state for event in got.events] == [(), ("unsent",), ("placeholder",)]
    assert "MOJIBAKE_REPAIRED" not in got.issues
    assert got.events[0].conversation == "Sam_15"


def test_the_download_of_earlier_years() -> None:
    """People as bare names and times in seconds, but broken-up letters as in the ordinary one."""
    said = {"sender_name": broken("Zoë"), "timestamp": T // 1000, "content": broken("café")}
    got = read(json.dumps({"participants": [broken("Zoë"), "Jo"], "messages": [said]}).encode())
    assert got.survey.variant == "json"
    assert (got.events[0].sender, got.events[0].text) == ("Zoë", "café")
    assert got.events[0].at[0].value == "2026-04-03T09:59:00"


def test_case_13_two_threads_of_one_name(tmp_path) -> None:
    """Threads are told apart by their path, in either dialect; requests are marked as such."""
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w") as archive:
        base = "your_facebook_activity/messages/"
        archive.writestr(base + "inbox/sam_1/message_1.json", thread(message("one")))
        archive.writestr(base + "inbox/sam_1/message_2.json", thread(message("two")))
        archive.writestr(
            base + "inbox/sam_2/message_1.json", thread(message("three"), thread_path="inbox/sam_2")
        )
        archive.writestr(
            base + "message_requests/sam_3/message_1.json",
            thread(message("four"), thread_path="message_requests/sam_3"),
        )
        archive.writestr("e2ee/Sam_15.json", json.dumps(ENCRYPTED))
        archive.writestr("e2ee/Sam_16.json", json.dumps(ENCRYPTED))
    events = [json.loads(line) for line in importers.event_lines(path)]
    by_thread: dict[str, int] = {}
    for event in events:
        by_thread[event["conversation"]] = by_thread.get(event["conversation"], 0) + 1
    assert by_thread == {
        "inbox/sam_1": 2,
        "inbox/sam_2": 1,
        "message_requests/sam_3": 1,
        "e2ee/Sam_15": 3,
        "e2ee/Sam_16": 3,
    }
    assert [e["state"] for e in events if e["text"] == "four"] == [["message_request"]]
    assert importers.inspect(path)["variant"] == "json+json_e2ee"


def test_case_25_newest_first_and_read_again(tmp_path) -> None:
    """File order is kept, first and last are by time, and the same file adds nothing twice."""
    from tallymark.diary import Diary
    from tallymark.integrity.keyslot import CHEAP

    path = tmp_path / "message_1.json"
    path.write_bytes(thread(*[message(str(n), timestamp_ms=T - n * 60_000) for n in range(50)]))
    found = importers.inspect(path)
    assert (found["first"], found["last"]) == ("2026-04-03T09:10:00", "2026-04-03T09:59:00")
    ids = [json.loads(line)["id"] for line in importers.event_lines(path)]
    assert ids == [json.loads(line)["id"] for line in importers.event_lines(path)]
    with Diary.create(tmp_path / "vault", passphrase="some words for a test", cost=CHEAP) as diary:
        first = diary.import_file(path, answers={"owner": "Jo"})
        again = diary.import_file(path, answers={"owner": "Jo"})
        events = diary.casefile().events
    assert (first.already, again.already) == (False, True)
    assert len(events) == 50
    assert list(events.seconds) == sorted(events.seconds)
    assert set(events.direction) == {1}


def test_kinds_and_flags() -> None:
    """Taken back, calls, notices and reactions are not people's messages; files set a flag."""
    got = read(
        thread(
            message(None, is_unsent=True),
            message("The video chat ended.", call_duration=65),
            message("Sam missed a call", type="Call", missed=True),
            message("Jo joined", type="Subscribe"),
            message("Sam reacted 😡 to your message "),
            message("Reacted ❤ to your message "),
            message("Someone reacted 😡 to your message "),
            message(None, photos=[{"uri": "a.jpg"}, {"uri": "b.jpg"}]),
            message(None, audio_files=[{"uri": "c.mp4"}], ip="192.0.2.7"),
            message(None),
        )
    )
    kinds = [event.kind for event in got.events]
    assert kinds == ["deleted", "call", "call", "system", "reaction", "reaction", *["message"] * 4]
    flags = b"".join(batch.flags for batch in got.batches)
    assert flags == bytes([FLAG_DELETED, 0, FLAG_MISSED, 0, 0, 0, 0, FLAG_MEDIA, FLAG_MEDIA, 0])
    assert got.counts["message"] == 5
    assert got.counts["reaction"] == 2
    assert got.counts["attachment"] == 3
    assert (
        sum(got.counts[kind] for kind in ("message", "call", "system", "other", "reaction")) == 10
    )
    assert got.events[1].detail["duration"] == "65"
    assert got.events[8].detail["ip"] == "192.0.2.7"
    assert got.events[9].issues == ("EMPTY_BODY",)


def test_nothing_of_a_message_is_lost() -> None:
    """What has no place of its own is kept verbatim: unknown members, doubled ones, huge numbers."""
    huge = "9" * 5000
    data = thread(message("X")).replace(
        b'"content": "X"',
        b'"content": "a", "content": "b", "n": %s, "o": {"p": [1.50]}' % huge.encode(),
    )
    (event,) = read(data).events
    assert event.text == "b"
    assert event.unmapped["content (1)"] == "a"
    assert event.unmapped["n"] == huge
    assert event.unmapped["o"] == '{"p":["1.50"]}'
    assert "DUPLICATE_KEY" in event.issues
    assert event.unmapped["thread.joinable_mode"] == '{"mode":"1"}'


def test_a_large_group_names_everybody_once() -> None:
    """Beside each message of a group of hundreds only the sender stands."""
    people = [{"name": f"P{n}"} for n in range(300)]
    got = read(thread(message("a"), message("b"), participants=people))
    assert [len(event.parties) for event in got.events] == [301, 1]
    assert got.events[1].detail["participants"] == "300"
    few = read(thread(message("a"), message("b"), participants=people[:MAX_NAMED]))
    assert [len(event.parties) for event in few.events] == [13, 13]


def test_directions_need_the_name_of_the_owner() -> None:
    """Without it nothing is guessed."""
    data = thread(message("a"), message("b", sender_name="Jo"))
    assert [event.direction for event in read(data).events] == ["", ""]
    assert [e.direction for e in read(data, options={"owner": "Jo"}).events] == ["in", "out"]


def test_a_closed_account_is_named_as_such() -> None:
    """'Facebook user' is nobody's name."""
    (event,) = read(thread(message("x", sender_name="Facebook user"))).events
    assert event.parties[0].label == "a closed or hidden account"


def test_a_thread_without_messages_says_where_they_may_be() -> None:
    """An empty result is stated; it looks like silence and may not be."""
    got = read(thread())
    assert got.events == []
    assert got.issues == {"NO_MESSAGES": 1}


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b'{"messages": [{"sender_name": "a", "timestamp_ms": 1}\n, {"a" 1}]}', "line 2, column 7"),
        (b'{"messages": [{"sender_name": "a", "timestamp_ms": NaN}]}', "line 1"),
        (b'{"messages": [{"sender_name": "a", "timestamp_ms": 1},]}', "line 1, column 54"),
        (b'{"messages": [{"sender_name": "a", "timestamp_ms": 1}]', "line 1, column 54"),
        (b'{"messages": [{"sender_name": "a", "timestamp_ms": 1}]}\n\n x', "line 3, column 1"),
        (b'{"messages": [{"sender_name": "a", "timestamp_ms": 1}', "line 1, column 53"),
    ],
)
def test_what_is_not_json_is_refused_with_its_place(tmp_path, data: bytes, place: str) -> None:
    """No event is given of a file that is not whole."""
    path = tmp_path / "message_1.json"
    path.write_bytes(data)
    given: list[object] = []
    with pytest.raises(UnknownFormat, match=place):
        importers.inspect(path, on_batch=given.append)
    assert given == []


def test_a_damaged_file_among_others_stops_nothing(tmp_path) -> None:
    """In an archive it is named with its place, its bytes are unparsed, the rest is read."""
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("messages/inbox/a/message_1.json", thread(message("one")))
        archive.writestr("messages/inbox/b/message_1.json", thread(message("two"))[:-20])
    found = importers.inspect(path)
    assert found["counts"]["message"] == 1
    assert [issue["code"] for issue in found["issues"]] == ["BAD_JSON"]
    assert found["parts"][1]["coverage"]["unparsed"] > 0


def test_a_byte_order_mark_is_no_trouble() -> None:
    """Some editors put one there."""
    assert read(b"\xef\xbb\xbf" + thread(message("a"))).events[0].text == "a"


WHICH = {
    "messenger by its members": (thread(message("a")), ["messenger"]),
    "messenger by a path": (
        thread(message("a", photos=[{"uri": "your_facebook_activity/x.jpg"}])),
        ["messenger"],
    ),
    "instagram by a path": (
        thread(message("a", photos=[{"uri": "your_instagram_activity/x.jpg"}]), joinable_mode=None),
        ["instagram"],
    ),
    "instagram by a shared post": (
        json.dumps(
            {
                "participants": [{"name": "a"}],
                "messages": [message("a", share={"original_content_owner": "b"})],
            }
        ).encode(),
        ["instagram"],
    ),
    "nothing tells, with participants": (
        json.dumps({"participants": [{"name": "a"}], "messages": [message("a")]}).encode(),
        ["messenger"],
    ),
    "nothing tells, without": (json.dumps({"messages": [message("a")]}).encode(), ["instagram"]),
    "encrypted": (json.dumps(ENCRYPTED).encode(), ["messenger"]),
    "likes in labels": (
        b'[{"timestamp": 1, "label_values": [{"label": "URL", "value": "x"}]}]',
        [],
    ),
    "another list": (b'{"messages": [{"id": 1, "text": "x"}]}', []),
}


@pytest.mark.parametrize("name", WHICH)
def test_which_of_the_two_it_is(tmp_path, name: str) -> None:
    """One reader takes each file; where nothing tells, the rule of the decision does."""
    data, expected = WHICH[name]
    path = tmp_path / "message_1.json"
    path.write_bytes(data)
    assert importers.detect(path) == expected


def test_the_other_one_can_be_asked_for(tmp_path) -> None:
    """Where nothing tells, the person's word counts, and the import says what was assumed."""
    path = tmp_path / "message_1.json"
    path.write_bytes(
        json.dumps({"participants": [{"name": "a"}], "messages": [message("a")]}).encode()
    )
    found = importers.inspect(path)
    assert found["format"] == "messenger"
    assert [issue["code"] for issue in found["issues"]] == ["APP_ASSUMED"]
    assert importers.inspect(path, format="instagram")["format"] == "instagram"
    path.write_bytes(thread(message("a")))
    with pytest.raises(UnknownFormat):
        importers.inspect(path, format="instagram")


def test_an_archive_tells_by_its_folders(tmp_path) -> None:
    """A thread of words alone is Instagram's in Instagram's download; other lists are not messages."""
    path = tmp_path / "download.zip"
    plain = json.dumps({"participants": [{"name": "a"}], "messages": [message("a")]})
    labels = '[{"timestamp": 1775210340, "label_values": [{"label": "Content", "value": "x"}]}]'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("your_instagram_activity/messages/inbox/a/message_1.json", plain)
        archive.writestr("your_instagram_activity/likes/liked_posts.json", labels)
    found = importers.inspect(path)
    assert (found["format"], found["counts"]["events"]) == ("instagram", 1)


def test_a_page_is_read_with_low_confidence() -> None:
    """Names, words, a link and a date in English; another date is kept without a time."""

    def box(sender: str, words: str, date: str) -> str:
        return (
            '<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder">'
            f'<div class="_2pim _a6-h _a6-i">{sender}</div><div class="_a6-p"><div>{words}</div></div>'
            f'<div class="_3-94 _a6-o"><div class="_a72d">{date}</div></div></div>'
        )

    boxes = [
        box("Sam", "a &amp; b<br />c", "Apr 3, 2026, 10:59 AM"),
        box("Jo", '<a href="https://example.invalid/x">here</a>', "3 Apr 2026, 22:59:05"),
        box("Sam", "hier", "3 avr. 2026, 11:00"),
        box("Sam", "twice", "Oct 25, 2026, 1:30 AM"),
    ]
    data = f"<html><head><title>Sam</title></head><body>{''.join(boxes)}</body></html>".encode()
    got = read(data, options={"owner": "Jo", "read_on": "2026-12-01"})
    assert [event.sender for event in got.events] == ["Sam", "Jo", "Sam", "Sam"]
    assert [event.text for event in got.events] == ["a & b\nc", "here", "hier", "twice"]
    assert [e.at[0].value for e in got.events] == [
        "2026-04-03T10:59",
        "2026-04-03T22:59:05",
        "",
        "2026-10-25T01:30",
    ]
    assert [event.at[0].zone for event in got.events[:2]] == ["Europe/London"] * 2
    assert got.issues["LOW_CONFIDENCE"] == 4
    assert got.issues["UNKNOWN_TIME"] == got.issues["FOLD_UNKNOWN"] == 1
    assert got.coverage["records"] == len("".join(boxes).encode())


def test_the_published_sample() -> None:
    """Instagram without being told: two messages, newest first, as its project states them."""
    folder = samples("instagram/chat-miner")
    found = importers.inspect(folder / "test_export.json")
    assert (found["format"], found["counts"]["message"]) == ("instagram", 2)
    target = json.loads((folder / "target.json").read_text())
    events = [json.loads(line) for line in importers.event_lines(folder / "test_export.json")]
    got = [(e["at"][0]["value"], e["sender"], e["text"]) for e in events]
    assert got == [(t["timestamp"], t["author"], t["message"]) for t in target]


def test_neither_reader_takes_what_the_other_is_sure_of() -> None:
    """The samples of each are told apart by their bytes alone."""
    assert MESSENGER.sniff(b'{"messages": []}') is None
    assert INSTAGRAM.sniff(thread(message("x"))) == "json"

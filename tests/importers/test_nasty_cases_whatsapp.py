"""The nasty cases that touch WhatsApp, one test named for each: what must be kept, and what must be said."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path

import pytest

from tallymark import importers
from tallymark.errors import QuestionNeeded

LRM = "\u200e"


def wall(clock: str) -> tuple[int, int]:
    """Hour and minute of a time as shown."""
    hour, minute = clock.split("T")[1].split(":")[:2]
    return int(hour), int(minute)


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f"])
@pytest.mark.parametrize("marker", ["a. m.", "a.\u00a0m.", "a.m.", "AM", "am"])
def test_case_01_twelve_hours_with_any_marker_and_space(read, marker: str, space: str) -> None:
    """A Spanish export in a 12-hour clock: six of six messages, each in the right half of the day."""
    times = [(8, 5), (11, 59), (12, 0), (12, 30), (20, 49), (23, 59)]
    lines = []
    for hour, minute in times:
        shown = marker if hour < 12 else marker.replace("a", "p").replace("A", "P")
        lines.append(f"20/1/2019 {hour % 12 or 12}:{minute:02}{space}{shown} - Ana: hola")
    got = read("\n".join(lines).encode())
    assert [wall(v) for v in got.values] == times
    assert got.counts["message"] == 6
    assert got.issues == {}


def test_case_02_day_and_month_that_nothing_decides(read, tmp_path) -> None:
    """Four people, eleven messages: one question, and both readings beside each other."""
    names = ("Ann", "Ben", "Cem", "Dee")
    days = ["01/02", "02/03", "03/04", "04/05", "05/06", "06/07", "07/08", "07/08", "08/09"]
    lines = [f"{d}/2020, 10:{n:02} - {names[n % 4]}: x" for n, d in enumerate([*days, *days[-2:]])]
    data = "\n".join(lines).encode()
    got = read(data)
    assert len(got.events) == 11
    assert [q.option for q in got.survey.questions] == ["--day-order"]
    assert all(e.at[0].other for e in got.events)
    path = tmp_path / "chat.txt"
    path.write_bytes(data)
    with pytest.raises(QuestionNeeded):
        importers.inspect(path, on_batch=lambda _batch: None)


def test_case_02_one_pasted_line_does_not_decide_it(read) -> None:
    """The same with a pasted 13 in the other place: still asked, and nothing turned round."""
    days = ["01/02", "02/02", "05/02", "02/13", "07/02", "09/02"]
    got = read("\n".join(f"{d}/2020, 10:00 - Ann: x" for d in days).encode())
    assert len(got.survey.questions) == 1
    assert {e.at[0].value for e in got.events} | {e.at[0].other for e in got.events} >= {
        "2020-02-01T10:00",
        "2020-02-09T10:00",
        "2020-02-13T10:00",
    }


def test_case_03_the_date_style_changes_in_the_file(read) -> None:
    """Nineteen records of an iPhone, the last in the style of another country: nineteen, none lost."""
    lines = [
        f"{LRM if n % 4 == 0 else ''}[{n + 1:02}/03/2023, 10:00:{n:02}] Ann: {LRM + 'image omitted' if n % 4 == 0 else 'hi'}"
        for n in range(18)
    ]
    lines.append("[3/19/23, 5:06:07\u202fPM] Ben: the last")
    got = read("\r\n".join(lines).encode() + b"\r\n")
    assert len(got.events) == 19
    assert got.values[-1] == "2023-03-19T17:06:07"
    assert got.issues["STYLE_CHANGED"] == 1
    assert got.coverage["unparsed"] == 0


STYLES = {
    "android": "%d/%m/%Y, %H:%M - ",
    "american": "%m/%d/%y, %I:%M\u202f%p - ",
    "german": "%d.%m.%y, %H:%M - ",
    "finnish": "%d.%m.%Y klo %H.%M - ",
    "iso": "%Y-%m-%d %H:%M - ",
    "dash": "%d/%m/%Y, %H:%M – ",
    "iphone": "[%d/%m/%Y, %H:%M:%S] ",
    "spaces": "%d. %m. %Y. %H:%M - ",
}


@pytest.mark.parametrize("after", sorted(STYLES))
@pytest.mark.parametrize("before", sorted(STYLES))
def test_case_03_from_any_style_to_any_other(read, before: str, after: str) -> None:
    """The phone's settings were changed half way: all messages, their times and their senders."""
    from datetime import datetime, timedelta

    start = datetime(2023, 3, 13, 10, 0)
    moments = [start + timedelta(days=n, minutes=7 * n) for n in range(24)]
    lines = [
        f"{m.strftime(STYLES[before if n < 12 else after])}Ann: {n}" for n, m in enumerate(moments)
    ]
    got = read("\n".join(lines).encode())
    assert [e.text for e in got.events] == [str(n) for n in range(24)]
    assert {e.sender for e in got.events} == {"Ann"}
    wanted = [m.strftime("%Y-%m-%dT%H:%M") for m in moments]
    assert [v[:16] for v in got.values] == wanted


def test_case_04_a_body_line_that_looks_like_a_header(read) -> None:
    """A pasted line: flagged, and both ways to cut the text are kept."""
    lines = [f"{n:02}/01/2026, 09:00 - Sam: hello" for n in range(8, 31)]
    lines.insert(5, "12/01/2026, 10:00 - Anna: he wrote\nand more of it")
    lines.insert(5, "12/01/2026, 10:30 - Sam: look at this:")
    got = read("\n".join(lines).encode())
    pasted = next(e for e in got.events if e.sender == "Anna")
    owner = next(e for e in got.events if e.text == "look at this:")
    assert {"AMBIGUOUS_HEADER", "OUT_OF_ORDER"} <= set(pasted.issues)
    assert pasted.detail["other_reading"] == "part of the message before"
    assert pasted.detail["other_start"] == str(owner.locator.start)
    assert pasted.text == "he wrote\nand more of it"
    assert sum("AMBIGUOUS_HEADER" in e.issues for e in got.events) == 1


def test_case_05_senders_of_one_emoji_or_with_a_colon(read) -> None:
    """The set of senders is the same in every order of the lines; unsure names are flagged."""
    lines = [
        "20/01/2026, 10:30 - 🤓: hi",
        "21/01/2026, 10:31 - Mum: home: ok",
        "22/01/2026, 10:32 - Mum: home: are you there?",
        "23/01/2026, 10:33 - Sam: fine",
        "24/01/2026, 10:34 - Sam: note: buy milk",
        "25/01/2026, 10:35 - Sam: y",
        "26/01/2026, 10:36 - Sam: z",
    ]
    seen = []
    for turn in range(len(lines)):
        got = read("\n".join(lines[turn:] + lines[:turn]).encode())
        seen.append(set(got.figures["senders"]))
        flagged = {e.text for e in got.events if "AMBIGUOUS_SENDER" in e.issues}
        assert flagged == {"home: ok", "home: are you there?"}
        assert {e.detail.get("other_sender") for e in got.events} == {None, "Mum: home"}
    assert seen == [{"🤓", "Mum", "Sam"}] * len(lines)


def test_case_06_each_is_a_typed_event(read) -> None:
    """Poll, deleted by both sides, edited, missed call, left out, attached."""
    bodies = {
        "POLL:\nTea?\nOPTION: Yes (1 vote)\nOPTION: No (0 votes)": ("poll", ()),
        "This message was deleted.": ("deleted", ("deleted",)),
        "You deleted this message.": ("deleted", ("deleted",)),
        "all right <This message was edited>": ("message", ("edited",)),
        f"{LRM}Missed voice call": ("call", ("missed",)),
        f"{LRM}image omitted": ("media", ("omitted",)),
        f"{LRM}<attached: 00000012-PHOTO.jpg>": ("media", ("named",)),
    }
    plain = ["Ann: a", "Ann: b", "Ann: c"]
    lines = [*plain, *(f"Ann: {body}" for body in bodies), *plain]
    got = read("\n".join(f"[13/01/2023, 10:00:00] {line}" for line in lines).encode())
    made = {e.text: (e.kind, e.state) for e in got.events}
    assert {body: made[body] for body in bodies} == bodies
    assert got.figures["senders"] == {"Ann": len(lines)}


def overlapping() -> tuple[bytes, bytes]:
    """Two exports of one chat: 600 different messages in all, 200 of them in both."""
    lines = [
        f"{n % 28 + 1:02}/{n // 28 % 12 + 1:02}/{2022 + n // 336}, 10:{n % 60:02} - {'AnnBen'[n % 2 * 3 :][:3]}: message {n}"
        for n in range(600)
    ]
    return "\n".join(lines[:400]).encode(), "\n".join(lines[200:]).encode()


def test_case_25_overlapping_exports_and_the_same_file_twice(tmp_path: Path) -> None:
    """Each file gives the same ids every time; what both hold agrees in time, sender and words."""
    found = []
    for n, data in enumerate(overlapping()):
        path = tmp_path / f"{n}.txt"
        path.write_bytes(data)
        once, twice = (list(importers.event_lines(path)) for _ in range(2))
        assert once == twice
        found.append([json.loads(line) for line in once])
    keys = [{(e["at"][0]["value"], e["sender"], e["text"]) for e in part} for part in found]
    assert len(keys[0] | keys[1]) == 600
    assert len(keys[0] & keys[1]) == 200
    assert len({e["id"] for e in chain(*found)}) == 800


def test_case_25_with_and_without_media_is_one_chat(read) -> None:
    """The pair that we ask people to make: a left-out file and the file itself stand at one place."""
    plain = ["12/03/2023, 10:00 - Ann: hi", "13/03/2023, 10:01 - Ann: <Media omitted>"]
    whole = [plain[0], "13/03/2023, 10:01 - Ann: IMG-20230313-WA0001.jpg (file attached)"]
    events = [read("\n".join(lines).encode()).events for lines in (plain, whole)]
    assert [e[1].kind for e in events] == ["media", "media"]
    assert events[0][1].at == events[1][1].at
    assert events[0][1].sender == events[1][1].sender

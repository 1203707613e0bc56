"""Thirty-five published mails with another project's reading of each, where they are beside this checkout.

Where we differ, the mail is named here with the reason; everything else must be equal.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from shared_samples import samples
from tallymark import importers
from tallymark.importers.email import IMPORTER
from tallymark.model.event import Event

from .mail import Mails, read

ATTACHED_OTHERWISE = {
    "malformed/003": 0,  # one text with a missing end: it is the text of the mail, not a file
    "malformed/006": 0,  # the same
    "malformed/009": 0,  # three texts; the other reading leaves the third inside the second
    "malformed/012": 3,  # three messages; the other reading leaves the third inside the second
}
TEXT_OTHERWISE = {
    "legacy/024": "Die Hasen und die Frösche",  # a page only: its words, where the other gives none as text
    "legacy/039": "Die Hasen und die Frösche",  # the same
    "thirdparty/018": "Search for höhö",  # the same
    "legacy/033": "Die Hasen und die Frösche",  # raw bytes without a label: a marked guess, no lost sign
    "malformed/003": "body",  # text that is put among the files by the other
    "malformed/006": "body",
    "malformed/009": "1\n22\n333",  # all three, without the boundary between
    "thirdparty/012": "hello",  # text/x-myown is text to read here, and a file too
}
NO_DATE = {
    *(f"malformed/{n}" for n in ("000", "003", "006", "009", "012", "018")),
    *(f"thirdparty/{n}" for n in ("000", "003", "006", "009")),
    "rfc/007",
}
NAMES = [
    *(f"legacy/{n:03}" for n in range(0, 54, 3)),
    *(f"malformed/{n:03}" for n in range(0, 24, 3)),
    *(f"rfc/{n}" for n in ("001", "004", "007")),
    *(f"thirdparty/{n}" for n in ("000", "003", "006", "009", "012", "018")),
]


def both(name: str) -> tuple[Mails, dict[str, Any], bytes]:
    """Our reading, theirs, and the bytes."""
    path = samples("email/stalwart") / f"{name}.eml"
    data = path.read_bytes()
    return read(data), json.loads(path.with_suffix(".json").read_text("utf-8")), data


def headers(theirs: dict[str, Any]) -> dict[str, Any]:
    """Their fields of the whole message, by name."""
    return {
        h["name"]: h["value"] for h in theirs["parts"][0]["headers"] if isinstance(h["name"], str)
    }


def attached(event: Event) -> int:
    """Files and messages of the mail itself."""
    return sum(
        p.type in {"attachment", "message"} and "inside" not in p.detail for p in event.parts
    )


def body(event: Event) -> str:
    """The text without the subject."""
    subject = event.detail.get("subject", "")
    return event.text.removeprefix(f"{subject}\n") if subject else event.text


def test_every_file_is_here() -> None:
    """The list above is the whole folder."""
    folder = samples("email/stalwart")
    assert sorted(NAMES) == sorted(
        p.relative_to(folder).with_suffix("").as_posix() for p in folder.rglob("*.eml")
    )


@pytest.mark.parametrize("name", NAMES)
def test_each_gives_one_record_of_all_its_bytes(name: str) -> None:
    """None stops the import, each is known by its content, and every byte is in its record."""
    found, _, data = both(name)
    assert IMPORTER.sniff(data) == "eml"
    assert found.coverage["records"] + found.coverage["skipped"] == len(data)
    assert "UNREADABLE" not in found.one.issues
    assert found.coverage["skipped"] == len(data) - len(data.lstrip(b"\r\n"))


@pytest.mark.parametrize("name", NAMES)
def test_subject_people_and_date_agree(name: str) -> None:
    """Subject, sender, receivers and the moment, where the other reading has them."""
    found, theirs, _ = both(name)
    event, fields = found.one, headers(theirs)
    if (
        "subject" in fields
        and fields["subject"] != "Empty"
        and "\ufffd" not in fields["subject"]["Text"]
    ):
        assert event.detail["subject"] == fields["subject"]["Text"]
    for field in ("from", "to", "cc"):
        listed = fields.get(field, {"Address": {}})["Address"].get("List", [])
        wanted = [a["address"].lower() for a in listed if a["address"] and "@" in a["address"]]
        assert [
            p.value.lower() for p in event.parties if p.role == field and p.scheme == "email"
        ] == wanted
    when = fields.get("date", {}).get("DateTime") if isinstance(fields.get("date"), dict) else None
    if when and when["year"]:
        assert found.placed == [True]
        assert event.at[0].value == _utc(when)
    else:
        assert found.placed == [False]


def _utc(when: dict[str, Any]) -> str:
    from datetime import datetime, timedelta

    wall = datetime(*(when[k] for k in ("year", "month", "day", "hour", "minute", "second")))
    offset = timedelta(hours=when["tz_hour"], minutes=when["tz_minute"])
    return (wall + offset if when["tz_before_gmt"] else wall - offset).isoformat()


@pytest.mark.parametrize("name", NAMES)
def test_attachments_agree(name: str) -> None:
    """As many files and messages, with the same bytes."""
    found, theirs, _ = both(name)
    wanted = ATTACHED_OTHERWISE.get(name, len(theirs["attachments"]))
    assert attached(found.one) == wanted
    if name in ATTACHED_OTHERWISE:
        return
    ours = [p for p in found.one.parts if p.type == "attachment" and "inside" not in p.detail]
    bodies = [theirs["parts"][n]["body"] for n in theirs["attachments"]]
    sizes = sorted(
        len(b["Binary"]) for b in bodies if "Binary" in b and isinstance(b["Binary"], list)
    )
    assert set(sizes) <= {p.size for p in ours}


@pytest.mark.parametrize("name", NAMES)
def test_texts_agree(name: str) -> None:
    """The text that people read, line ends aside."""
    found, theirs, _ = both(name)
    ours = body(found.one).replace("\r", "").strip()
    if name in TEXT_OTHERWISE:
        assert ours.startswith(TEXT_OTHERWISE[name])
        return
    parts = (theirs["parts"][n]["body"] for n in theirs["text_body"])
    wanted = "\n".join(p["Text"] for p in parts if "Text" in p).replace("\r", "").strip()
    assert ours == wanted


@pytest.mark.parametrize("name", NAMES)
def test_no_word_of_any_text_part_is_lost(name: str) -> None:
    """Every word of every text that the other reading has is in the text, or the mail is found by it."""
    found, theirs, _ = both(name)
    have = set(re.findall(r"\w+", found.found_by[0]))
    for part in theirs["parts"]:
        text = part["body"].get("Text", "") if isinstance(part["body"], dict) else ""
        if "\ufffd" not in text and "Content-Type:" not in text:  # theirs, where it is doubtful
            assert set(re.findall(r"\w+", text)) <= have


def test_the_corpus_as_its_page_states_it() -> None:
    """Eleven without a date and one that says Whenever, two wrong weekdays, the span of the old ones."""
    read_all = {name: both(name)[0] for name in NAMES}
    undated = {name for name, found in read_all.items() if found.placed == [False]}
    assert undated == NO_DATE | {"rfc/001"}
    odd = {n for n, found in read_all.items() if "WEEKDAY_MISMATCH" in found.one.issues}
    assert odd == {"rfc/004", "malformed/015"}
    old = sorted(f.one.at[0].value for n, f in read_all.items() if n.startswith("legacy"))
    assert (old[0], old[-1]) == ("2000-05-17T23:10:31", "2000-05-19T14:26:12")
    assert "Die Hasen und die Frösche" in read_all["legacy/009"].one.detail["subject"]
    assert "CHARSET_GUESSED" in read_all["legacy/027"].one.issues


def test_nesting_as_its_page_states_it() -> None:
    """A digest of two old messages, part 1 of 5, bodies held elsewhere, a boundary over two lines."""
    digest = both("rfc/004")[0].one
    assert [p.type for p in digest.parts] == ["message", "message"]
    assert all("1993" in p.detail["date"] for p in digest.parts)
    split = both("thirdparty/009")[0].one
    assert split.parts[0].detail["missing"] == "4"
    outside = both("rfc/001")[0].one
    assert "BODY_ELSEWHERE" in outside.issues
    assert [p.detail["elsewhere_access-type"][:4].lower() for p in outside.parts] == [
        "anon",
        "loca",
        "mail",
    ]
    folded = both("thirdparty/012")[0].one
    assert folded.text == "hello\n"
    assert (
        folded.parts[-2].detail["subject"] == "submsg"
        or folded.parts[1].detail["subject"] == "submsg"
    )


@pytest.mark.parametrize(
    "name", ["malformed/003", "malformed/006", "malformed/009", "malformed/012", "malformed/021"]
)
def test_missing_ends_are_said(name: str) -> None:
    """Where end boundaries are missing the structure is named as doubtful."""
    assert "MALFORMED_MIME" in both(name)[0].one.issues


def test_a_split_mailbox_of_all_of_them_gives_each_again(tmp_path: Path) -> None:
    """Written one after another as an mbox, read through the jail: as many, with the same texts."""
    folder = samples("email/stalwart")
    separator = b"From x@example.org Mon Mar  2 10:00:00 2026\n"
    data, texts = b"", []
    for name in NAMES:
        mail = (folder / f"{name}.eml").read_bytes().lstrip(b"\r\n")
        mail += b"" if mail.endswith(b"\n") else b"\n"
        data += separator + mail + b"\n"
        texts.append(read(mail).one.text)
    path = tmp_path / "all.mbox"
    path.write_bytes(data)
    found = importers.inspect(path)
    assert found["counts"]["events"] == len(NAMES)
    events = [json.loads(line) for line in importers.event_lines(path)]
    assert [e["text"] for e in events] == texts

"""One made-up chat in each language, as Android and as an iPhone writes it."""

from __future__ import annotations

import unicodedata

import pytest

from tallymark.importers import _whatsapp_words as words

LRM = "\u200e"
CODES = sorted(words.LANGUAGES)
Bodies = list[tuple[str, str, tuple[str, ...]]]


def android(table: dict) -> Bodies:
    """Bodies as Android writes them, with the kind and the state that each must have."""
    found: Bodies = [(f"<{p}>", "media", ("omitted",)) for p in table.get("media", [])]
    found += [(f"< {p} >", "media", ("omitted",)) for p in table.get("media", [])]
    found += [
        (f"IMG-20230101-WA0001.jpg ({p})", "media", ("named",)) for p in table.get("attached", [])
    ]
    found += [(f"fine <{p}>", "message", ("edited",)) for p in table.get("edited", [])]
    for kind in ("deleted", "deleted_by_me"):
        for phrase in table.get(kind, []):
            found += [(phrase + stop, "deleted", ("deleted",)) for stop in ("", ".")]
    found += [(p, "location", ("live",)) for p in table.get("live_location", [])]
    for phrase in table.get("poll", []):
        found.append((f"{phrase}:\n?\nOPTION: 1 (0)\nOPTION: 2 (0)", "poll", ()))
    return found


def iphone(table: dict) -> Bodies:
    """Bodies as iPhones write them, with the invisible mark before what the app says."""
    kinds = [p for kind in words.MEDIA_KINDS for p in table.get(kind, [])]
    found: Bodies = [(LRM + p, "media", ("omitted",)) for p in kinds]
    found += [(f"plan.pdf • {LRM}{p}", "media", ("omitted",)) for p in table.get("document", [])]
    found += [
        (f"{LRM}<{p}: 0001-PHOTO.jpg>", "media", ("named",)) for p in table.get("attached", [])
    ]
    for kind in ("deleted", "deleted_by_me"):
        found += [(f"{LRM}{p}.", "deleted", ("deleted",)) for p in table.get(kind, [])]
    for kind in ("missed_voice", "missed_video"):
        found += [(LRM + p, "call", ("missed",)) for p in table.get(kind, [])]
    found += [(f"{LRM}{p}. {LRM}3", "call", ()) for p in table.get("calls", [])]
    found += [(f"fine {LRM}<{p}>", "message", ("edited",)) for p in table.get("edited", [])]
    found += [(f"{LRM}Ben {p} Ben", "system", ()) for p in table.get("notices", [])]
    return found


def checked(read, bodies: Bodies, header: str) -> None:
    """Each body, between plain messages of the same day and sender, is of its kind and kept as it is."""
    lines = ["hello"] * 3 + [line for body, _, _ in bodies for line in (body, "hello")]
    got = read("\n".join(f"{header}Ann: {line}" for line in lines).encode())
    events = got.events[3::2]
    wrong = [
        (e.kind, e.state, body)
        for e, (body, kind, state) in zip(events, bodies, strict=True)
        if (e.kind, e.state) != (kind, state) or e.text != body
    ]
    assert wrong == []
    assert all(e.kind == "message" for e in (*got.events[:3], *got.events[4::2]))
    assert got.coverage["unparsed"] == 0


@pytest.mark.parametrize("code", CODES)
def test_android(read, code: str) -> None:
    """Left-out and attached files, deleted and edited messages, polls and places are known."""
    checked(read, android(words.LANGUAGES[code]), "14/01/2023, 10:00 - ")


@pytest.mark.parametrize("code", CODES)
def test_iphone(read, code: str) -> None:
    """The same and calls and notices, behind the invisible mark."""
    checked(read, iphone(words.LANGUAGES[code]), "[14/01/2023, 10:00:00] ")


@pytest.mark.parametrize("code", CODES)
def test_calls_of_android_have_no_sender(read, code: str) -> None:
    """A missed call stands on a line of its own there."""
    table = words.LANGUAGES[code]
    calls = [p for kind in ("missed_voice", "missed_video") for p in table.get(kind, [])]
    lines = ["Ann: hello", *calls, "Ann: hello"]
    got = read("\n".join(f"14/01/2023, 10:00 - {line}" for line in lines).encode())
    assert [(e.kind, e.sender) for e in got.events[1:-1]] == [("call", None)] * len(calls)


@pytest.mark.parametrize("code", CODES)
def test_what_people_write_too_is_a_message(read, code: str) -> None:
    """Words such as "missed call" are the app's only behind its mark."""
    for phrase in words.LANGUAGES[code].get("needs_mark", []):
        lines = ["Ann: hello"] * 3 + [f"Ann: {phrase}", f"Ann: {LRM}{phrase}"]
        got = read("\n".join(f"14/01/2023, 10:00 - {line}" for line in lines).encode())
        assert got.events[3].kind == "message", phrase
        assert got.events[4].kind != "message", phrase


@pytest.mark.parametrize("code", CODES)
def test_however_a_phone_writes_its_letters(read, code: str) -> None:
    """Letters in one piece or in two, a deleted message is one."""
    table = words.LANGUAGES[code]
    phrases = [p for kind in ("deleted", "deleted_by_me") for p in table.get(kind, [])]
    for form in ("NFC", "NFD"):
        lines = ["hello"] * 3 + [unicodedata.normalize(form, p) for p in phrases]
        got = read("\n".join(f"14/01/2023, 10:00 - Ann: {line}" for line in lines).encode())
        assert {e.kind for e in got.events[3:]} == {"deleted"}

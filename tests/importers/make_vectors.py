"""Writes vectors/ledger and the expected events of the samples: ``python tests/importers/make_vectors.py``.

A file that somebody put into the folder by hand is kept: what it states is worked out again from
its bytes. So a new header style is one new file of ``about: …``, an empty line and the chat.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from importers.ledger_rules import lines_of
from integrity.vector_format import VECTORS, Vector, read, render
from tallymark import importers
from tallymark.errors import TallymarkError

FOLDER = VECTORS / "ledger"
SAMPLES = Path(__file__).resolve().parents[1] / "samples"
LRM = "\u200e"
ONE, TWO = b"13/01/2026, 09:00 - Ann: hi", b"13/01/2026, 09:01 - Ben: yes"
CHAT = ONE + b"\n" + TWO + b"\n"

GOOD: dict[str, tuple[str, bytes]] = {
    "good-android": ("day first, 24 hours, one line end after each line", CHAT),
    "good-no-last-line-end": ("the file stops inside the last line", CHAT[:-1]),
    "good-iphone": (
        "brackets, seconds, CR LF, byte order mark, invisible marks",
        (
            f"\ufeff[13/01/2026, 09:00:05] Ann: hi\r\n{LRM}[13/01/2026, 09:01:05] Ann: {LRM}image omitted\r\n"
        ).encode(),
    ),
    "good-twelve-hours": (
        "American order, a narrow space before AM and PM",
        "1/20/26, 12:08\u202fAM - Ann: hi\n1/20/26, 8:49\u202fPM - Ben: yes\n".encode(),
    ),
    "good-many-lines": (
        "a message of five lines, one of them blank, one that begins like a date",
        ONE + b"\nand\n\n20/01/2026: dentist\nbye\n" + TWO + b"\n",
    ),
    "good-blank-line-at-the-end": (
        "of two line ends at the end the last is framing, the other part of the message",
        CHAT + b"\n",
    ),
    "good-lone-carriage-return": ("a CR inside a message is part of it", ONE + b"\rmore\n" + TWO),
    "good-carriage-return-last": ("a CR as the last byte is framing", CHAT[:-1] + b"\r"),
    "good-blank-lines-first": ("blank lines before the first message", b"\r\n \t\r\n" + CHAT),
    "good-words-first": ("words before the first message", b"saved by me\n\n" + CHAT),
    "good-not-utf8": ("a byte that is not UTF-8, and a NUL", ONE + b" caf\xe9\n" + TWO + b"\x00\n"),
    "good-style-changed": (
        "the last line has another phone's header style",
        CHAT + b"[14/01/2026, 09:00:05] Ann: late\n",
    ),
    "good-day-in-doubt": (
        "either number may be the day; both readings are kept",
        b"01/02/2026, 09:00 - Ann: hi\n03/04/2026, 09:00 - Ben: yes\n",
    ),
    "good-notice": ("a line of the app itself", b"13/01/2026, 08:59 - You were added\n" + CHAT),
    "refused-empty": ("no byte at all", b""),
    "refused-words": ("no line is the start of a message", b"dear diary\n13/01/2026: rain\n"),
    "refused-utf16": ("saved again as UTF-16", b"\xff\xfe" + CHAT.decode().encode("utf-16-le")),
    "refused-sqlite": ("a database, not an export", b"SQLite format 3\x00" + bytes(64)),
}
ANSWERED = {
    "good-day-answered": ("the same, with an answer", "good-day-in-doubt", {"day_order": "mdy"})
}

BREAKS = {
    "broken-byte-lost": ("1", "one byte too few in framing"),
    "broken-byte-twice": ("1", "one byte counted as framing and as skipped"),
    "broken-negative": ("1", "a count below nothing makes up for another"),
    "broken-other-size": ("1", "the ledger is of a longer file"),
    "broken-span-outside": ("2.1", "the last span ends after the file"),
    "broken-span-empty": ("2.1", "a span that holds nothing"),
    "broken-span-overlap": ("2.2", "two spans share bytes"),
    "broken-span-order": ("2.2", "spans in another order than in the file"),
    "broken-span-in-a-line": ("2.3", "a span begins in the middle of a line"),
    "broken-records-sum": ("2.4", "spans hold fewer bytes than records states"),
    "broken-event-dropped": ("2.5", "an event more is counted than there are spans"),
    "broken-lines": ("4", "a continued line is missing from the line ledger"),
}


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, data in everything().items():
        (FOLDER / f"{name}.txt").write_bytes(data)
    for path in FOLDER.glob("*.txt"):
        path.write_bytes(again(read(path.read_bytes())))
    for sample in samples():
        expected_events(sample).write_bytes(
            b"".join(x + b"\n" for x in importers.event_lines(sample))
        )


def samples() -> list[Path]:
    """Our own exports, of every format."""
    made = {".md", ".jsonl"}
    return sorted(p for p in SAMPLES.rglob("*") if p.is_file() and p.suffix not in made)


def expected_events(sample: Path) -> Path:
    """Where the events of a sample are written down."""
    return sample.with_name(sample.name + ".events.jsonl")


def everything() -> dict[str, bytes]:
    """All files that come from this script."""
    made = {name: stated(data, about, {}) for name, (about, data) in {**GOOD, **zips()}.items()}
    for name, (about, other, answers) in ANSWERED.items():
        made[name] = stated(GOOD[other][1], about, answers)
    return {**made, **failures()}


def again(vector: Vector) -> bytes:
    """A vector with what is found in its bytes now; one that states a broken ledger stays."""
    if vector.header.get("expect") == "ledger failure":
        return render(vector.content, **{k.replace("-", "_"): v for k, v in vector.header.items()})
    options = json.loads(vector.header.get("options", "{}"))
    return stated(vector.content, vector["about"], options)


def stated(data: bytes, about: str, options: dict[str, str]) -> bytes:
    """A vector that states what the importer finds."""
    kind = "zip" if data.startswith(b"PK") else "text"
    begin: dict[str, object] = {"kind": kind, "about": about}
    if options:
        begin["options"] = _json(options)
    try:
        found = observed(data, options)
    except TallymarkError as problem:
        return render(data, expect="refused", **begin, error=type(problem).__name__)
    shown = {k.replace("-", "_"): v if isinstance(v, str) else _json(v) for k, v in found.items()}
    return render(data, expect="success", **begin, **shown)


def observed(data: bytes, options: dict[str, str]) -> dict[str, object]:
    """What the importer says of these bytes, and the lines worked out from it."""
    import tempfile

    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        summary = importers.inspect(file, options=options)
        events = [json.loads(line) for line in importers.event_lines(file, options=options)]
    spans = [[e["locator"]["start"], e["locator"]["end"]] for e in events]
    is_zip = "members" in summary
    chat: dict[str, object] = summary["chat"] if is_zip else summary  # type: ignore[assignment]
    found: dict[str, object] = {"coverage": summary["coverage"], "counts": summary["counts"]}
    if is_zip:
        found["chat-coverage"] = chat["coverage"]
        found["states"] = {m["name"]: m["state"] for m in summary["members"]}  # type: ignore[attr-defined]
    else:
        found["lines"] = lines_of(data, spans)
    issues = {i["code"]: i["count"] for i in summary["issues"]}  # type: ignore[attr-defined]
    return {
        **found,
        "spans": spans,
        "issues": issues,
        "events-digest": str(summary["events_digest"]),
    }


def failures() -> dict[str, bytes]:
    """Ledgers for one good file that break one rule each."""
    made = {}
    data = GOOD["good-many-lines"][1]
    for name, (rule, about) in BREAKS.items():
        claim = json.loads(json.dumps(observed(data, {})))
        _break(name, claim, len(data))
        shown = {k: _json(claim[k]) for k in ("coverage", "counts", "lines", "spans")}
        made[name] = render(
            data, expect="ledger failure", kind="text", about=about, rule=rule, **shown
        )
    return made


def _break(name: str, claim: dict[str, dict[str, int]], size: int) -> None:
    coverage, spans = claim["coverage"], claim["spans"]
    changes = {
        "broken-byte-lost": {"framing": coverage["framing"] - 1},
        "broken-byte-twice": {"skipped": 1},
        "broken-negative": {"skipped": -2, "framing": coverage["framing"] + 2},
        "broken-other-size": {"bytes": size + 1, "unparsed": 1},
    }
    coverage.update(changes.get(name, {}))
    moved = {
        "broken-span-outside": [spans[0], [spans[1][0], size + 1]],
        "broken-span-empty": [spans[0], [spans[1][0], spans[1][0]]],
        "broken-span-overlap": [[spans[0][0], spans[1][0] + 1], spans[1]],
        "broken-span-order": [spans[1], spans[0]],
        "broken-span-in-a-line": [spans[0], [spans[1][0] + 4, spans[1][1]]],
    }
    if name in moved:
        claim["spans"] = moved[name]  # type: ignore[assignment]
        held = sum(end - start for start, end in moved[name])
        coverage.update(records=held, framing=size - held)
        claim["lines"] = _lines(claim)
    if name == "broken-records-sum":
        coverage.update(records=coverage["records"] + 1, framing=coverage["framing"] - 1)
    if name == "broken-event-dropped":
        claim["counts"].update(events=3, message=3)
    if name == "broken-lines":
        claim["lines"]["continued"] -= 1


def _lines(claim: dict[str, dict[str, int]]) -> dict[str, int]:
    return lines_of(GOOD["good-many-lines"][1], claim["spans"])  # type: ignore[arg-type]


def zips() -> dict[str, tuple[str, bytes]]:
    """Archives: whole, with members that hold nothing, with members that cannot be read."""
    whole = _zip({"_chat.txt": CHAT, "IMG-20260113-WA0001.jpg": b"\xff\xd8\xff"})
    clutter = _zip(
        {"_chat.txt": CHAT, "media/": b"", "__MACOSX/._chat.txt": b"x", ".DS_Store": b"x"}
    )
    crc = bytearray(whole)
    crc[whole.index(b"\xff\xd8\xff")] = 0
    locked = bytearray(whole)
    entry = whole.rindex(b"PK\x01\x02")
    locked[entry + 8] |= 1
    packed = bytearray(whole)
    packed[entry + 10] = 99
    return {
        "zip-good": ("a chat and a picture", whole),
        "zip-clutter": ("a folder, and files that a computer adds", clutter),
        "zip-member-damaged": ("the picture does not fit its checksum", bytes(crc)),
        "zip-member-locked": ("the picture is encrypted", bytes(locked)),
        "zip-member-unsupported": ("the picture is packed in an unknown way", bytes(packed)),
        "zip-refused-no-chat": ("no chat in it", _zip({"notes.txt": b"milk"})),
        "zip-refused-two-chats": (
            "two chats in it",
            _zip({"a/_chat.txt": CHAT, "b/_chat.txt": CHAT}),
        ),
        "zip-refused-cut": ("cut short", whole[:-30]),
    }


def _zip(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, (2026, 1, 13, 9, 0, 0))
            info.create_system = 3  # the same bytes on every system
            archive.writestr(info, data)
    return made.getvalue()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main()

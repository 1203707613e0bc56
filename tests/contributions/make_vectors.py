"""Writes ``vectors/post-box/``: each way to make an entry right, and each way to break it.

``python tests/contributions/make_vectors.py`` writes them again; the bytes do not change.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "vectors" / "post-box"
BOX, KEY = "0123456789abcdef0123456789abcdef", bytes(range(32))
FILES = [{"modified": "2026-05-03T20:10:00Z", "name": "IMG_1.jpg", "size": 5}]
ENTRY = {
    "happened": {"value": "2026-05-03T21:10"},
    "type": "incident",
    "what_happened": "At the gate.",
}


def header(**changed: object) -> bytes:
    """A header line in the one canonical form, worked out here and not by the program."""
    value = {
        "box": BOX, "entry": ENTRY, "files": FILES, "kind": "entry", "number": 3,
        "v": "1", "written": "2026-05-03T20:12:00Z", **changed,
    }  # fmt: skip
    return (
        json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        + b"\n"
    )


def key_of(number: int) -> bytes:
    """The chain of section 2, by hand."""
    key = KEY
    for _ in range(number - 1):
        key = hashlib.sha256(b"tallymark/post-box/next\n" + key).digest()
    return key


def plain(head: bytes, files: bytes = b"photo", *, number: int = 3, zeros: int = 7) -> bytes:
    """An entry: header, files, trailer, zeros."""
    digest = hashlib.sha256(head + files).digest()
    mac = hmac.new(key_of(number), b"tallymark/post-box/entry\n" + digest, hashlib.sha256)
    return head + files + mac.hexdigest().encode() + b"\n" + bytes(zeros)


def vectors() -> dict[str, tuple[str, str, bytes]]:
    """Name, then what is expected, what it is for, and the plaintext."""
    good = plain(header())
    second = bytearray(good)
    second[good.index(b"photo")] ^= 1
    bare = header(files=[])
    return {
        "good": ("success", "an entry with one file", good),
        "good-no-files": ("success", "an entry without files", plain(bare, b"")),
        "good-no-padding": ("success", "nothing after the trailer", plain(header(), zeros=0)),
        "good-first": ("success", "the first entry of a box", plain(header(number=1), number=1)),
        "good-empty-file": ("success", "a file without bytes", plain(
            header(files=[{**FILES[0], "size": 0}]), b"")),
        "file-changed": ("changed", "one bit of the file", bytes(second)),
        "words-changed": ("changed", "a word of the entry", good.replace(b"gate", b"door")),
        "time-changed": ("changed", "the time of writing", good.replace(b"20:12:00", b"20:13:00")),
        "number-changed": ("changed", "a number that its key does not fit", good.replace(
            b'"number":3', b'"number":4')),
        "reordered": ("changed", "the trailer of another number", plain(header(), number=2)),
        "later-key": ("changed", "written with a key that comes after", plain(header(), number=4)),
        "other-box": ("damaged", "an entry of another box", plain(header(box="f" * 32))),
        "number-zero": ("damaged", "there is no number 0", plain(header(number=0), number=1)),
        "number-too-high": ("damaged", "more than a box gives", plain(header(number=1_000_001), number=1)),
        "not-canonical": ("damaged", "a space in the header", plain(header().replace(b'":', b'": ', 1))),
        "member-unknown": ("damaged", "a member that is not defined", plain(header(more=1))),
        "member-missing": ("damaged", "no time of writing", plain(
            header().replace(b',"written":"2026-05-03T20:12:00Z"', b""))),
        "other-version": ("damaged", "another version", plain(header(v="2"))),
        "size-negative": ("damaged", "a file of less than nothing", plain(
            header(files=[{**FILES[0], "size": -1}]))),
        "size-too-large": ("damaged", "a file longer than the plaintext", plain(
            header(files=[{**FILES[0], "size": 10**12}]))),
        "cut-trailer": ("damaged", "cut in the trailer", plain(header(), zeros=0)[:-9]),
        "cut-file": ("damaged", "cut in the file", header() + b"ph"),
        "no-header": ("damaged", "no line end at all", b"{}"),
        "empty": ("damaged", "nothing", b""),
        "padding-not-zero": ("damaged", "something in the padding", good + b"\x01"),
        "time-malformed": ("damaged", "a time that is none", plain(header(written="yesterday"))),
    }  # fmt: skip


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (expect, about, content) in vectors().items():
        head, _, _ = content.partition(b"\n")
        lines = [f"expect: {expect}", f"about: {about}", f"box: {BOX}", f"key: {KEY.hex()}"]
        if expect == "success":
            sizes = sum(f["size"] for f in json.loads(head)["files"])
            digest = hashlib.sha256(content[: len(head) + 1 + sizes]).hexdigest()
            lines += [f"number: {json.loads(head)['number']}", f"digest: {digest}"]
        (FOLDER / f"{name}.txt").write_text("\n".join(lines) + "\n\n" + content.hex() + "\n")


if __name__ == "__main__":
    sys.exit(main())
